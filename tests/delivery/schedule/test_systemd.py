"""Schedules as timers of systemd, and where neither it nor cron is there."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.cli import Cli, refused
from tests.helpers.schedules import LATER, NIGHTLY, from_cron, shown, well


@pytest.fixture
def manager(machine: Path) -> Path:
    """The folder of units of a user manager that answers."""
    (machine / "systemd-state").write_text("degraded\n")
    return machine / "config" / "systemd" / "user"


def test_a_timer_is_installed_and_removed_whole(cli: Cli, machine: Path, manager: Path) -> None:
    answer = well(cli("schedule", "add", "nightly.toml", "--cron", "30 4 1 * 5"))
    assert answer[0][:3] == ["added", "nightly", "systemd"]
    service, timer = sorted(manager.iterdir())
    assert timer.name == service.with_suffix(".timer").name
    lines = timer.read_text().splitlines()
    assert [line for line in lines if line.startswith("OnCalendar=")] == [
        "OnCalendar=*-*-1 4:30:00",
        "OnCalendar=Fri *-*-* 4:30:00",
    ]
    assert "Persistent=true" in lines
    assert f"--user enable --now {timer.name}" in (machine / "systemctl-calls").read_text().splitlines()
    assert not (machine / "table").exists()
    installed = shown(cli("schedule", "show", "nightly"), "installed")
    assert set(lines) - {""} <= set(installed)
    assert installed[-1] == "# the timer is active"
    well(cli("schedule", "remove", "nightly"))
    assert list(manager.iterdir()) == []
    last = (machine / "systemctl-calls").read_text().splitlines()
    assert f"--user disable --now {timer.name}" in last
    assert last[-1] == "--user daemon-reload"


def test_a_timer_that_systemd_refuses_leaves_nothing(cli: Cli, machine: Path, manager: Path) -> None:
    (machine / "systemd-fails").touch()
    refused(cli("schedule", "add", "nightly.toml", "--at", "02:00"), "enable", "Failed to enable unit")
    assert list(manager.iterdir()) == []
    assert not NIGHTLY.exists()


def test_what_is_left_of_a_timer_can_be_removed(cli: Cli, manager: Path) -> None:
    well(cli("schedule", "add", "nightly.toml", "--at", "02:00"))
    (timer,) = manager.glob("*.timer")
    timer.unlink()
    NIGHTLY.unlink()
    well(cli("schedule", "remove", "nightly"))
    assert list(manager.iterdir()) == []


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_finds_no_fault_with_the_units_and_finds_the_program(
    cli: Cli, manager: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "50% of the best 結果" / "python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    output = ("--output", tmp_path / r'$HOME ${x} %h "\n')
    well(cli("schedule", "add", "nightly.toml", "--cron", "30 4 1 * 5", *output))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", *map(str, sorted(manager.iterdir()))],
        env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    about_ours = [line for line in done.stderr.splitlines() if "reportgen" in line]
    assert (done.returncode, about_ours) == (0, []), done.stderr
    command = next(
        line for line in shown(cli("schedule", "show", "nightly", *output), "installed") if "Exec" in line
    )
    assert command.endswith(r'/$$HOME $${x} %%h \"\\n"')


def test_a_program_that_systemd_would_not_start(
    cli: Cli, manager: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "it's mine"
    python.symlink_to("/bin/true")
    monkeypatch.setattr(sys, "executable", str(python))
    refused(cli("schedule", "add", "nightly.toml", "--at", "02:00"), "it's mine", "--with cron")
    assert not manager.exists()
    assert not NIGHTLY.exists()


@pytest.mark.usefixtures("machine")
def test_systemd_is_refused_where_it_does_not_run(cli: Cli) -> None:
    answer = cli("schedule", "add", "nightly.toml", "--at", "02:00", "--with", "systemd")
    refused(answer, "--with systemd", "does not answer")
    assert not NIGHTLY.exists()


def test_without_any_timer_lines_for_a_crontab_are_printed(
    cli: Cli, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    answer = cli(
        *("schedule", "add", "nightly.toml", "--cron", LATER, "--epochs", 1, "--no-pdf"),
        *("--share", "mailtos://me:${MAIL_PASSWORD}@example.org/you@example.org", "--share", "@TEAM"),
    )
    assert answer.code == 0
    assert answer.out.splitlines()[0].split("\t")[:3] == ["added", "nightly", "print"]
    line = next(line for line in answer.out.splitlines() if line.startswith(f"{LATER} "))
    assert from_cron(line).returncode == 0
    assert line in shown(cli("schedule", "show", "nightly"), "installed")
    well(cli("schedule", "remove", "nightly"))
    assert not (machine / "table").exists()
