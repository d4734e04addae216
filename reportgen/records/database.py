"""The one database of an output folder: what was trained, and which runs there are."""

from __future__ import annotations

import contextlib
import errno
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from reportgen.errors import REMEDIES, UserError

NAME = "reportgen.sqlite"

PATIENCE = 30.0
"""Seconds to wait for another program that is writing."""

SYSTEM_ERRORS = {sqlite3.SQLITE_FULL: errno.ENOSPC, sqlite3.SQLITE_IOERR: errno.EIO}
"""What SQLite calls errors of the system."""

MIGRATIONS = (
    # Numbers stand in columns without a type: in one of type REAL, -0.0 would come back as 0.0.
    """
    CREATE TABLE environments (
        id INTEGER PRIMARY KEY,
        description TEXT NOT NULL UNIQUE
    );
    CREATE TABLE trials (
        key TEXT PRIMARY KEY,
        setup TEXT NOT NULL,
        seed INTEGER NOT NULL,
        data TEXT NOT NULL,
        record TEXT NOT NULL,
        environment INTEGER NOT NULL REFERENCES environments,
        finished TEXT NOT NULL
    );
    CREATE TABLE epochs (
        trial TEXT NOT NULL REFERENCES trials ON DELETE CASCADE,
        epoch INTEGER NOT NULL,
        training_loss, training_accuracy, validation_loss, validation_accuracy, l2_term, seconds,
        PRIMARY KEY (trial, epoch)
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE experiments (
        name TEXT PRIMARY KEY,
        baseline TEXT
    );
    CREATE TABLE runs (
        experiment TEXT NOT NULL REFERENCES experiments,
        run TEXT NOT NULL,
        started TEXT NOT NULL,
        described TEXT NOT NULL,
        PRIMARY KEY (experiment, run)
    );
    CREATE TABLE scores (
        experiment TEXT NOT NULL,
        run TEXT NOT NULL,
        place INTEGER NOT NULL,
        stage TEXT NOT NULL,
        setup TEXT NOT NULL,
        seed INTEGER NOT NULL,
        score,
        PRIMARY KEY (experiment, run, place),
        FOREIGN KEY (experiment, run) REFERENCES runs ON DELETE CASCADE
    ) WITHOUT ROWID;
    """,
    """
    ALTER TABLE epochs ADD COLUMN gradient_norm;
    ALTER TABLE epochs ADD COLUMN update_norm;
    ALTER TABLE epochs ADD COLUMN parameter_norm;
    """,
    # trials of before have keys of another kind: none of them is found again
    """
    DELETE FROM trials;
    ALTER TABLE trials ADD COLUMN digest TEXT NOT NULL DEFAULT '';
    ALTER TABLE runs ADD COLUMN digest TEXT;
    """,
    """
    CREATE TABLE searches (
        digest TEXT PRIMARY KEY,
        record TEXT NOT NULL,
        finished TEXT NOT NULL
    );
    """,
)
"""What leads from each version of the tables to the next. Only ever added to: PRAGMA user_version counts
how many of them a database has been through."""


class Database:
    """An output folder's database, made where there is none. One program writes at a time."""

    def __init__(self, output: Path) -> None:
        self.path = output / NAME

    def __enter__(self) -> Self:
        """Open it, and bring its tables up to date."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.connection = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
            self.connection.text_factory = _text
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error
        try:
            self.execute("PRAGMA journal_mode = WAL")
            self.execute("PRAGMA synchronous = FULL")  # else the last trial could be lost in a power cut
            self.execute("PRAGMA foreign_keys = ON")
            self._migrate()
        except BaseException:
            self.connection.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.connection.close()

    def execute(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Carry out a statement, and return the rows that it finds."""
        try:
            return self.connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    @contextlib.contextmanager
    def transaction(self, *, reads_only: bool = False) -> Iterator[None]:
        """All that is done within is done, or nothing of it; and all that is read is of one moment."""
        self.execute("BEGIN" if reads_only else "BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.rollback()
            raise

    def _migrate(self) -> None:
        with self.transaction():  # so that of two programs only one does it
            ((version,),) = self.execute("PRAGMA user_version")
            if version > len(MIGRATIONS):
                raise UserError(
                    f"{self.path}: was written by a newer reportgen (its tables have version {version}, this"
                    f" program knows {len(MIGRATIONS)}); update reportgen, or choose another folder with"
                    " --output"
                )
            for migration in MIGRATIONS[version:]:
                for statement in migration.split(";"):
                    self.execute(statement)
            self.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    def _unusable(self, error: OSError | sqlite3.Error) -> UserError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # what is above says in which of its files
        if code == sqlite3.SQLITE_BUSY:
            mend = "wait until the other program that uses it has ended"
        else:
            number = SYSTEM_ERRORS.get(code, getattr(error, "errno", 0))
            mend = REMEDIES.get(number, "choose another folder with --output, or delete a damaged file")
        return UserError(f"{self.path}: cannot be used ({error}); {mend}")


def _text(stored: bytes) -> str:
    """A text, also a damaged one: who reads it can tell."""
    return stored.decode("utf-8", errors="replace")
