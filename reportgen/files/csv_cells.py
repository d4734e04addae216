"""Texts in the cells of CSV files: none is a formula to a spreadsheet, and all come back as they were."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd

FORMULA = re.compile(r"'*[=+\-@\t\r]")
"""What a spreadsheet would compute, or would if an apostrophe before it were taken away."""


def guarded(text: str) -> str:
    """The text as it stands in a file: an apostrophe before what looks like a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text that guarded() was given."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def guard_texts(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return the table with texts that no spreadsheet computes.

    Args:
        table: Any table.
        columns: Those with texts; what is no text in them stays.
    """
    return _each(table, columns, guarded)


def unguard_texts(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return the table that `guard_texts` was given.

    Args:
        table: What it returned, as read from a file.
        columns: The same.
    """
    return _each(table, columns, unguarded)


def _each(table: pd.DataFrame, columns: list[str], change: Callable[[str], str]) -> pd.DataFrame:
    def of_text(cell: object) -> object:
        return change(cell) if isinstance(cell, str) else cell

    return table.assign(**{column: table[column].map(of_text) for column in columns})
