"""The database: nothing lost in a power cut, readable while it is written, and what it says when full."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reportgen.errors import UserError
from reportgen.records.database import NAME, Database


def test_what_is_written_is_on_the_disk_before_it_counts(tmp_path: Path) -> None:
    full = 2  # https://www.sqlite.org/pragma.html#pragma_synchronous
    with Database(tmp_path) as database:
        assert database.execute("PRAGMA synchronous") == [(full,)]
    with closing(sqlite3.connect(tmp_path / NAME)) as another:
        assert another.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_others_read_while_one_writes(tmp_path: Path) -> None:
    with Database(tmp_path) as database, database.transaction():
        database.execute("INSERT INTO experiments (name) VALUES ('x')")
        with closing(sqlite3.connect(tmp_path / NAME, timeout=0)) as another:
            assert another.execute("SELECT * FROM experiments").fetchall() == []


def test_a_full_disk_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    with Database(tmp_path) as database:
        database.execute("PRAGMA max_page_count = 1")
        with pytest.raises(UserError) as caught, database.transaction():
            database.execute("INSERT INTO experiments (name) VALUES (?)", "x" * 1_000_000)
        assert str(caught.value) == (
            f"{tmp_path / NAME}: cannot be used (database or disk is full);"
            " free some space and start again, what was trained is kept"
        )
        assert database.execute("SELECT * FROM experiments") == []


def test_a_disk_that_fails_is_no_reason_to_delete_anything(tmp_path: Path) -> None:
    class Failing(sqlite3.Connection):
        def execute(self, *_: object) -> sqlite3.Cursor:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
            raise error

    with Database(tmp_path) as database:
        database.connection.close()
        database.connection = Failing(tmp_path / NAME)
        with pytest.raises(UserError) as caught:
            database.execute("SELECT 1")
    assert "see what is wrong with the disk" in str(caught.value)
    assert "delete" not in str(caught.value)
