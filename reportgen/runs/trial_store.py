"""Records of finished trials, kept under a key made of all that can change their numbers."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from reportgen.errors import UserError
from reportgen.training import EpochRow, Evidence, Record, TestResult, Trial

ARITHMETIC = 1
"""Raised whenever training's arithmetic changes: records made before are then not used again."""

NAMES_ONLY = ("stage", "label")

PATIENCE = 30.0
"""Seconds to wait for another program that is writing to the file."""


def trial_key(trial: Trial, data: str) -> str:
    """The key of a trial on data of this digest.

    Two trials of the same key have the same numbers, whatever the experiment calls them.
    """
    import torch

    described = asdict(trial)
    for name in NAMES_ONLY:
        del described["setup"][name]
    what = {"arithmetic": ARITHMETIC, "torch": torch.__version__, "data": data, **described}
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


class TrialStore:
    """A database file of finished trials. Written whole or not at all, one trial at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Self:
        """Open the file, and make it where there is none."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.database = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error
        try:
            self._execute("PRAGMA journal_mode = WAL")
            self._execute("CREATE TABLE IF NOT EXISTS trials (key TEXT PRIMARY KEY, record TEXT)")
        except BaseException:
            self.database.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.database.close()

    def get(self, trial: Trial, data: str) -> Record | None:
        """The record of this trial, where it was finished before; one that cannot be read is none."""
        found = self._execute("SELECT record FROM trials WHERE key = ?", trial_key(trial, data))
        try:
            return _record(trial, json.loads(found[0][0])) if found else None
        except (KeyError, TypeError, ValueError):  # of an older version, perhaps
            return None

    def put(self, record: Record, data: str) -> None:
        """Keep a finished trial's record."""
        self._execute(
            "INSERT OR REPLACE INTO trials VALUES (?, ?)",
            trial_key(record.trial, data),
            json.dumps(_plain(record)),
        )

    def _execute(self, statement: str, *values: str) -> list[Any]:
        try:
            return self.database.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _unusable(self, error: OSError | sqlite3.Error) -> UserError:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            mend = "wait until the other program that uses it has ended"
        else:
            mend = "choose another folder with --output, or delete a damaged file"
        return UserError(f"{self.path}: the finished trials cannot be kept there ({error}); {mend}")


def _plain(record: Record) -> dict[str, Any]:
    """A record as JSON holds it; floats are written so that they come back the same."""
    plain = asdict(record)
    del plain["trial"]
    if record.test is not None:
        plain["test"]["confusion"] = record.test.confusion.tolist()
    return plain


def _record(trial: Trial, plain: dict[str, Any]) -> Record:
    test = plain["test"]
    return Record(
        trial=trial,
        epochs=tuple(EpochRow(**row) for row in plain["epochs"]),
        diverged=plain["diverged"],
        best_epoch=plain["best_epoch"],
        test=test and TestResult(test["loss"], np.array(test["confusion"], dtype=np.int64)),
        parameter_shapes={name: tuple(shape) for name, shape in plain["parameter_shapes"].items()},
        steps=plain["steps"],
        evidence=Evidence(**plain["evidence"]),
    )
