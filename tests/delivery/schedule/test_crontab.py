"""Schedules in the crontab: the lines of others stay, and ours work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reportgen.delivery.schedule.schedule_files import place
from tests.helpers.cli import Cli, refused
from tests.helpers.schedules import LATER, from_cron, long_ago, shown, well

OTHERS = (
    b"# what others have there: caf\xe9\n"
    b"SHELL = /bin/bash\nMAILTO=\n\n00 02 * * *   backup  --all\n"
    b"@hourly x # reportgen\n1 1 * * * from windows\r\n0 0 1 * 0-7 y\n# last, without a line end"
)


def test_the_crontab_of_others_stays_as_it_is_byte_for_byte(cli: Cli, machine: Path) -> None:
    (machine / "table").write_bytes(OTHERS)
    ((kind, name, timer, soon),) = well(cli("schedule", "add", "nightly.toml", "--at", "02:00"))
    assert (kind, name, timer) == ("added", "nightly", "cron")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d 02:00 [+-]\d{4}", soon)
    well(cli("schedule", "add", "nightly.toml", "--every", "6h", "--name", "also"))
    table = (machine / "table").read_bytes()
    assert table.startswith(OTHERS + b"\n")
    ours = table.removeprefix(OTHERS + b"\n").decode().splitlines()
    assert [" ".join(line.split()[:5]) for line in ours] == [
        "0 2 * * *",
        "17 * * * *",
        "0 */6 * * *",
        "17 * * * *",
    ]
    assert shown(cli("schedule", "show", "nightly"), "installed") == ours[:2]
    well(cli("schedule", "remove", "nightly"))
    assert (machine / "table").read_text(errors="replace").splitlines()[-2:] == ours[2:]
    well(cli("schedule", "remove", "also"))
    assert (machine / "table").read_bytes() == OTHERS + b"\n"
    assert not list(Path("output").rglob("*.toml"))


def test_a_crontab_that_was_not_there_is_not_there_again(cli: Cli, machine: Path) -> None:
    well(cli("schedule", "add", "nightly.toml", "--at", "02:00"))
    assert (machine / "table").exists()
    well(cli("schedule", "remove", "nightly"))
    assert not (machine / "table").exists()


def test_schedules_of_one_name_in_two_folders_are_two(cli: Cli, machine: Path) -> None:
    for output in ("one", "two"):
        well(cli("schedule", "add", "nightly.toml", "--at", "02:00", "--output", output))
    both = (machine / "table").read_text().splitlines()
    well(cli("schedule", "remove", "nightly", "--output", "one"))
    assert (machine / "table").read_text().splitlines() == both[2:]


def test_a_line_that_somebody_took_away_is_missing(cli: Cli, machine: Path) -> None:
    well(cli("schedule", "add", "nightly.toml", "--at", "02:00"))
    (machine / "table").unlink()
    assert shown(cli("schedule", "show", "nightly"), "installed")[0].startswith("missing")
    well(cli("schedule", "remove", "nightly"))
    refused(cli("schedule", "remove", "nightly"), "nightly: no such schedule")


def test_a_crontab_that_refuses_leaves_nothing(cli: Cli, machine: Path) -> None:
    (machine / "bin" / "crontab").write_text('#!/bin/sh\necho "You are not allowed" >&2\nexit 1\n')
    refused(cli("schedule", "add", "nightly.toml", "--at", "02:00"), "You are not allowed", "--with print")
    assert not [path for path in Path("output/.schedules").rglob("*") if not path.is_dir()]


@pytest.mark.usefixtures("machine")
def test_the_lines_work_in_a_bare_shell_whatever_the_folder_is_called(cli: Cli, tmp_path: Path) -> None:
    output = tmp_path / '50% # of $HOME\'s "`best`" \\n 結果'
    well(cli("schedule", "add", "nightly.toml", "--cron", LATER, "--no-pdf", "--output", output))
    line = shown(cli("schedule", "show", "nightly", "--output", output), "installed")[0]
    done = from_cron(line)
    schedule = place(output, "nightly")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert schedule.timer_log.read_text() == ""  # nothing was due yet, so nothing was said
    long_ago(schedule.file)
    Path("nightly.toml").unlink()
    done = from_cron(line)  # the real program: it begins, and does not find its experiment
    assert done.returncode == 1
    assert (done.stdout, done.stderr) == ("", "")
    said = schedule.timer_log.read_text()
    assert "failed (exit code 1)\tnightly" in said
    assert "nightly.toml: no such experiment file" in said
    ((_, experiment, _, _, state),) = well(cli("schedule", "list", "--output", output))[1:]
    assert experiment == str(tmp_path / "nightly.toml")
    assert state == "failed (exit code 1)"
