"""The numbers of a column: with decimal points or commas, and with or without percent signs."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from reportgen.errors import UserError
from reportgen.experiment.direction import is_accuracy
from reportgen.records.tables.cells import as_number, is_empty, texts_of
from reportgen.records.tables.column_names import PERCENT
from reportgen.records.tables.raw import RawTable, shown
from reportgen.records.tables.reading_notes import Note

COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")
SAMPLE = 200
"""Cells by which a column counts as one of numbers."""


@dataclass(frozen=True)
class Numbers:
    """The numbers of a column.

    Attributes:
        values: A number for each row; NaN where there is none.
        empty: Whether each cell is empty, which is less than one that says nan.
        name: What they are called; a percentage is read as a share of 1, and its name without the sign.
        notes: How they were read, where that is not the usual way.
    """

    values: pd.Series
    empty: pd.Series
    name: str
    notes: tuple[Note, ...] = ()


def is_of_numbers(cells: pd.Series) -> bool:
    """Return whether most of the first cells that are not empty are numbers, if any is filled."""
    filled = (text for text in texts_of(cells.head(5 * SAMPLE)) if not is_empty(text))
    are = [
        _read(text.rstrip("%").rstrip()) is not None for text, _ in zip(filled, range(SAMPLE), strict=False)
    ]
    return sum(are) * 2 > len(are) or not are


def read_numbers(table: RawTable, column: str) -> Numbers:
    """Read a column of numbers, all of them written in the same way.

    Args:
        table: The table.
        column: Of it.

    Raises:
        UserError: A cell is no number, or may be two numbers, or is written in another way than the others.
    """
    codes, texts = pd.factorize(texts_of(table.frame[column]), use_na_sentinel=False)
    values = np.full(len(texts), math.nan)
    empty = np.zeros(len(texts), dtype=bool)
    percents: list[int] = []
    plain: list[int] = []
    commas: list[int] = []
    points: list[int] = []
    for number, text in enumerate(texts):
        if is_empty(text):
            empty[number] = True
            continue
        digits = text.rstrip("%").rstrip()
        value = _read(digits)
        if value is None:
            _refuse(table, column, _row(codes, number), text)
            continue
        values[number] = value
        if math.isfinite(value):
            (percents if digits != text else plain).append(number)
            if "," in digits:
                commas.append(number)
            elif "." in digits:
                points.append(number)
    notes = []
    for some, others in ((percents, plain), (commas, points)):
        if some and others:
            first, second = ((_row(codes, number), texts[number]) for number in (some[0], others[0]))
            _refuse_mixture(table, column, first, second)
    if commas:
        _refuse_thousands(table, column, codes, [(number, texts[number]) for number in commas])
        notes.append(Note("decimal_commas", column=column))
    name = PERCENT.sub("", column)
    largest = np.nanmax(np.abs(values), initial=0.0, where=np.isfinite(values))
    if percents or (name != column and (largest > 1 or not is_accuracy(column))):
        values = np.array([value / 100 for value in values])
        percent, share = (100 * largest, largest) if largest <= 1 else (largest, largest / 100)
        notes.append(Note("percentages", column=column, percent=f"{percent:g}", share=f"{share:g}"))
    elif name != column and plain:
        notes.append(Note("shares", column=column))
    index = table.frame.index
    return Numbers(
        pd.Series(values[codes], index=index),
        pd.Series(empty[codes], index=index),
        name or column,
        tuple(notes),
    )


def _read(digits: str) -> float | None:
    """A number with a decimal point or a decimal comma."""
    return as_number(digits.replace(",", ".")) if COMMA.fullmatch(digits) else as_number(digits)


def _row(codes: object, number: int) -> int:
    """The first row with a value."""
    return int(np.argmax(np.asarray(codes) == number))


def _refuse(table: RawTable, column: str, row: int, text: str) -> None:
    """Raise UserError for a text that is no number."""
    where = f"{table.place(row)}, column {column}"
    if re.fullmatch(r"[+-]?[\d.,'\s]*\d[.,'\s]\d{3}([.,]\d+)?", text):
        raise UserError(f"{where}: {shown(text)} has marks between thousands; write the number without them")
    raise UserError(f"{where}: {shown(text)} is not a number; correct it, or leave it empty for no score")


def _refuse_mixture(table: RawTable, column: str, first: tuple[int, str], second: tuple[int, str]) -> None:
    """Raise UserError for numbers written in two ways, each given by its row and its text."""
    (row, text), (other_row, other) = sorted((first, second), reverse=True)
    raise UserError(
        f"{table.place(row)}, column {column}: {shown(text)} is written in another way than {shown(other)} in"
        f" {table.place(other_row)}; write all numbers in the same way"
    )


def _refuse_thousands(table: RawTable, column: str, codes: object, cells: list[tuple[int, str]]) -> None:
    """Raise UserError where every comma may stand between thousands as well."""
    if "semicolons" in table.form or not all(THOUSANDS.fullmatch(text.rstrip("% ")) for _, text in cells):
        return
    number, text = cells[0]
    raise UserError(
        f"{table.place(_row(codes, number))}, column {column}: {shown(text)} may have a decimal comma, or one"
        " between thousands; write the numbers with decimal points"
    )
