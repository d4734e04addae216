"""Records of finished trials in the database, under the trials' keys, each with a digest of its own."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict, fields
from typing import Any

from reportgen.execution.plain_record import of_plain, to_plain, to_rows
from reportgen.execution.trial_key import NAMES_ONLY
from reportgen.records.database import Database
from reportgen.training import EpochRow, Record, Trial

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
        return of_plain(trial, json.loads(record), rows)

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
        plain, described = json.dumps(to_plain(record)), json.dumps(environment, sort_keys=True)
        rows = to_rows(record)
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
        """Return what each of these trials ran on."""
        found = {
            key: json.loads(description)
            for key in dict.fromkeys(keys)
            for (description,) in self.database.execute(
                "SELECT description FROM trials JOIN environments ON id = environment WHERE key = ?",
                key,
            )
        }
        return [found[key] for key in keys]

    def _environment(self, description: str) -> int:
        self.database.execute("INSERT OR IGNORE INTO environments (description) VALUES (?)", description)
        ((number,),) = self.database.execute("SELECT id FROM environments WHERE description = ?", description)
        return int(number)


def _digest(key: str, record: str, environment: str, rows: list[tuple[Any, ...]]) -> str:
    """The SHA-256 of all that is read again of a trial, and of whose it is."""
    return hashlib.sha256(json.dumps([key, record, environment, rows], default=repr).encode()).hexdigest()
