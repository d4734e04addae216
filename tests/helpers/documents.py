"""A report that is checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reportgen.report.render import Rendered


@dataclass(frozen=True)
class Report:
    """A run rendered twice: the files, and what was said of the first time."""

    rendered: Rendered
    again: Path

    @property
    def html(self) -> Path:
        return self.rendered.html

    @property
    def pdf(self) -> Path:
        assert self.rendered.pdf is not None
        return self.rendered.pdf
