"""An output folder that cannot be used, or no longer: one line each, and nothing lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.helpers.cli import Cli
from tests.helpers.runs import ALL, DATABASE, numbers, run, runs, trained

pytestmark = pytest.mark.usefixtures("experiment", "no_reports", "no_proofs")


def test_a_database_of_a_newer_version_is_left_alone(cli: Cli) -> None:
    run(cli)
    with closing(sqlite3.connect(DATABASE, isolation_level=None)) as database:
        database.execute("PRAGMA user_version = 999")
    content = DATABASE.read_bytes()
    answer = run(cli)
    assert answer.code == 1
    assert answer.error_line.startswith(
        f"reportgen: error: {DATABASE}: was written by a newer reportgen (its tables have version 999,"
    )
    assert "update reportgen" in answer.error_line
    assert DATABASE.read_bytes() == content


def test_a_database_of_every_older_version_is_brought_up_to_date(cli: Cli) -> None:
    from reportgen.records.database import MIGRATIONS

    for version in range(len(MIGRATIONS)):
        DATABASE.parent.mkdir(exist_ok=True)
        DATABASE.unlink(missing_ok=True)
        with closing(sqlite3.connect(DATABASE, isolation_level=None)) as database:
            for migration in MIGRATIONS[:version]:
                database.executescript(migration)
            database.execute(f"PRAGMA user_version = {version}")
        assert trained(run(cli, "--fresh")) == ALL


FIRST = "(SELECT min(key) FROM trials)"
DAMAGES = {
    "a missing epoch": f"DELETE FROM epochs WHERE epoch = 1 AND trial = {FIRST}",
    "other accuracies": f"UPDATE epochs SET validation_accuracy = 1.0 WHERE trial = {FIRST}",
    "another confusion": "UPDATE trials SET record = json_set(record, '$.test.confusion', json('[]'))"
    f" WHERE key = {FIRST}",
    "no text": f"UPDATE trials SET record = x'ff00' WHERE key = {FIRST}",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_trial_is_trained_again_and_that_is_said(cli: Cli, damage: str) -> None:
    run(cli)
    with closing(sqlite3.connect(DATABASE, isolation_level=None)) as database:
        assert database.execute(damage).rowcount
    answer = run(cli)
    assert trained(answer) == 1
    (note,) = [line for line in answer.out.splitlines() if line.startswith("note: ")]
    assert note.startswith(f"note: {DATABASE}: the record of ")
    assert note.endswith("is damaged: it is trained again")
    first, second = runs()
    assert numbers(first) == numbers(second)
    assert "damaged" not in run(cli).out


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    try:
        subprocess.run(["mount", *options], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file system can be mounted here (it takes root)")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_one_line_and_what_is_finished_is_kept(cli: Cli, small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(b"0" * 1_750_000)
    answer = run(cli, "--output", small_disk, "--seeds", 9)
    assert answer.code == 1
    assert answer.error_line.startswith("reportgen: error: ")
    assert "full" in answer.error_line or "No space left" in answer.error_line
    assert "Traceback" not in answer.err
    assert not list(small_disk.glob("x/*"))  # no half of a run
    done = answer.out.count("trials done)")
    assert done > 0
    (small_disk / "ballast").unlink()
    again = run(cli, "--output", small_disk, "--seeds", 9)
    assert trained(again) <= 9 * 2 + 9 - done + 1  # the last one may not have been kept


def test_a_folder_that_cannot_be_written_is_said_before_training(cli: Cli, tmp_path: Path) -> None:
    output = tmp_path / "output"
    output.mkdir()
    output.chmod(0o500)
    try:
        if os.access(output, os.W_OK):
            pytest.skip("root may write anywhere")
        answer = run(cli)
    finally:
        output.chmod(0o700)
    assert answer.code == 1
    assert "cannot be written (Permission denied)" in answer.error_line
    assert answer.out == ""


def test_a_run_that_is_stopped_says_how_to_go_on(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("reportgen.cli.progress.Lines._say_where", stop)
        answer = run(cli)
    assert answer.code == 130
    assert answer.err.strip() == (
        "reportgen: stopped; what is finished is kept, and the same command goes on from there"
    )
    assert not runs()
    assert trained(run(cli)) == ALL - 1
