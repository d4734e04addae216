"""Records of finished trials in the database, under the trials' keys, each with a digest of its own."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from reportgen.execution.trial_key import NAMES_ONLY
from reportgen.records.database import Database
from reportgen.training import EpochRow, Evidence, Record, TestResult, Trial

COLUMNS = tuple(field.name for field in fields(EpochRow))


class DamagedRecordError(Exception):
    """A record that is not what was kept. Nobody need mend it: its trial can be trained again."""


class TrialStore:
    """The finished trials of an output folder. Each is written whole or not at all."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def get(self, trial: Trial, key: str) -> Record | None:
        """Return the record of a trial, where it was finished before.

        Raises:
            DamagedRecordError: What is there is not what was kept.
        """
        with self.database.transaction(reads_only=True):
            kept = self.database.execute(
                "SELECT record, description, digest FROM trials LEFT JOIN environments ON id = environment"
                " WHERE key = ?",
                key,
            )
            rows = self.database.execute(
                f"SELECT {', '.join(COLUMNS)} FROM epochs WHERE trial = ? ORDER BY epoch", key
            )
        if not kept:
            return None
        ((record, environment, digest),) = kept
        if digest != _digest(key, record, environment, rows):
            raise DamagedRecordError
        return _record(trial, json.loads(record), rows)

    def put(self, record: Record, key: str, data: str, environment: dict[str, Any]) -> None:
        """Keep a finished trial's record.

        Args:
            record: Of the trial.
            key: The trial's.
            data: The digest of its data.
            environment: What it ran on.
        """
        setup = asdict(record.trial.setup) | {"defects": asdict(record.trial.defects)}
        for name in NAMES_ONLY:
            del setup[name]
        plain, described = json.dumps(_plain(record)), json.dumps(environment, sort_keys=True)
        rows = [_row(epoch) for epoch in record.epochs]
        finished = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        with self.database.transaction():
            self.database.execute("DELETE FROM trials WHERE key = ?", key)
            self.database.execute(
                "INSERT INTO trials VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                key,
                json.dumps(setup),
                record.trial.seed,
                data,
                plain,
                self._environment(described),
                finished,
                _digest(key, plain, described, rows),
            )
            for row in rows:
                self.database.execute(
                    f"INSERT INTO epochs (trial, {', '.join(COLUMNS)}) VALUES (?{', ?' * len(COLUMNS)})",
                    key,
                    *row,
                )

    def environments(self, keys: list[str]) -> list[dict[str, Any]]:
        """Return what these trials ran on, each environment once."""
        descriptions = {
            description: None
            for key in keys
            for (description,) in self.database.execute(
                "SELECT description FROM trials JOIN environments ON id = environment WHERE key = ?",
                key,
            )
        }
        return [json.loads(description) for description in descriptions]

    def _environment(self, description: str) -> int:
        self.database.execute("INSERT OR IGNORE INTO environments (description) VALUES (?)", description)
        ((number,),) = self.database.execute("SELECT id FROM environments WHERE description = ?", description)
        return int(number)


def _plain(record: Record) -> dict[str, Any]:
    """A record without its epochs as JSON holds it; floats are written so that they come back the same."""
    plain = asdict(record)
    del plain["trial"], plain["epochs"]
    if record.test is not None:
        plain["test"]["confusion"] = record.test.confusion.tolist()
    return plain


def _row(epoch: EpochRow) -> tuple[Any, ...]:
    """An epoch as the database holds it: SQLite has no NaN, and keeps one as nothing."""
    return tuple(None if value != value else value for value in asdict(epoch).values())  # noqa: PLR0124


def _digest(key: str, record: str, environment: str, rows: list[tuple[Any, ...]]) -> str:
    """The SHA-256 of all that is read again of a trial, and of whose it is."""
    return hashlib.sha256(json.dumps([key, record, environment, rows], default=repr).encode()).hexdigest()


def _record(trial: Trial, plain: dict[str, Any], rows: list[tuple[Any, ...]]) -> Record:
    test = plain["test"]
    numbers: list[list[Any]] = [[math.nan if value is None else value for value in row] for row in rows]
    epochs = [EpochRow(*row) for row in numbers]
    return Record(
        trial=trial,
        epochs=tuple(epochs),
        diverged=plain["diverged"],
        best_epoch=plain["best_epoch"],
        test=test and TestResult(test["loss"], np.array(test["confusion"], dtype=np.int64)),
        parameter_shapes={name: tuple(shape) for name, shape in plain["parameter_shapes"].items()},
        steps=plain["steps"],
        evidence=Evidence(**plain["evidence"]),
    )
