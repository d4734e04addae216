"""What a cell of anyone's table means: a name, a seed, a number."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from reportgen.errors import UserError, is_printable
from reportgen.records.tables.raw import RawTable, shown

LONGEST_NAME = 100

WHOLE = re.compile(r"[+-]?\d{1,15}(\.0*)?")
EMPTY = frozenset(("", "na", "n/a", "#n/a", "<na>", "null", "none", "-", "--", "–", "—", "missing"))
"""What a cell without a number holds, in small letters."""


def read_column(table: RawTable, column: str, read: Callable[[str], Any]) -> pd.Series:
    """Return what the cells of a column mean, each different one looked at once.

    Args:
        table: The table.
        column: Of it.
        read: What reads a cell; its UserError says what is wrong with it.

    Raises:
        UserError: A cell means nothing; the line names its line and column.
    """
    codes, values = pd.factorize(texts_of(table.frame[column]), use_na_sentinel=False)
    meanings = np.empty(len(values), dtype=object)
    for number, value in enumerate(values):
        try:
            meanings[number] = read(value)
        except UserError as error:
            row = int(np.argmax(codes == number))
            raise error.within(f"{table.place(row)}, column {column}") from None
    return pd.Series(meanings[codes], index=table.frame.index, dtype=object)


def texts_of(cells: pd.Series) -> pd.Series:
    """Return cells as texts without blanks around them; nothing for one that is missing."""
    return pd.Series([_text(cell) for cell in cells], index=cells.index, dtype=object)


def read_name(cell: str) -> str:
    """Return a name.

    Raises:
        UserError: It is empty, or cannot be printed.
    """
    text = cell.strip()
    if not text:
        raise UserError("is empty; write a name")
    if len(text) > LONGEST_NAME:
        raise UserError(f"{shown(text)} has {len(text)} characters; at most {LONGEST_NAME} can be")
    if not is_printable(text):
        raise UserError(f"{shown(text)} has characters that cannot be printed; take them out")
    return text


def read_seed(cell: str) -> int | str:
    """Return a seed, as a number where it is a whole one.

    Raises:
        UserError: As for a name.
    """
    text = read_name(cell)
    return int(float(text)) if WHOLE.fullmatch(text) else text


def is_empty(text: str) -> bool:
    """Return whether a cell holds no number, and says so by being empty or by a usual sign."""
    return text.casefold() in EMPTY


def as_number(text: str) -> float | None:
    """Return a number as Python reads it, with a decimal point; None for anything else.

    Args:
        text: Without blanks around it.
    """
    if "_" in text:  # Python's own way to write 1_000 is a slip in a table
        return None
    try:
        return float(text)
    except ValueError:
        return None


def _text(cell: object) -> str:
    if isinstance(cell, str):
        return cell.strip()
    return "" if pd.isna(cell) else str(cell)  # type: ignore[call-overload]
