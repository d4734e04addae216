"""A table as it lies in a file, with nothing in it understood yet, and how large one may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from reportgen.errors import is_printable
from reportgen.records.tables.reading_notes import Note

LARGEST_FILE = 50_000_000
"""In bytes, unpacked too."""
MOST_ROWS = 1_000_000
PACKED = (".gz", ".bz2", ".xz")
"""Endings that stand behind that of a table."""


@dataclass(frozen=True)
class RawTable:
    """One table as it lies in a file.

    Attributes:
        frame: Columns of text or numbers, as read; their names are texts, each there once.
        lines: The line of each row, or its number from 1, for messages.
        path: Where it was read, for messages.
        form: What the file is, such as "CSV parted by ;"; "" for a CSV file as it is usual.
        paired: False where the source shows that seeds share nothing; None where it says nothing.
        sparse: Whether an empty cell says that nothing was measured at that epoch; else a score was lost.
        lower_is_better: Metrics that are better when lower, where their names do not say so.
        is_text: Whether its file is one of text, which a report carries as it is.
        notes: What was assumed or left out in reading it, a short sentence each.
    """

    frame: pd.DataFrame
    lines: Sequence[int]
    path: Path
    form: str = ""
    paired: bool | None = None
    sparse: bool = False
    lower_is_better: tuple[str, ...] = ()
    is_text: bool = True
    notes: tuple[Note, ...] = ()

    def place(self, row: int) -> str:
        """Return where a row stands, for messages.

        Args:
            row: Its number in the frame, from 0.
        """
        return place(self.path, self.lines[row])


def name_of(path: Path) -> str:
    """Return what a table is called: as its file, without the endings, also that of a packed one."""
    unpacked = path.with_suffix("") if path.suffix.casefold() in PACKED else path
    return unpacked.stem or path.resolve().stem


def place(path: object, line: int) -> str:
    """Return a line of a file, for messages."""
    return f"{path}, line {line}"


def shown(text: str) -> str:
    """Return a text of someone else's for a message: short, and with nothing that a terminal would obey."""
    return repr(text if len(text) <= 40 else text[:37] + "...")


def listed(names: Sequence[str]) -> str:
    """Return names of someone else's for a message, the first 20 of them."""
    texts = [name if is_printable(name) and len(name) <= 40 else shown(name) for name in names if name]
    return ", ".join(texts[:20]) + (", ..." if len(texts) > 20 else "")
