"""Tables of runs without those that did not finish."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pandas as pd

from reportgen.errors import UserError
from reportgen.records.tables.raw import RawTable, listed
from reportgen.records.tables.reading_notes import Note


def finished_alone(table: RawTable, column: str, finished: str) -> RawTable:
    """Return a table with its finished runs; it says which others it had.

    Args:
        table: A row for each run.
        column: That of the runs' states.
        finished: The state of those that count, in small letters.

    Raises:
        UserError: There is none.
    """
    states = table.frame[column].fillna("").astype(str).str.strip()
    kept = states.str.casefold() == finished
    if kept.all():
        return table
    others = Counter(states[~kept])
    left_out = listed([f"{count} {state or '–'}" for state, count in others.most_common()])
    if not kept.any():
        raise UserError(f"{table.path}: none of its runs is {finished} ({left_out}); wait until some are")
    note = Note("unfinished", finished=finished, runs=left_out)
    return replace(rows_of(table, kept), notes=(*table.notes, note))


def rows_of(table: RawTable, kept: pd.Series) -> RawTable:
    """Return some rows of a table.

    Args:
        table: The table.
        kept: Whether each row is one of them.
    """
    lines = [line for line, keep in zip(table.lines, kept, strict=True) if keep]
    return replace(table, frame=table.frame[kept].reset_index(drop=True), lines=lines)
