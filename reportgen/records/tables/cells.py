"""What a cell of anyone's table means: a name, a seed, a score."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from reportgen.errors import UserError, is_printable
from reportgen.records.tables.raw import RawTable, shown

LONGEST_NAME = 100

WHOLE = re.compile(r"[+-]?\d{1,15}(\.0*)?")


def read_column(table: RawTable, column: str, read: Callable[[str], Any]) -> pd.Series:
    """Return what the cells of a column mean, each different one looked at once.

    Args:
        table: The table.
        column: Of it.
        read: What reads a cell; its UserError says what is wrong with it.

    Raises:
        UserError: A cell means nothing; the line names its line and column.
    """
    codes, values = pd.factorize(table.frame[column], use_na_sentinel=False)
    meanings = np.empty(len(values), dtype=object)
    for number, value in enumerate(values):
        try:
            meanings[number] = read(_text(value))
        except UserError as error:
            row = int(np.argmax(codes == number))
            raise error.within(f"{table.place(row)}, column {column}") from None
    return pd.Series(meanings[codes], index=table.frame.index)


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


def read_number(cell: str) -> float:
    """Return a score; NaN where there is none.

    Raises:
        UserError: It is no number.
    """
    text = cell.strip()
    if text in {"", "NA"}:
        return math.nan
    try:
        if "_" not in text:  # Python's own way to write 1_000 is a slip in a table
            return float(text)
    except ValueError:
        pass
    raise UserError(f"{shown(text)} is not a number; correct it, or leave it empty for no score")


def _text(value: object) -> str:
    """A cell as text; nothing for one that is missing."""
    if isinstance(value, str):
        return value
    return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]
