"""The runs of an output folder over time: what each reached, and which one the others are held against."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from reportgen.errors import UserError, is_printable, printable
from reportgen.experiment.stages import ABLATION
from reportgen.records import run_folder
from reportgen.records.database import Database
from reportgen.records.differences import differences
from reportgen.records.manifest import Description, checked, describe, read_description
from reportgen.records.run import Run

BASELINE, LATEST = "baseline", "latest"
RECENT = 5
"""So many runs just before the new one, of the same settings, are taken together as LATEST."""
REMEMBERED = 100
"""So many runs a report's history goes back."""
PARTED = "\n"
"""Between the names of pinned runs, none of which can hold it."""
SCORE_COLUMNS = ("stage", "setup", "seed", "score")
LARGEST_SEED = 2**32 - 1


@dataclass(frozen=True)
class PastRun:
    """A run, whether its folder is still there or was pruned.

    started: UTC. description: what its manifest says but for single trials. scores: columns stage, setup,
    seed, score: the test accuracy, NaN where a trial diverged.
    """

    experiment: str
    run: str
    started: str
    description: Description
    scores: pd.DataFrame


@dataclass(frozen=True)
class Before:
    """The runs before a new one.

    scores: those of every one of them, columns of store.HISTORY_COLUMNS; reference says what a run is held
    against as: BASELINE, LATEST, or nothing (empty); one that is both stands there twice. causes:
    what differs from the baseline's newest run, and from the newest of the others; columns of
    store.CAUSE_COLUMNS.
    """

    scores: pd.DataFrame
    causes: pd.DataFrame


@dataclass(frozen=True)
class _Row:
    """A run as the database holds it; scores: in order, as in SCORE_COLUMNS."""

    run: str
    started: str
    described: str
    scores: list[tuple[Any, ...]]

    def digest(self, experiment: str) -> str:
        """The SHA-256 of all that is kept of the run, and of which it is."""
        kept = [experiment, self.run, self.started, self.described, self.scores]
        return hashlib.sha256(json.dumps(kept, default=repr).encode()).hexdigest()


class History:
    """The runs that an output folder has seen. Those that were copied there are taken in as well.

    What the database has of an experiment is read, and held against its digests, once for each History.

    notes: a line about each run that had to be passed by, since what is there of it cannot be read.
    """

    def __init__(self, database: Database, output: Path) -> None:
        self.database = database
        self.output = output
        self.notes: list[str] = []
        self._rows: dict[str, list[_Row]] = {}
        self._runs: dict[str, list[PastRun]] = {}

    def take_in(self, experiment: str | None = None) -> None:
        """Take in every run whose folder is there and that is not known yet; a damaged one is passed by."""
        folders = [
            folder for folder in run_folder.runs_in(self.output) if experiment in (None, folder.parent.name)
        ]
        known = {
            (name, row.run)
            for name in dict.fromkeys(folder.parent.name for folder in folders)
            for row in self._sound(name)
        }
        for folder in folders:
            if (folder.parent.name, folder.name) in known:
                continue
            try:
                run = Run.read(folder)
            except UserError as error:
                self._note(f"passed by: {error}")
            else:
                self.add(run)

    def add(self, run: Run) -> None:
        """Take in a run that is in hand; one that no database can hold is passed by."""
        experiment = run.folder.parent.name
        try:
            row = _row(run.folder, run.records)
        except UserError as error:
            self._note(f"passed by: {error}")
            return
        self._rows.pop(experiment, None)
        self._runs.pop(experiment, None)
        with self.database.transaction():
            self.database.execute("INSERT OR IGNORE INTO experiments (name) VALUES (?)", experiment)
            self.database.execute("DELETE FROM runs WHERE experiment = ? AND run = ?", experiment, row.run)
            self.database.execute(
                "INSERT INTO runs VALUES (?, ?, ?, ?, ?)",
                experiment,
                row.run,
                row.started,
                row.described,
                row.digest(experiment),
            )
            for place, score in enumerate(row.scores):
                self.database.execute(
                    "INSERT INTO scores VALUES (?, ?, ?, ?, ?, ?, ?)", experiment, row.run, place, *score
                )

    def before(self, experiment: str, description: Description) -> Before:
        """Return what a new run is held against: the baseline, and the runs just before.

        Args:
            experiment: Its name.
            description: What is said of the new run.
        """
        past, pinned = self.runs(experiment), self.baseline(experiment)
        asked = settings_of(description)
        recent = [run.run for run in past if settings_of(run.description) == asked][-RECENT:]
        tables = [
            run.scores.assign(run=run.run, started=run.started, reference=reference)
            for run in past[-REMEMBERED:] + [run for run in past[:-REMEMBERED] if run.run in pinned]
            for reference in _roles(run.run, pinned, recent)
        ]
        causes = [
            {"reference": reference, **asdict(difference)}
            for run in past
            for reference in _roles(run.run, pinned[-1:], recent[-1:])
            if reference
            for difference in differences(run.description, description)
        ]
        return Before(
            pd.concat(tables)[list(run_folder.HISTORY_COLUMNS)]
            if tables
            else pd.DataFrame(columns=list(run_folder.HISTORY_COLUMNS)),
            pd.DataFrame(causes, columns=list(run_folder.CAUSE_COLUMNS)),
        )

    def experiments(self) -> list[str]:
        """The experiments that have runs, by name."""
        return [name for (name,) in self.database.execute("SELECT DISTINCT experiment FROM runs ORDER BY 1")]

    def runs(self, experiment: str) -> list[PastRun]:
        """An experiment's runs, the oldest first."""
        if experiment not in self._runs:
            rows = self._sound(experiment)
            self._runs[experiment] = [
                PastRun(experiment, row.run, row.started, read_description(json.loads(row.described)), scores)
                for row, scores in zip(rows, _score_tables(rows), strict=True)
            ]
        return self._runs[experiment]

    def baseline(self, experiment: str) -> tuple[str, ...]:
        """Return the runs that were pinned; none where none is.

        Args:
            experiment: Its name.
        """
        found = self.database.execute("SELECT baseline FROM experiments WHERE name = ?", experiment)
        return tuple(found[0][0].split(PARTED)) if found and found[0][0] else ()

    def pin(self, experiment: str, runs: Sequence[str]) -> None:
        """Make runs the ones that later ones are held against, all of them together.

        Args:
            experiment: Its name.
            runs: The runs' names; none for no longer any.
        """
        pinned = PARTED.join(runs) or None
        self.database.execute("UPDATE experiments SET baseline = ? WHERE name = ?", pinned, experiment)

    def _sound(self, experiment: str) -> list[_Row]:
        """An experiment's runs as they were kept, the oldest first; one that is damaged is passed by."""
        if experiment not in self._rows:
            self._rows[experiment] = list(self._read(experiment))
        return self._rows[experiment]

    def _read(self, experiment: str) -> Iterator[_Row]:
        scores = defaultdict(list)
        for run, *score in self.database.execute(
            "SELECT run, stage, setup, seed, score FROM scores WHERE experiment = ? ORDER BY place",
            experiment,
        ):
            scores[run].append(tuple(score))
        for run, started, described, digest in self.database.execute(
            "SELECT run, started, described, digest FROM runs WHERE experiment = ? ORDER BY started, run",
            experiment,
        ):
            row = _Row(run, started, described, scores[run])
            if _is_sound(row, experiment, digest):
                yield row
            else:
                self._note(f"passed by: {self.database.path}: what was kept of {experiment}/{run} is damaged")

    def _note(self, line: str) -> None:
        if (shown := printable(line)) not in self.notes:
            self.notes.append(shown)


