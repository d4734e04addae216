"""Runs of this program as tables: the results of their trials, and what was measured in every epoch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from reportgen.errors import UserError
from reportgen.records.tables import delimited
from reportgen.records.tables.encodings import decode
from reportgen.records.tables.packed import read_bytes
from reportgen.records.tables.raw import RawTable, shown
from reportgen.records.tables.reading_notes import Note

MANIFEST, RESULTS, EPOCHS = "manifest.json", "results.csv", "metrics.csv"
TRIAL = ["stage", "setup", "seed"]
OF_RESULTS = ("status", "test_accuracy")
"""The columns of results.csv that metrics.csv lacks and a comparison is about."""


def is_run(folder: Path) -> bool:
    """Whether a folder is a run's."""
    return (folder / MANIFEST).is_file() and (folder / RESULTS).is_file()


def read(folder: Path) -> RawTable:
    """Read a run's folder: a row for each epoch, the test's result at the epoch whose weights were tested.

    Args:
        folder: With results.csv and metrics.csv.

    Raises:
        UserError: One of them is damaged, or they are not about the same trials.
        OSError: One of them cannot be read at all.
    """
    results, epochs = _read(folder / RESULTS), _read(folder / EPOCHS)
    for table, needed in ((results, [*TRIAL, *OF_RESULTS, "best_epoch"]), (epochs, [*TRIAL, "epoch"])):
        if lost := [name for name in needed if name not in table.frame.columns]:
            raise UserError(f"{table.path}: has no column {lost[0]}; name another run, or run it again")
    trials = results.frame[[*TRIAL, *OF_RESULTS, "best_epoch"]]
    merged = epochs.frame.merge(trials, on=TRIAL, how="left", validate="many_to_one", indicator=True)
    alone = merged["_merge"] != "both"
    if alone.any() or len(trials) > merged.groupby(TRIAL).ngroups:
        raise UserError(f"{folder}: {EPOCHS} and {RESULTS} are not about the same trials; run it again")
    tested = merged["epoch"] == merged["best_epoch"]
    frame = merged.assign(test_accuracy=merged["test_accuracy"].where(tested, ""))
    frame = frame.drop(columns=["_merge", "best_epoch"])
    return replace(
        epochs, frame=frame, path=folder, form=Note("own_run", name=shown(folder.resolve().name)), sparse=True
    )


def _read(path: Path) -> RawTable:
    return delimited.parse(decode(read_bytes(path).data, path).text, path)
