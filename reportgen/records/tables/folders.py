"""Folders as tables: a run of this program, or the runs that TensorBoard or MLflow keep."""

from __future__ import annotations

from pathlib import Path

from reportgen.errors import UserError
from reportgen.records.tables import event_folder, mlflow_folder, own_run
from reportgen.records.tables.raw import RawTable


def read(folder: Path) -> RawTable:
    """Read a folder of runs, or that of a run of this program.

    Args:
        folder: The folder; what links in it lead to is not read.

    Raises:
        UserError: It is none of these, or damaged.
        OSError: A file in it cannot be read at all.
    """
    if own_run.is_run(folder):
        return own_run.read(folder)
    if own_run.is_run(folder / "latest"):
        raise UserError(f"{folder}: is the folder of an experiment; name one of its runs, as {folder}/latest")
    if files := event_folder.event_files(folder):
        return event_folder.read(folder, files)
    if runs := mlflow_folder.runs_in(folder):
        return mlflow_folder.read(folder, runs)
    raise UserError(
        f"{folder}: is a folder with neither a run of reportgen nor runs of TensorBoard or MLflow; name the"
        " table in it"
    )
