"""Which row of a trial counts, where it has one for each epoch."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from reportgen.errors import UserError
from reportgen.experiment.direction import higher_is_better
from reportgen.records.tables.number_columns import Numbers, read_numbers
from reportgen.records.tables.raw import RawTable, shown
from reportgen.records.tables.reading_notes import Note
from reportgen.records.tables.roles import find_column

LAST, BEST, HIGHEST, LOWEST, EPOCH = "last", "best", "max", "min", "epoch"
WAYS = "last, best:COLUMN or epoch:N"
TRIAL = ["problem", "optimizer", "seed"]
"""The columns that tell trials apart."""


@dataclass(frozen=True)
class At:
    """Which epoch of a trial counts.

    Attributes:
        way: One of LAST, HIGHEST, LOWEST, BEST and EPOCH.
        column: By which the epoch is chosen, where it is.
        epoch: Its number, where that is given.
    """

    way: str = LAST
    column: str = ""
    epoch: float = 0.0


def parse_at(text: str | None) -> At:
    """Return what "last", "best:COLUMN", "max:COLUMN", "min:COLUMN" or "epoch:N" ask for.

    Raises:
        UserError: It is none of these.
    """
    way, _, rest = (text or LAST).strip().partition(":")
    rest = rest.strip()
    if way == LAST and not rest:
        return At()
    if way in {BEST, HIGHEST, LOWEST} and rest:
        return At(way, rest)
    if way == EPOCH and re.fullmatch(r"\d{1,15}(\.\d+)?", rest):
        return At(EPOCH, epoch=float(rest))
    raise UserError(f"--at {shown(text or '')}: is none of {WAYS}; write one of them")


def read_epochs(table: RawTable, column: str) -> pd.Series:
    """Return the epochs of the rows, as whole numbers if all are.

    Args:
        table: The table.
        column: Of it.

    Raises:
        UserError: A row has none.
    """
    epochs = read_numbers(table, column).values
    if (without := np.flatnonzero(~np.isfinite(epochs))).size:
        raise UserError(f"{table.place(int(without[0]))}, column {column}: has no epoch; write its number")
    return epochs.astype("int64") if (epochs % 1 == 0).all() else epochs


def measured(rows: pd.DataFrame, empty: pd.Series, *, sparse: bool) -> pd.DataFrame:
    """Return the rows at which something was measured; of the others an empty score says nothing.

    An empty score at an epoch that is empty for all trials of a problem is none that was lost. A trial of
    which nothing was measured keeps its last row.

    Args:
        rows: The columns of TRIAL, epoch and score.
        empty: Whether each score is empty.
        sparse: Whether an empty score is never one that was lost.
    """
    if sparse:
        lost = empty.groupby([rows[column] for column in TRIAL]).transform("all")
        return rows[~empty | (lost & ~rows.duplicated(TRIAL, keep="last"))]
    filled = (~empty).groupby([rows["problem"], rows["epoch"]]).transform("any")
    return rows[filled]


def choose(rows: pd.DataFrame, table: RawTable, at: At, metric: str) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """Choose a row of each trial.

    Args:
        rows: As `measured` returns them; their index is that of the table's rows.
        table: Where the column stands by which an epoch is chosen.
        at: What was asked for.
        metric: The column that is compared.

    Returns:
        The rows that count, with NaN for the score of a trial that has none, and what was assumed.

    Raises:
        UserError: What was asked for is not in the table.
    """
    trials = rows.groupby(TRIAL, sort=False)
    if at.way == EPOCH:
        return _at_epoch(rows, at.epoch)
    if at.way == LAST:
        chosen = rows.loc[trials["epoch"].idxmax()]
        return chosen, _notes_of_last(chosen)
    column = find_column(table, at.column, f"--at {at.way}:")
    return _at_best(rows, column, read_numbers(table, column), at.way, metric)


def _notes_of_last(chosen: pd.DataFrame) -> tuple[Note, ...]:
    """At which epochs the trials end, and how many without a score."""
    first, last = chosen["epoch"].min(), chosen["epoch"].max()
    notes = [Note("last_epoch", span=_span(first, last))]
    ends = chosen.groupby("problem")["epoch"].transform("max")
    if early := int((chosen["epoch"] < ends).sum()):
        notes.append(Note("early", early=early, trials=len(chosen)))
    return (*notes, *_notes_of_lost(chosen, Note("at_last")))


def _notes_of_lost(chosen: pd.DataFrame, when: Note) -> tuple[Note, ...]:
    lost = int((~np.isfinite(chosen["score"])).sum())
    return (Note("lost", lost=lost, trials=len(chosen), when=when),) if lost else ()


def _at_epoch(rows: pd.DataFrame, epoch: float) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """The rows of one epoch; a trial that has none is without a score."""
    at_it = rows[rows["epoch"] == epoch]
    if at_it.empty:
        span = _span(rows["epoch"].min(), rows["epoch"].max())
        raise UserError(
            f"--at epoch:{epoch:g}: no trial has a score at that epoch (there are {span}); choose another"
        )
    others = rows[~rows.set_index(TRIAL).index.isin(at_it.set_index(TRIAL).index)]
    lacking = others.drop_duplicates(TRIAL).assign(score=np.nan)
    chosen = pd.concat([at_it, lacking]).sort_index()
    return chosen, _notes_of_lost(chosen, Note("at_epoch", epoch=f"{epoch:g}"))


def _at_best(
    rows: pd.DataFrame, column: str, numbers: Numbers, way: str, metric: str
) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """The first of the epochs at which a column is best; a trial for which it has no number has no score."""
    highest = higher_is_better(numbers.name) if way == BEST else way == HIGHEST
    if highest is None:
        raise UserError(
            f"--at best:{column}: the name does not say whether higher or lower is better; write max:{column}"
            f" or min:{column}"
        )
    values = numbers.values.loc[rows.index]
    values = values.where(np.isfinite(values), -np.inf if highest else np.inf)
    ordered = rows.assign(chosen_by=-values if highest else values)
    ordered = ordered.sort_values(["chosen_by", "epoch"], kind="stable")
    chosen = ordered.drop_duplicates(TRIAL).sort_index()
    without = ~np.isfinite(chosen["chosen_by"])
    chosen = chosen.assign(score=chosen["score"].mask(without)).drop(columns="chosen_by")
    flattering: str = ""
    if column == metric:
        flattering = Note("flattered_by_metric")
    elif "test" in column.casefold():
        flattering = Note("flattered_by_test")
    extreme = Note("highest" if highest else "lowest")
    note = Note("best_epoch", column=column, extreme=extreme, flattering=flattering)
    return chosen, (note, *_notes_of_lost(chosen, Note("at_that")))


def _span(first: float, last: float) -> str:
    return f"{first:g}" if first == last else Note("span", first=f"{first:g}", last=f"{last:g}")
