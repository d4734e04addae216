"""A machine for schedules, and a schedule on it."""

from __future__ import annotations

import datetime
import itertools
import os
import shlex
from pathlib import Path

import pytest

from reportgen.delivery.schedule import rerun, times
from tests.helpers.cli import Cli
from tests.helpers.experiments import TINY
from tests.helpers.schedules import CRONTAB, NOON, REPORTGEN, SYSTEMCTL, well


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the stand-ins and what they note down; nothing of the real machine is touched."""
    folder = tmp_path / "machine"
    (folder / "bin").mkdir(parents=True)
    table = shlex.quote(str(folder / "table"))
    for name, text in (("crontab", CRONTAB), ("systemctl", SYSTEMCTL), ("reportgen", REPORTGEN)):
        program = folder / "bin" / name
        program.write_text(text.format(table=table, folder=shlex.quote(str(folder))))
        program.chmod(0o755)
    (folder / "systemd-state").write_text("offline\n")
    monkeypatch.setenv("PATH", f"{folder / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    monkeypatch.setattr(rerun, "program", lambda: [str(folder / "bin" / "reportgen")])
    (tmp_path / "nightly.toml").write_text(TINY, encoding="utf-8")
    return folder


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of schedules shows noon, and a second more each time it is read; not in other processes."""
    seconds = itertools.count()
    monkeypatch.setattr(times, "now", lambda: NOON + datetime.timedelta(seconds=next(seconds)))


@pytest.fixture
def nightly(cli: Cli, machine: Path, noon: None) -> Path:  # noqa: ARG001
    """A schedule of this name, added at noon, and the folder of the stand-ins."""
    well(cli("schedule", "add", "nightly.toml", "--every", "1d", "--keep", 2))
    return machine
