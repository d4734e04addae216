"""What benchopt measures: a row for each point of each solver's curve."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from reportgen.errors import UserError
from reportgen.records.tables.raw import RawTable
from reportgen.records.tables.reading_notes import Note

FORM = Note("benchopt")
NEEDED = ("objective_name", "solver_name", "idx_rep")
DATA = ("data_name", "dataset_name")
TIME, STOP = "time", "stop_val"
MEASURED = "objective_"
VALUE = "objective_value"
"""What every solver of a benchmark makes small."""
NAMES = ("objective_name", "objective_description")


def understand(table: RawTable) -> RawTable | None:
    """Return such a table with solvers as optimizers, data as problems and repetitions as seeds.

    Args:
        table: As it was read.

    Returns:
        The table; None for any other.

    Raises:
        UserError: It has no column of times where it needs one.
    """
    frame = table.frame
    if not set(NEEDED) <= set(frame.columns):
        return None
    measured = [
        name for name in frame.columns if name == TIME or (name.startswith(MEASURED) and name not in NAMES)
    ]
    data = next((frame[name].astype(str) for name in DATA if name in frame.columns), None)
    objective = frame["objective_name"].astype(str)
    if data is not None:
        objective = data if objective.nunique() == 1 else objective + " " + data
    columns = {"problem": objective, "optimizer": frame["solver_name"], "seed": frame["idx_rep"]}
    notes = [Note("repetitions_apart")]
    keys = list(columns)
    named = frame.assign(**columns)
    if named.duplicated(keys).any():
        epochs, note = _epochs(named, keys, table)
        columns["epoch"] = epochs
        notes.append(note)
    understood = pd.DataFrame({**columns, **{name: frame[name] for name in measured}})
    return replace(
        table,
        frame=understood,
        form=FORM,
        paired=False,
        lower_is_better=tuple(name for name in measured if name == VALUE),
        notes=(*table.notes, *notes),
    )


def _epochs(frame: pd.DataFrame, keys: list[str], table: RawTable) -> tuple[pd.Series, Note]:
    """Where on a curve each row is: how many iterations it took, or which point in time it is."""
    if STOP in frame.columns:
        stops = pd.to_numeric(frame[STOP], errors="coerce")
        if (stops % 1 == 0).all() and not frame.assign(**{STOP: stops}).duplicated([*keys, STOP]).any():
            return stops.astype("int64"), Note("is_epoch", column=STOP)
    if TIME not in frame.columns:
        raise UserError(
            f"{table.path}: has several rows for a repetition, and no column {TIME} to order them"
        )
    times = pd.to_numeric(frame[TIME], errors="coerce")
    points = times.groupby([frame[key] for key in keys], sort=False).rank(method="first")
    return points.astype("int64"), Note("points_are_epochs", column=TIME)