def settings_of(description: Description) -> dict[str, Any]:
    """Return what a run's experiment asks for, whatever its title says.

    Args:
        description: What is said of the run.
    """
    heading = {"title", "author", "course"}
    return description.experiment.settings.model_dump(exclude=heading)


def _row(folder: Path, records: run_folder.RunRecords) -> _Row:
    """What is kept of a run. Raises UserError for names and numbers that no database can hold."""
    if not is_printable(str(folder)):
        raise UserError(f"{folder}: no run has such a name")
    scores = scores_of(records.results)
    if not (scores["seed"].between(0, LARGEST_SEED) & (scores["seed"] % 1 == 0)).all():
        raise UserError(f"{folder}: the run's records are damaged (results.csv has a seed that is none)")
    return _Row(
        folder.name,
        records.description.times.started,
        json.dumps(describe(records.manifest_json)),
        [
            (stage, setup, int(seed), None if pd.isna(score) else float(score))
            for stage, setup, seed, score in scores.itertuples(index=False)
        ],
    )


def _is_sound(row: _Row, experiment: str, digest: str | None) -> bool:
    """Whether a row is as it was kept; of older versions, which kept no digest, whether it can be read."""
    if digest is not None:
        return digest == row.digest(experiment)
    try:
        checked(json.loads(row.described))
        pd.DataFrame(row.scores, columns=list(SCORE_COLUMNS)).astype({"score": float})
    except (ValueError, TypeError, RecursionError):
        return False
    return True


def _roles(run: str, pinned: Sequence[str], recent: Sequence[str]) -> list[str]:
    roles = [name for name, held in ((BASELINE, run in pinned), (LATEST, run in recent)) if held]
    return roles or [""]


def _score_tables(rows: Sequence[_Row]) -> list[pd.DataFrame]:
    """The scores of each run, cut out of one table: to make one for each takes many times as long."""
    together = pd.DataFrame([score for row in rows for score in row.scores], columns=list(SCORE_COLUMNS))
    together = together.astype({"score": float})
    ends = list(itertools.accumulate(len(row.scores) for row in rows))
    return [
        together.iloc[end - len(row.scores) : end].reset_index(drop=True)
        for row, end in zip(rows, ends, strict=True)
    ]


def scores_of(results: pd.DataFrame) -> pd.DataFrame:
    """The test accuracies of results.csv, NaN for a trial that diverged; the ablation's are not headlines."""
    headlines = results[~results["stage"].str.startswith(ABLATION)]
    return headlines.rename(columns={"test_accuracy": "score"})[list(SCORE_COLUMNS)].reset_index(drop=True)


def headlines(runs: Sequence[PastRun]) -> pd.DataFrame:
    """The mean of every headline in every run: run, started, stage, setup, seeds, diverged, mean."""
    rows = []
    for past in runs:
        scores = defaultdict(list)
        for stage, setup, score in zip(
            *(past.scores[name] for name in ("stage", "setup", "score")), strict=True
        ):
            scores[stage, setup].append(score)
        for (stage, setup), of_setup in scores.items():
            values = np.array(of_setup)
            finished = ~np.isnan(values)
            count = int(finished.sum())
            rows.append(
                {
                    "run": past.run,
                    "started": past.started,
                    "stage": stage,
                    "setup": setup,
                    "seeds": len(values),
                    "diverged": len(values) - count,
                    "mean": float(np.where(finished, values, 0.0).sum() / count) if count else math.nan,
                }
            )
    return pd.DataFrame(rows, columns=["run", "started", "stage", "setup", "seeds", "diverged", "mean"])
