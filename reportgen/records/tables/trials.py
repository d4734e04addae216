"""The trials of one table: each with its problem, its optimizer, its seed, its score."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from reportgen.errors import UserError
from reportgen.files.csv_cells import unguarded
from reportgen.records.tables import epochs
from reportgen.records.tables.cells import read_column, read_name, read_seed, texts_of
from reportgen.records.tables.column_names import is_summary
from reportgen.records.tables.doubled import refuse_doubled
from reportgen.records.tables.epochs import TRIAL
from reportgen.records.tables.number_columns import read_numbers
from reportgen.records.tables.raw import RawTable, listed, name_of
from reportgen.records.tables.reading import Reading
from reportgen.records.tables.reading_notes import Note
from reportgen.records.tables.roles import NoOptimizersError, find_metric, find_roles
from reportgen.records.tables.wide import Long, as_long

TOGETHER = "scores"
"""The problem of files that are an optimizer each."""
STAGE, STATUS, DIVERGED = "stage", "status", "diverged"
"""Of a run of ours: its column of problems, and how it says that a training had no end."""


@dataclass(frozen=True)
class Trials:
    """What one table holds.

    Attributes:
        metric: What the score is called.
        table: The columns problem, optimizer, seed, score, file and line, a row a trial; the last two say
            where it stands.
        curves: The columns problem, optimizer, seed, epoch, score, where trials have a row for every epoch.
        notes: What was assumed.
        paired: Whether the seeds can pair anything.
        further: The columns that are none of these and not the score, as they were read, a row a trial.
        stages: Whether the problems are several stages of a run of ours.
        lower_is_better: Whether the table shows that the metric is better when lower.
    """

    metric: str
    table: pd.DataFrame
    curves: pd.DataFrame | None
    notes: tuple[Note, ...]
    paired: bool
    further: pd.DataFrame
    stages: bool
    lower_is_better: bool = False


def read_trials(raw: RawTable, reading: Reading, name: str | None) -> Trials:
    """Read the trials of a table.

    Args:
        raw: As it lies in a file.
        reading: What the user said of it.
        name: What the file is called among several; None if it is alone.

    Raises:
        UserError: It is no table of scores; the line names its line and column.
    """
    try:
        alone = read_name(name or name_of(raw.path))
    except UserError as error:
        raise error.within(raw.path) from None
    form = (Note("is_form", file=raw.path.name, form=raw.form),) if raw.form else ()
    raw = replace(raw, notes=(*form, *raw.notes))
    if {STAGE, "setup", "seed"} <= set(raw.frame.columns):
        raw, reading = _own(raw, reading)
    try:
        long = as_long(raw, reading)
    except NoOptimizersError:
        if name is None:
            raise
        named = replace(
            raw, frame=raw.frame.assign(optimizer=name), notes=(*raw.notes, Note("file_is_optimizer"))
        )
        long, alone = as_long(named, reading), TOGETHER
    return _Reader(long, alone, name is not None).read()


def _own(raw: RawTable, reading: Reading) -> tuple[RawTable, Reading]:
    """A table of a run of ours: setups are the optimizers, and stages the problems."""
    guarded = raw.frame[[STAGE, "setup"]].map(unguarded)
    described = replace(reading, optimizer_column="setup", seed_column="seed", problem_column=STAGE)
    return replace(raw, frame=raw.frame.assign(**guarded)), described


class _Reader:
    """Reads a long table, and keeps what it assumes."""

    def __init__(self, long: Long, alone: str, among_others: bool) -> None:
        self.table, self.reading = long.table, long.reading
        self.alone, self.among_others = alone, among_others
        self.roles = find_roles(self.table, self.reading)
        self.column, of_metric = find_metric(self.table, self.reading, self.roles)
        numbers = read_numbers(self.table, self.column)
        self.metric = long.metric or numbers.name
        self.notes = [*self.table.notes, *self.roles.notes, *of_metric, *numbers.notes]
        self.numbers = numbers

    def read(self) -> Trials:
        """Return the trials of the table."""
        rows, curves = self._rows(), None
        if (epoch := self._epoch(rows)) is not None:
            rows = self._measured(rows, epoch)
        if epoch is not None and not self._is_measured_once(rows):
            curves = rows[[*TRIAL, "epoch", "score"]].reset_index(drop=True)
            at = epochs.parse_at(self.reading.at)
            rows, of_epochs = epochs.choose(rows, self.table, at, self.column)
            self.notes += of_epochs
        elif self.reading.at is not None:
            raise UserError(
                f"{self.table.path}: has no epochs to choose from; leave --at out, or name their column with"
                " --epoch-column"
            )
        elif self.roles.seed is None:
            rows["seed"] = rows.groupby(["problem", "optimizer"]).cumcount()
        refuse_doubled(rows, TRIAL, self.table, self.roles)
        lines = np.asarray(self.table.lines)[rows.index]
        trials = rows[[*TRIAL, "score"]].reset_index(drop=True)
        trials = trials.assign(file=pd.Series([self.table.path] * len(trials), dtype=object), line=lines)
        paired = self._paired()
        compared = trials.groupby("problem")["optimizer"].nunique() > 1
        stages = self.roles.problems == (STAGE,) and int(compared.sum()) > 1
        lower_is_better = self.column in self.table.lower_is_better
        further = self._further(epoch).loc[rows.index].reset_index(drop=True)
        notes = tuple(self.notes)
        return Trials(self.metric, trials, curves, notes, paired, further, stages, lower_is_better)

    def _further(self, epoch: str | None) -> pd.DataFrame:
        """What the table has beside the trials and their scores."""
        roles = self.roles
        taken = {roles.optimizer, roles.seed, *roles.problems, epoch, self.column}
        return self.table.frame[[name for name in self.table.frame.columns if name not in taken]]

    def _rows(self) -> pd.DataFrame:
        """A row for each of the table's, of the problem alone that was asked for."""
        table, roles = self.table, self.roles
        scores = self.numbers.values
        if roles.problems == (STAGE,) and STATUS in table.frame.columns:
            scores = scores.mask(table.frame[STATUS] == DIVERGED)
        rows = pd.DataFrame(
            {
                "problem": self._problems(),
                "optimizer": read_column(table, roles.optimizer, read_name),
                "seed": 0 if roles.seed is None else read_column(table, roles.seed, read_seed),
                "score": scores,
            }
        )
        rows = self._without_summaries(rows)
        asked_for = rows["problem"] == self.reading.problem
        return rows[asked_for] if asked_for.any() else rows

    def _without_summaries(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows without those of means and the like, where the seeds besides are numbers."""
        summaries = rows["seed"].map(is_summary)
        others = rows.loc[~summaries, "seed"]
        if not summaries.any() or any(isinstance(seed, str) for seed in others):
            return rows
        names = sorted(set(rows.loc[summaries, "seed"]))
        self.notes.append(Note("rows_left_out", seeds=listed(names)))
        return rows[~summaries]

    def _problems(self) -> pd.Series:
        """The problem of each row."""
        columns = self.roles.problems
        if not columns:
            return pd.Series(self.alone, index=self.table.frame.index, dtype=object)
        first, *further = (read_column(self.table, column, read_name) for column in columns)
        for names in further:
            first = first + " / " + names
        return self.alone + " " + first if columns == (STAGE,) and self.among_others else first

    def _epoch(self, rows: pd.DataFrame) -> str | None:
        """The column of epochs, where trials have several rows; None where they have one."""
        columns = self.roles.epochs
        if self.reading.epoch_column is not None:
            return columns[0]
        if not columns or not (rows.duplicated(TRIAL).any() or self.reading.at is not None):
            return None
        doubled = {
            column: int(rows[TRIAL].assign(epoch=texts_of(self.table.frame[column])).duplicated().sum())
            for column in columns
        }
        best = min(columns, key=lambda column: doubled[column])
        # without seeds, rows with the same epoch are several trainings; or none of the rows is an epoch
        if self.roles.seed is None and doubled[best] and self.table.frame[best].nunique() == 1:
            return None
        if best != "epoch":
            self.notes.append(Note("epoch", column=best))
        return best

    def _measured(self, rows: pd.DataFrame, epoch: str) -> pd.DataFrame:
        """The rows at which the metric was measured, with their epochs."""
        rows = rows.assign(epoch=epochs.read_epochs(self.table, epoch))
        roles = replace(self.roles, epochs=(epoch,))
        refuse_doubled(rows, [*TRIAL, "epoch"], self.table, roles)
        empty = self.numbers.empty.loc[rows.index]
        if empty.all():
            raise UserError(f"{self.table.path}: column {self.column} is empty; choose another with --metric")
        return epochs.measured(rows, empty, sparse=self.table.sparse)

    def _is_measured_once(self, rows: pd.DataFrame) -> bool:
        """Whether each trial of a table with empty cells has one score, as those of a test at the end."""
        return self.table.sparse and self.reading.at is None and not rows.duplicated(TRIAL).any()

    def _paired(self) -> bool:
        """Whether the seeds can pair anything."""
        if self.roles.seed is not None:
            return self.table.paired is not False
        if self.reading.paired:
            raise UserError(
                f"{self.table.path}: has no column of seeds to pair trials by; name one with --seed-column"
            )
        self.notes.append(Note("no_seeds"))
        return False
