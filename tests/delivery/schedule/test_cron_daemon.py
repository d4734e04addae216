"""A schedule that cron's own daemon carries out: the real crontab, the real training, a real minute."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reportgen.delivery.schedule.schedule_files import place
from tests.helpers.cli import Cli
from tests.helpers.servers import Mailbox, mail_server

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


# waits until nobody holds the other end of its input any more, which a killed test does not either
GIVE_BACK = """
cat > /dev/null
if [ -n "$1" ]; then kill "$1"; fi
if [ -f "$2" ]; then crontab "$2"; else crontab -r; fi
rm -rf "${2%/*}"
"""


@contextlib.contextmanager
def given_back(daemon: subprocess.Popen[bytes] | None) -> Iterator[None]:
    """The user's crontab as it was, and no daemon of ours, however the test ends: a process sees to it."""
    before = subprocess.run(["crontab", "-l"], capture_output=True, check=False)
    kept = Path(tempfile.mkdtemp(prefix="crontab-")) / "table"  # outlives the folders of the test
    if not before.returncode:
        kept.write_bytes(before.stdout)
    guard = subprocess.Popen(
        ["/bin/sh", "-c", GIVE_BACK, "guard", str(daemon.pid) if daemon else "", str(kept)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        guard.communicate()
        if daemon:
            daemon.wait()


@pytest.fixture
def cron_daemon(tmp_path: Path) -> Iterator[None]:
    """A cron daemon: one of our own, or the one that runs already; and the crontab given back as it was."""
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
        ended = daemon.poll() is not None
        with given_back(None if ended else daemon):
            yield


@pytest.mark.slow
@pytest.mark.usefixtures("cron_daemon")
def test_cron_runs_it_again_judges_it_and_mails_it(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    output = tmp_path / "100% of $them's"
    (tmp_path / "tiny.toml").write_text(EXPERIMENT, encoding="utf-8")
    secrets = tmp_path / "secrets.toml"
    secrets.write_text('WORD = "sesame"', encoding="utf-8")
    secrets.chmod(0o600)
    assert cli("run", "tiny.toml", "--no-pdf", "--output", output).code == 0
    assert cli("baseline", "set", "tiny", "--output", output).code == 0
    with mail_server(Mailbox(password="sesame")) as mailbox:
        target = f"mailto://me:${{WORD}}@127.0.0.1:{mailbox.port}/you@example.org?from=me@example.org"
        answer = cli(
            *("schedule", "add", "tiny.toml", "--every", "1m", "--with", "cron", "--output", output),
            *("--workers", 1, "--languages", "en", "--share", target, "--secrets", secrets),
        )
        assert (answer.code, answer.err) == (0, "")
        schedule = place(output, "tiny")
        end = time.monotonic() + 200
        while not mailbox.mails:
            assert time.monotonic() < end, what_happened(schedule.folder)
            time.sleep(1)
        assert cli("schedule", "remove", "tiny", "--output", output).code == 0
        left = subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=False)
        assert schedule.mark not in left.stdout
        # what goes on is not stopped by that, and the folder of this test has to stay until it ends
        while not (
            said := [line for line in schedule.timer_log.read_text().splitlines() if "\ttiny\t" in line]
        ):
            assert time.monotonic() < end, what_happened(schedule.folder)
            time.sleep(1)
    state, _, run, log = said[0].split("\t")
    assert state == "ok"
    (attached,) = mailbox.mails[0].iter_attachments()
    assert attached.get_content() == (Path(run) / "report.pdf").read_bytes()
    assert "sesame" not in Path(log).read_text()
    # the rerun was held against the baseline, and is in the history
    history = cli("history", "tiny", "--output", output).out.splitlines()
    assert [line.split("\t")[2] for line in history] == ["pinned", "baseline", ""]
    assert history[1].split("\t")[4] == history[2].split("\t")[4]
    assert "All numbers compared are exactly the same as before" in (Path(run) / "report.html").read_text(
        encoding="utf-8"
    )


def what_happened(folder: Path) -> str:
    """All that a schedule's calls have written, for a test that fails."""
    return "\n".join(path.read_text(errors="replace") for path in folder.rglob("*.*") if path.is_file())
