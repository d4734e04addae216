"""A run as it is handed on: what it is called, and which files it has."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from reportgen.errors import UserError

MANIFEST, PDF, HTML = "manifest.json", "report.pdf", "report.html"


@dataclass(frozen=True)
class FinishedRun:
    """A run with its report.

    Attributes:
        folder: Where it lies, no link.
        experiment: What the experiment is called; it can be the name of a folder.
        name: What the run is called; likewise.
    """

    folder: Path
    experiment: str
    name: str

    def file(self, name: str) -> Path | None:
        """Return a file of the run; None where it has none of this name."""
        path = self.folder / name
        return path if path.is_file() else None


def read(folder: Path) -> FinishedRun:
    """Return the run in a folder.

    Raises:
        UserError: Its manifest is damaged, it has no report, or a link leads out of it.
    """
    folder = folder.resolve()
    refuse_links_out_of(folder)
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        run = FinishedRun(folder, _name(manifest["experiment"]["name"]), _name(manifest["run"]))
    except (ValueError, TypeError, KeyError) as error:
        raise UserError(
            f"{folder / MANIFEST}: does not say which run this is; run the experiment again"
        ) from error
    if not (run.file(PDF) or run.file(HTML)):
        raise UserError(f"{folder}: has no report yet; `reportgen render {folder}` writes it")
    return run


def refuse_links_out_of(folder: Path) -> None:
    """Refuse a folder with a link that leads out of it.

    It may be a stranger's: what a link in it shows of this machine is not handed on.

    Raises:
        UserError: There is such a link.
    """
    inside = os.path.realpath(folder)
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(inside):
            raise UserError(f"{path}: is a link that leads out of the run; put the file itself there")


def _name(text: object) -> str:
    """A name that can be a folder's. Raises ValueError for one that would lead somewhere else."""
    if not isinstance(text, str) or not text or text.startswith(".") or {"/", "\0"} & set(text):
        raise ValueError(f"{text!r} is no name")
    return text
