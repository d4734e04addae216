"""The folder in which MLflow keeps runs (mlruns), read without MLflow and without what it points to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reportgen.errors import UserError
from reportgen.records.tables import mlflow_table
from reportgen.records.tables.flattening import table_of
from reportgen.records.tables.folder_files import files_in, read_small
from reportgen.records.tables.raw import RawTable, shown
from reportgen.records.tables.reading_notes import Note

META = "meta.yaml"
KINDS = ("metrics", "params", "tags")
STATES = {"1": "running", "2": "scheduled", "3": "finished", "4": "failed", "5": "killed"}
"""MLflow's numbers of states, by which meta.yaml names them."""


@dataclass
class Run:
    """A run's folder: the files of its metrics, parameters and tags by name, and meta.yaml."""

    meta: Path
    files: dict[str, Path] = field(default_factory=dict)


def runs_in(folder: Path) -> list[Run]:
    """Return the runs within a folder, which is that of all experiments, of one, or of a run."""
    runs: dict[Path, Run] = {}
    paths = list(files_in(folder))
    for path in paths:
        if path.name == META:
            runs[path.parent] = Run(path)
    for path in paths:
        for parent in path.parents:
            if (run := runs.get(parent)) is not None:
                name = path.relative_to(parent)
                if name.parts[0] in KINDS:
                    run.files[name.as_posix().replace("/", ".", 1)] = path
                break
            if parent == folder:
                break
    return [run for run in runs.values() if any(name.startswith("metrics.") for name in run.files)]


def read(folder: Path, runs: Sequence[Run]) -> RawTable:
    """Read runs: a row for each, or for each of its steps where a metric was logged at several.

    Args:
        folder: Where they are.
        runs: Of `runs_in`.

    Raises:
        UserError: A metric's file is damaged, no run is finished, or nothing tells the optimizer.
        OSError: A file cannot be read at all.
    """
    records: list[dict[str, Any]] = []
    steps = False
    for run in runs:
        meta = _meta(run.meta)
        if meta.get("lifecycle_stage", "active") != "active":
            continue
        single = {
            name: read_small(path).strip()
            for name, path in run.files.items()
            if not name.startswith("metrics.")
        }
        state = meta.get("status", "")
        single |= {"run_id": run.meta.parent.name, "status": STATES.get(state, state)}
        rows: dict[int, dict[str, Any]] = {}
        for name, path in run.files.items():
            if name.startswith("metrics."):
                for step, value in _values(path):
                    rows.setdefault(step, {"epoch": step})[name] = value
        steps = steps or len(rows) > 1
        records += [{**single, **rows[step]} for step in sorted(rows)]
    if not steps:
        records = [{name: cell for name, cell in row.items() if name != "epoch"} for row in records]
    notes = (Note("step_is_epoch"),) if steps else ()
    table = table_of(records, folder, Note("mlflow_folder"), notes=notes, sparse=steps)
    return mlflow_table.of_runs(table)


def _meta(path: Path) -> dict[str, str]:
    """The single values of a run's meta.yaml."""
    pairs = re.findall(r"^(\w+):[ \t]*(.*?)[ \t]*$", read_small(path), re.MULTILINE)
    return {name: value.strip("'\"") for name, value in pairs}


def _values(path: Path) -> list[tuple[int, str]]:
    """The steps of a metric and its values: a line for each, with the time, the value and the step."""
    values = []
    for number, line in enumerate(read_small(path).splitlines(), start=1):
        words = line.split()
        if not words:
            continue
        try:
            step = int(words[2]) if len(words) > 2 else 0
            values.append((step, words[1]))
        except (IndexError, ValueError):
            raise UserError(
                f"{path}, line {number}: {shown(line)} is no time, value and step; take the run out"
            ) from None
    return values
