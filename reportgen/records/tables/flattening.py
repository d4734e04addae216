"""Records with nested keys and lists of numbers as rows of a table."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from reportgen.errors import UserError
from reportgen.records.tables.raw import MOST_ROWS, RawTable, place
from reportgen.records.tables.reading_notes import Note

MOST_CELLS = 20_000_000
MOST_LEVELS = 20
"""So deep may keys be nested in a record."""


def table_of(
    records: Sequence[Mapping[str, Any]],
    path: Path,
    form: str,
    *,
    lines: Sequence[int] | None = None,
    notes: Sequence[Note] = (),
    sparse: bool = False,
) -> RawTable:
    """Return records as a table: nested keys joined by dots, and a row for each epoch of their curves.

    A list of numbers is a curve where it stands under a key whose lists differ from record to record, as
    those of settings do not.

    Args:
        records: Each with its keys and what stands under them.
        path: Where they were read, for messages.
        form: What the file is.
        lines: Of the records; without, they are numbered from 1.
        notes: What was assumed in reading them.
        sparse: As for RawTable.

    Raises:
        UserError: They are nested too deep, or make too large a table.
    """
    numbers = lines or range(1, len(records) + 1)
    flat = [
        dict(_flattened(record, place(path, line))) for record, line in zip(records, numbers, strict=True)
    ]
    curves = _curves(flat)
    rows: list[dict[str, Any]] = []
    row_lines: list[int] = []
    columns: dict[str, None] = {}
    for record, line in zip(flat, numbers, strict=True):
        for row in _rows(record, curves):
            rows.append(row)
            row_lines.append(line)
            columns.update(dict.fromkeys(row))
        if len(rows) > MOST_ROWS or len(rows) * len(columns) > MOST_CELLS:
            raise UserError(
                f"{place(path, line)}: the table gets more than {MOST_ROWS:,} rows or {MOST_CELLS:,} cells;"
                " leave out what is not compared"
            )
    if not rows:
        raise UserError(f"{path}: has no records; there is nothing to compare")
    frame = pd.DataFrame({name: [row.get(name) for row in rows] for name in columns}, dtype=object)
    return RawTable(frame, row_lines, path, form, sparse=sparse, notes=tuple(notes))


def _flattened(record: Mapping[str, Any], where: str, prefix: str = "", level: int = 1) -> Iterator[Any]:
    """Every key with what stands under it, those of inner records after the key that they stand under."""
    if level > MOST_LEVELS:
        raise UserError(f"{where}: is nested deeper than {MOST_LEVELS} levels; write a record for each row")
    for key, value in record.items():
        name = f"{prefix}{key}".strip()
        if isinstance(value, Mapping):
            yield from _flattened(value, where, f"{name}.", level + 1)
        else:
            yield name, value


def _curves(records: Sequence[Mapping[str, Any]]) -> set[str]:
    """The keys under which each record has a list of numbers of its own."""
    lists: dict[str, list[tuple[Any, ...]]] = {}
    for record in records:
        for name, value in record.items():
            if isinstance(value, list) and value and all(map(_is_number, value)):
                lists.setdefault(name, []).append(tuple(map(str, value)))
    own = {name for name, values in lists.items() if len(set(values)) == len(values) > 0}
    return own | {name for name in lists if own and name.casefold() in EPOCHS}


def _rows(record: Mapping[str, Any], curves: set[str]) -> Iterator[dict[str, Any]]:
    """The rows of a record: one, or one for each epoch of its curves."""
    lists = {name: value for name, value in record.items() if name in curves and isinstance(value, list)}
    single = {name: cell(value) for name, value in record.items() if name not in lists}
    if not lists:
        yield single
        return
    for index in range(max(map(len, lists.values()))):
        counted = {} if EPOCHS & {name.casefold() for name in record} else {"epoch": index + 1}
        yield {
            **single,
            **counted,
            **{name: cell(value[index]) for name, value in lists.items() if index < len(value)},
        }


EPOCHS = frozenset(("epoch", "epochs", "step", "steps", "iteration", "iterations"))


def cell(value: object) -> object:
    """Return what stands in a cell: a number, a text, or None for nothing at all.

    A number that is none stays apart from nothing: it was measured, and is no score.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return "nan" if isinstance(value, float) and math.isnan(value) else value


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
