"""The command line's answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Answer:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def error_line(self) -> str:
        """The one line of its error output."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        return lines[0]


Cli = Callable[..., Answer]


def refused(answer: Answer, *parts: str, code: int = 1) -> None:
    """The command said one line with all these parts."""
    assert answer.code == code, answer
    assert answer.error_line.startswith("reportgen: error: ")
    for part in parts:
        assert part in answer.error_line, (part, answer.error_line)
    assert "Traceback" not in answer.out + answer.err


def refused_clean(answer: Answer, *parts: str, code: int = 1) -> None:
    """The command said one line with all these parts, and there is no file in the output folder."""
    refused(answer, *parts, code=code)
    assert not [path for path in Path("output").rglob("*") if path.is_file()]
