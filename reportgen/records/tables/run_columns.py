"""The columns that tell what a run trained: those that are there, or taken from the runs' names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reportgen.errors import UserError
from reportgen.records.tables import column_names
from reportgen.records.tables.number_columns import is_of_numbers
from reportgen.records.tables.raw import RawTable, shown
from reportgen.records.tables.reading_notes import Note
from reportgen.records.tables.run_names import take_apart

RUN = "run_name"
"""The column of the runs' names, in tables of runs."""
OPTIMIZERS = column_names.OPTIMIZERS[0] | column_names.OPTIMIZERS[1]
SEEDS = column_names.SEEDS[0] | column_names.SEEDS[1]
KNOWN = OPTIMIZERS | SEEDS | {"epoch", "step", "score"}


def names_columns(names: Iterable[str]) -> bool:
    """Whether some of the names are known ones of columns."""
    return any(_known(name, KNOWN) for name in names)


def with_run_columns(table: RawTable) -> RawTable:
    """Return a table of runs with the columns optimizer and seed, where the runs' names tell them.

    Columns that are there already stay; a run without a seed gets its name for one, and is paired with none.

    Args:
        table: With a column RUN, and rows of several epochs for each run, or one.

    Raises:
        UserError: The names do not tell the optimizer, and there is no other column that might.
    """
    frame = table.frame
    others = [str(name) for name in frame.columns if name != RUN]
    has_optimizer = any(_known(name, OPTIMIZERS) for name in others)
    if has_optimizer and any(_known(name, SEEDS) for name in others):
        return table
    names = list(dict.fromkeys(map(str, frame[RUN])))
    runs = take_apart(names)
    if runs is None and not has_optimizer and all(is_of_numbers(frame[name]) for name in others):
        raise UserError(
            f"{table.path}: the runs' names, such as {shown(names[0])}, tell no optimizer and seed; name runs"
            " like SGD-seed0, log optimizer and seed with each run, or name columns with --optimizer-column"
            " and --seed-column"
        )
    columns = {}
    notes = table.notes
    if runs is not None and not has_optimizer:
        columns["optimizer"] = frame[RUN].map(dict(zip(names, runs.optimizers, strict=True)))
        if runs.problems is not None and "problem" not in others:
            columns["problem"] = frame[RUN].map(dict(zip(names, runs.problems, strict=True)))
    if runs is not None and runs.seeds is not None:
        columns["seed"] = frame[RUN].map(dict(zip(names, runs.seeds, strict=True)))
        notes = (*notes, runs.note)
        return replace(table, frame=frame.assign(**columns), notes=notes)
    columns["seed"] = frame[RUN]
    return replace(
        table,
        frame=frame.assign(**columns),
        paired=False,
        notes=(*notes, Note("runs_without_seeds")),
    )


def _known(name: str, known: frozenset[str]) -> bool:
    """Whether a column has such a name, perhaps behind what it is nested in, as config.optimizer."""
    return column_names.bare(name, without=column_names.NAMING) in known
