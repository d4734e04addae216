"""Records of finished trials in the database, under the trials' keys."""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from reportgen.runs.database import Database
from reportgen.runs.trial_key import NAMES_ONLY
from reportgen.training import EpochRow, Evidence, Record, TestResult, Trial

COLUMNS = tuple(field.name for field in fields(EpochRow))


class TrialStore:
    """The finished trials of an output folder. Each is written whole or not at all."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def get(self, trial: Trial, key: str) -> Record | None:
        """The record of this trial, where it was finished before; one that cannot be read is none."""
        found = self.database.execute("SELECT record FROM trials WHERE key = ?", key)
        if not found:
            return None
        rows = self.database.execute(
            f"SELECT {', '.join(COLUMNS)} FROM epochs WHERE trial = ? ORDER BY epoch", key
        )
        try:
            return _record(trial, json.loads(found[0][0]), rows)
        except (KeyError, TypeError, ValueError):  # of an older version, perhaps
            return None

    def put(self, record: Record, key: str, data: str, environment: dict[str, Any]) -> None:
        """Keep a finished trial's record. data: the digest of its data. environment: what it ran on."""
        setup = asdict(record.trial.setup) | {"defects": asdict(record.trial.defects)}
        for name in NAMES_ONLY:
            del setup[name]
        finished = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        with self.database.transaction():
            self.database.execute("DELETE FROM trials WHERE key = ?", key)
            self.database.execute(
                "INSERT INTO trials VALUES (?, ?, ?, ?, ?, ?, ?)",
                key,
                json.dumps(setup),
                record.trial.seed,
                data,
                json.dumps(_plain(record)),
                self._environment(environment),
                finished,
            )
            for row in record.epochs:
                self.database.execute(
                    f"INSERT INTO epochs (trial, {', '.join(COLUMNS)}) VALUES (?{', ?' * len(COLUMNS)})",
                    key,
                    *asdict(row).values(),
                )

    def environments(self, keys: list[str]) -> list[dict[str, Any]]:
        """What these trials ran on, each environment once."""
        found = {
            description: None
            for key in keys
            for (description,) in self.database.execute(
                "SELECT description FROM trials JOIN environments ON id = environment WHERE key = ?",
                key,
            )
        }
        return [json.loads(description) for description in found]

    def _environment(self, environment: dict[str, Any]) -> int:
        description = json.dumps(environment, sort_keys=True)
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


def _record(trial: Trial, plain: dict[str, Any], rows: list[tuple[Any, ...]]) -> Record:
    test = plain["test"]
    # SQLite has no NaN: one was kept as nothing
    named: list[dict[str, Any]] = [
        dict(zip(COLUMNS, (math.nan if value is None else value for value in row), strict=True))
        for row in rows
    ]
    epochs = [EpochRow(**row) for row in named]
    if [row.epoch for row in epochs] != list(range(1, len(epochs) + 1)) or not epochs:
        raise ValueError("an epoch is missing")
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
