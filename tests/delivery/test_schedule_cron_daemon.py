"""A schedule that cron's own daemon carries out: the real crontab, the real training, a real minute."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reportgen.delivery.schedules import place
from tests.conftest import Cli

EXPERIMENT = """
title = "A rerun"
[data]
source = "digits"
train = 100
validation = 50
[tuned]
hidden = [4]
batch_size = 50
epochs = 1
optimizer = { name = "SGD", learning_rate = 0.1 }
"""


@pytest.fixture
def crontab() -> Iterator[None]:
    """The user's crontab, given back as it was."""
    before = subprocess.run(["crontab", "-l"], capture_output=True, check=False)
    yield
    if before.returncode:
        subprocess.run(["crontab", "-r"], check=False, capture_output=True)
    else:
        subprocess.run(["crontab", "-"], input=before.stdout, check=True)


@pytest.fixture
def cron_daemon(tmp_path: Path) -> Iterator[None]:
    """A cron daemon: one of our own, or the one that runs already."""
    if os.geteuid() != 0:
        pytest.skip("only root may start a cron daemon")
    if not (shutil.which("cron") and shutil.which("crontab")):
        pytest.skip("needs Debian's cron (apt-get install cron)")
    with (tmp_path / "cron.log").open("wb") as log:
        # with next to nothing in its environment, as at boot
        bare = {"PATH": "/usr/bin:/bin"}
        daemon = subprocess.Popen([str(shutil.which("cron")), "-f"], stdout=log, stderr=log, env=bare)
        time.sleep(1)
        if daemon.poll() is not None:
            said = (tmp_path / "cron.log").read_text()
            if "can't lock" not in said:
                pytest.skip(f"cron does not start here: {said.strip()}")
            yield
            return
        try:
            yield
        finally:
            daemon.terminate()
            daemon.wait()


@pytest.mark.slow
@pytest.mark.usefixtures("cron_daemon", "crontab")
def test_cron_itself_runs_and_shares_an_experiment(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    output = tmp_path / "100% of $them's"
    (tmp_path / "tiny.toml").write_text(EXPERIMENT, encoding="utf-8")
    answer = cli(
        *("schedule", "add", "tiny.toml", "--every", "1m", "--with", "cron", "--output", output),
        *("--no-pdf", "--workers", 1, "--languages", "en", "--share", "folder:shared"),
    )
    assert (answer.code, answer.err) == (0, "")
    schedule = place(output, "tiny")
    end = time.monotonic() + 200
    while not (reports := list((tmp_path / "shared").glob("tiny/2*/report.html"))):
        assert time.monotonic() < end, what_happened(schedule.folder)
        time.sleep(1)
    assert cli("schedule", "remove", "tiny", "--output", output).code == 0
    left = subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=False)
    assert schedule.mark not in left.stdout
    # what goes on is not stopped by that, and the folder of this test has to stay until it ends
    while not (said := [line for line in schedule.timer_log.read_text().splitlines() if "\ttiny\t" in line]):
        assert time.monotonic() < end, what_happened(schedule.folder)
        time.sleep(1)
    state, _, run, log = said[0].split("\t")
    assert state == "ok"
    assert reports[0].read_bytes() == (Path(run) / "report.html").read_bytes()
    assert "shared\tfolder:" in Path(log).read_text()


def what_happened(folder: Path) -> str:
    """All that a schedule's calls have written, for a test that fails."""
    return "\n".join(path.read_text(errors="replace") for path in folder.rglob("*.*") if path.is_file())
