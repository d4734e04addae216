"""`reportgen tune` beside a database that cannot be used, and killed half-way: nothing is lost."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from reportgen.records import database
from tests.helpers.cli import Cli
from tests.helpers.runs import DATABASE, trained

pytestmark = pytest.mark.usefixtures("searching", "no_reports")


# ---------------------------------------------------------------- a database that cannot be used


@contextmanager
def locked() -> Iterator[None]:
    with closing(sqlite3.connect(DATABASE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


@contextmanager
def no_database() -> Iterator[None]:
    DATABASE.write_bytes(b"no database " * 100)
    yield
    assert DATABASE.read_bytes() == b"no database " * 100


@contextmanager
def a_folder() -> Iterator[None]:
    DATABASE.mkdir()
    yield


@pytest.mark.parametrize("command", [("tune", "x.toml"), ("run", "x.toml", "--no-pdf")], ids=["tune", "run"])
@pytest.mark.parametrize(
    ("spoilt", "said"),
    [(locked, "is locked"), (no_database, "is not a database"), (a_folder, "unable to open")],
)
def test_a_database_that_cannot_be_used_is_one_line(
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    spoilt: Callable[[], Any],
    said: str,
) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    DATABASE.parent.mkdir(parents=True)
    with spoilt():
        answer = cli(*command, "--workers", 1)
    assert answer.code == 1
    assert answer.error_line.startswith(f"reportgen: error: {DATABASE}: cannot be used (")
    assert said in answer.error_line
    assert answer.out == ""
    assert {path.name for path in DATABASE.parent.iterdir()} <= {DATABASE.name, "x"}
    assert not list(Path("output").glob("x/*"))
    assert not Path("x-tuned.toml").exists()


# ---------------------------------------------------------------- killed half-way

LONG = """
title = "Killed"
[data]
source = "digits"
train = 200
validation = 50
test = 50
[comparison]
hidden = [16]
batch_size = 2
epochs = 1
optimizers = [{ name = "SGD", learning_rate = 0.01 }, { name = "Adam", learning_rate = 0.01 }]
[tuned]
hidden = [16]
batch_size = 2
epochs = 8
optimizer = { name = "SGD", learning_rate = 0.01 }
[search.comparison]
trials = 3
seeds = 1
epochs = 8
[search.comparison.space]
learning_rate = { low = 1e-4, high = 1e-1 }
[search.tuned]
method = "optuna"
trials = 8
seeds = 1
[search.tuned.space]
learning_rate = { low = 1e-4, high = 1e-1 }
dropout = [0.0, 0.1, 0.2]
"""

FIRST, SECOND = 3 + 3 + 4, 4  # trials of its two rounds


def kill(folder: Path, arguments: list[str], moment: str, workers: int) -> None:
    """Start a command and kill it, with its workers, as soon as it has printed this."""
    process = subprocess.Popen(
        [sys.executable, "-m", "reportgen", *arguments, "--workers", str(workers)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    said = ""
    while moment not in said:
        line = process.stdout.readline()
        assert line, (said, process.communicate())
        said += line
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def kept(folder: Path) -> int:
    """How many finished trials are in the database."""
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        (count,) = database.execute("SELECT count(*) FROM trials").fetchone()
    return int(count)


def searched(output: str) -> str:
    """The search.csv of the only run, without the seconds that its trials took."""
    (file,) = (path for path in Path(output, "x").glob("*/search.csv") if not path.parent.is_symlink())
    return pd.read_csv(file, dtype=str).drop(columns="seconds").to_csv()


def test_a_killed_search_goes_on_and_ends_as_if_it_had_not_been_killed(
    cli: Cli, tmp_path: Path, searching: Path
) -> None:
    searching.write_text(LONG, encoding="utf-8")
    tune, run = ["tune", "x.toml"], ["run", "x.toml", "--no-pdf"]
    kill(tmp_path, tune, f"(3/{FIRST} trials done)", workers=2)
    assert 3 <= kept(tmp_path) < FIRST
    kill(tmp_path, run, f"training: {SECOND} trials", workers=1)  # it has gone on where tune was
    left = FIRST + SECOND - kept(tmp_path)
    assert 0 < left <= SECOND
    assert sorted(path.name for path in tmp_path.iterdir()) == ["output", "x.toml"]
    assert not list(Path("output/x").glob("*/search.csv"))

    went_on = cli(*tune, "--workers", 1)
    assert went_on.code == 0
    assert trained(went_on) == left
    assert trained(cli(*run, "--workers", 1)) == 2 + 2 + 1  # the final trials alone
    assert not list(Path("output/x").glob(".partial-*"))

    reference = ("--output", "reference", "--workers", 1)
    assert trained(cli(*tune, "--to", "reference.toml", *reference)) == FIRST + SECOND
    assert Path("x-tuned.toml").read_bytes() == Path("reference.toml").read_bytes()
    cli(*run, *reference)
    assert searched("output") == searched("reference")
