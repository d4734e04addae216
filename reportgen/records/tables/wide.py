"""Wide tables made long: those with a column for each optimizer, or for each seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reportgen.errors import UserError
from reportgen.experiment.direction import higher_is_better
from reportgen.records.tables import column_names
from reportgen.records.tables.cells import is_empty, texts_of
from reportgen.records.tables.column_names import (
    ALL_SEEDS,
    COUNTING,
    NAMING,
    PROBLEMS,
    SEEDS,
    bare,
    is_index,
    is_metric,
    is_setting,
    is_summary,
)
from reportgen.records.tables.number_columns import is_of_numbers
from reportgen.records.tables.raw import RawTable, listed, name_of
from reportgen.records.tables.reading import Reading
from reportgen.records.tables.reading_notes import Note
from reportgen.records.tables.roles import NoOptimizersError, find_column, find_roles, shown_column

OPTIMIZER, SEED, SCORE = "optimizer", "seed", "score"


@dataclass(frozen=True)
class Long:
    """A table with a row for each score.

    Attributes:
        table: The table.
        reading: Of that table: its columns have other names than those of the wide one.
        metric: What the scores are called; None where a column is to be found.
    """

    table: RawTable
    reading: Reading
    metric: str | None = None


def as_long(table: RawTable, reading: Reading) -> Long:
    """Return a table as a long one.

    Args:
        table: A long one, or one whose columns are optimizers or seeds.
        reading: What the user said of it.

    Raises:
        UserError: It has no optimizers, neither in a column nor as columns.
    """
    names = list(table.frame.columns)
    if reading.seed_column is None:
        seeds, metric = column_names.seeds_in(names)
        long = _seeds_as_columns(table, reading, seeds, metric) if seeds else None
        if long is not None:
            return long
    try:
        find_roles(table, reading)
    except NoOptimizersError:
        long = _optimizers_as_columns(table, reading)
        if long is None:
            raise
        return long
    return Long(table, reading)


def _seeds_as_columns(table: RawTable, reading: Reading, seeds: dict[str, str], metric: str) -> Long | None:
    """The table with a row for each optimizer and seed; None where no column names optimizers."""
    others = [name for name in table.frame.columns if name not in seeds]
    if any(bare(name) in SEEDS[0] for name in others):
        return None
    if not all(is_of_numbers(table.frame[name]) for name in seeds):
        return None
    narrow = replace(table, frame=table.frame[others])
    if reading.optimizer_column is not None:
        optimizer = find_column(table, reading.optimizer_column, "--optimizer-column")
    else:
        texts = [name for name in others if not is_of_numbers(table.frame[name])]
        known = [
            name
            for known in column_names.OPTIMIZERS
            for name in others
            if bare(name) in known or bare(name, without=NAMING) in known
        ]
        free = [name for name in texts if bare(name, without=NAMING | COUNTING) not in PROBLEMS]
        if not known and not free:
            return None
        optimizer = (known or free)[0]
    notes = [Note("seeds", columns=listed(list(seeds)))]
    if optimizer != OPTIMIZER and reading.optimizer_column is None:
        notes.append(Note("optimizer", column=shown_column(optimizer)))
    long = _melted(narrow, table, list(seeds), SEED)
    frame = long.frame.assign(**{SEED: long.frame[SEED].map(seeds)})
    described = replace(reading, optimizer_column=optimizer, seed_column=SEED)
    return _long(replace(long, frame=frame), described, metric, notes)


def _optimizers_as_columns(table: RawTable, reading: Reading) -> Long | None:
    """The table with a row for each seed and optimizer; None where its columns are no optimizers."""
    frame = table.frame
    keys, notes = [], []
    seed = find_column(table, reading.seed_column, "--seed-column") if reading.seed_column else None
    told = [
        find_column(table, name, option)
        for name, option in (
            (reading.problem_column, "--problem-column"),
            (reading.epoch_column, "--epoch-column"),
        )
        if name is not None
    ]
    scores = []
    for place, name in enumerate(frame.columns):
        if name in (seed, *told):
            keys.append(name)
        elif seed is None and bare(name, without=COUNTING) in ALL_SEEDS:
            seed = name
            if name != SEED:
                notes.append(Note("seed", column=shown_column(name)))
            keys.append(name)
        elif (
            (is_index(name) and place == 0)
            or bare(name, without=NAMING) in PROBLEMS
            or bare(name, without=COUNTING) in column_names.EPOCHS
        ):
            keys.append(name)
        else:
            scores.append(name)
    if summaries := [name for name in scores if is_summary(name)]:
        scores = [name for name in scores if name not in summaries]
        notes.append(Note("columns_left_out", columns=listed(summaries)))
    settings = [name for name in scores if is_setting(name) or is_metric(name)]
    if len(scores) < 2 or settings or not all(is_of_numbers(frame[name]) for name in scores):
        return None
    index = next((name for name in keys if is_index(name)), None)
    if seed is None and index is not None:
        seed = index
        notes.append(Note("seed_first", column=shown_column(index)))
    elif index is not None and index != seed:
        keys.remove(index)
    notes.insert(0, Note("optimizers", columns=listed(scores)))
    long = _melted(replace(table, frame=frame[keys]), table, scores, OPTIMIZER)
    return _long(long, replace(reading, optimizer_column=OPTIMIZER, seed_column=seed), "", notes)


def _is_key(name: str) -> bool:
    return bare(name, without=NAMING) in PROBLEMS or bare(name, without=COUNTING) in column_names.EPOCHS


def _melted(keys: RawTable, table: RawTable, columns: Sequence[str], role: str) -> RawTable:
    """A row for each row and column, with the column's name under the role, row by row."""
    rows, width = len(keys.frame), len(columns)
    if clash := [name for name in (role, SCORE) if name in keys.frame.columns]:
        raise UserError(
            f"{table.path}: has a column {clash[0]} besides those of scores; give it another name"
        )
    frame = keys.frame.loc[keys.frame.index.repeat(width)].reset_index(drop=True)
    frame[role] = list(columns) * rows
    frame[SCORE] = table.frame[list(columns)].to_numpy(dtype=object).ravel()
    return replace(table, frame=frame, lines=[line for line in table.lines for _ in columns])


def _long(table: RawTable, reading: Reading, metric: str, notes: Sequence[Note]) -> Long:
    """The long table with what was assumed, and a name for its scores."""
    further = list(notes)
    if reading.metric is not None:
        metric = reading.metric
    elif metric:
        further.append(Note("metric_before_seeds", metric=metric))
    elif higher_is_better(name_of(table.path)) is not None:
        metric = name_of(table.path)
        further.append(Note("metric_of_file", metric=metric))
    else:
        metric = SCORE
        further.append(Note("scores"))
    empty = sum(map(is_empty, texts_of(table.frame[SCORE])))
    if empty:
        further.append(Note("empty_cells", empty=empty))
    return Long(replace(table, notes=(*table.notes, *further)), replace(reading, metric=SCORE), metric)
