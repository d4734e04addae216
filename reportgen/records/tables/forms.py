"""The forms that a table may have, and which of them a file has."""

from __future__ import annotations

from pathlib import Path

from reportgen.records.tables import delimited
from reportgen.records.tables.raw import RawTable


def read_raw(path: Path) -> RawTable:
    """Read a table of whatever form, which the content tells, or the ending.

    Args:
        path: A file.

    Raises:
        UserError: It is of no form that is known, or damaged.
        OSError: It cannot be read at all.
    """
    return delimited.read(path)
