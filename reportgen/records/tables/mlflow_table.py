"""MLflow's table of runs, as mlflow.search_runs() gives it."""

from __future__ import annotations

from dataclasses import replace

from reportgen.records.tables.finished_runs import finished_alone
from reportgen.records.tables.raw import RawTable
from reportgen.records.tables.reading_notes import Note
from reportgen.records.tables.run_columns import RUN, with_run_columns

FORM = Note("mlflow_table")
FINISHED = "finished"
NAME = "tags.mlflow.runName"
KINDS = ("metrics.", "params.", "tags.")
"""What the columns begin with that a user logged."""


def understand(table: RawTable) -> RawTable | None:
    """Return the finished runs of such a table; None for any other.

    Args:
        table: As it was read.

    Raises:
        UserError: No run is finished, or nothing tells the optimizer.
    """
    columns = list(table.frame.columns)
    if not {"run_id", "status"} <= set(columns) or not any(name.startswith("metrics.") for name in columns):
        return None
    return of_runs(replace(table, form=FORM))


def of_runs(table: RawTable) -> RawTable:
    """Return the finished ones of runs.

    Args:
        table: With the columns run_id and status, and what was logged.

    Raises:
        UserError: No run is finished, or nothing tells the optimizer.
    """
    table = finished_alone(table, "status", FINISHED)
    columns = list(table.frame.columns)
    names = table.frame[NAME if NAME in columns else "run_id"].fillna("").astype(str)
    logged = [name for name in columns if name == "epoch" or (name.startswith(KINDS) and name != NAME)]
    return with_run_columns(replace(table, frame=table.frame[logged].assign(**{RUN: names})))
