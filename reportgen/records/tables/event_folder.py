"""Folders of TensorBoard: a folder for each run, with its event files."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence, Set
from pathlib import Path
from typing import Any

from reportgen.errors import UserError
from reportgen.records.tables.event_file import Settings, read_events
from reportgen.records.tables.flattening import table_of
from reportgen.records.tables.folder_files import files_in
from reportgen.records.tables.raw import RawTable
from reportgen.records.tables.reading_notes import Note
from reportgen.records.tables.run_columns import RUN, with_run_columns

FILE = re.compile(r".*\btfevents\b.*")
FORM = Note("tensorboard")
MOST_SCALARS = 3_000_000
SESSION = re.compile(r"\d{9,}(\.\d+)?")
"""A folder within a run's own, where its hyperparameters were written: it is called by the time."""
PARTS = ("train", "training", "val", "validation", "valid", "eval", "evaluation", "test")
"""Folders within a run's own, where the same tags were logged on other data."""


def refuse_event_file(path: Path) -> None:
    """Raise UserError for a single event file, which holds one run."""
    if FILE.fullmatch(path.name):
        raise UserError(f"{path}: is the event file of one run; name the folder that holds all runs")


def event_files(folder: Path) -> list[Path]:
    """Return the event files within a folder."""
    return [path for path in files_in(folder) if FILE.fullmatch(path.name)]


def read(folder: Path, files: Sequence[Path]) -> RawTable:
    """Read the runs of a folder: a row for each step of each run, a column for each tag.

    Args:
        folder: Of the runs; a run is called by its own folder's path within it.
        files: The event files of the folder.

    Raises:
        UserError: A file is damaged, or the runs' names tell no optimizer.
        OSError: A file cannot be read at all.
    """
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    settings: dict[str, Settings] = defaultdict(dict)
    room = MOST_SCALARS
    folders = {path.parent.relative_to(folder) for path in files}
    for path in files:
        run, prefix = _run(path.parent.relative_to(folder), folders)
        run = run or folder.resolve().name
        scalars, hyperparameters = read_events(path, room)
        room -= len(scalars)
        settings[run] |= hyperparameters
        for scalar in scalars:  # a run that went on again logs a step twice: the later counts
            row = rows.setdefault((run, scalar.step), {RUN: run, "epoch": scalar.step})
            row[prefix + scalar.tag] = "nan" if math.isnan(scalar.value) else scalar.value
    if not rows:
        raise UserError(f"{folder}: no scalar was logged in its event files; log the metric with add_scalar")
    metrics = {name for row in rows.values() for name in row}
    records = [
        {**row, **{name: value for name, value in settings[run].items() if name not in metrics}}
        for (run, _), row in sorted(rows.items())
    ]
    table = table_of(records, folder, FORM, notes=(Note("step_is_epoch"),), sparse=True)
    return with_run_columns(table)


def _run(path: Path, folders: Set[Path]) -> tuple[str, str]:
    """What the run of an event file's folder is called, and what its tags begin with.

    A folder within the folder of a run belongs to that run, as what add_scalars writes does.
    """
    parts = path.parts
    length = next((n for n in range(1, len(parts)) if Path(*parts[:n]) in folders), len(parts))
    if length == len(parts) > 1 and (SESSION.fullmatch(parts[-1]) or parts[-1].casefold() in PARTS):
        length -= 1
    inner = [part for part in parts[length:] if not SESSION.fullmatch(part)]
    return "/".join(parts[:length]), "".join(f"{part}/" for part in inner)
