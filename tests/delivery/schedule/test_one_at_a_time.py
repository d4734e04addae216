"""A schedule's reruns are never two at once, whatever is killed."""

from __future__ import annotations

import fcntl
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Timer
from typing import Any

from tests.helpers.cli import Cli, refused
from tests.helpers.schedules import calls, long_ago, well


def start(machine: Path) -> subprocess.Popen[bytes]:
    """Carry the schedule out in a process of its own."""
    program = (
        "import sys; from reportgen.delivery.schedule import rerun; from reportgen.cli.main import main; "
        "rerun.program = lambda: [sys.argv[1]]; main.main(['schedule', 'run', 'nightly'])"
    )
    stand_in = str(machine / "bin" / "reportgen")
    return subprocess.Popen([sys.executable, "-c", program, stand_in], stdout=subprocess.PIPE)


def begin(machine: Path) -> subprocess.Popen[bytes]:
    """The same, up to where its training has begun and waits."""
    (machine / "wait").touch()
    process = start(machine)
    wait_for((machine / "began").exists)
    return process


def wait_for(happened: Callable[[], Any], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def state(cli: Cli) -> str:
    return well(cli("schedule", "list"))[1][-1]


def test_a_second_one_says_that_one_is_running(cli: Cli, nightly: Path) -> None:
    first = begin(nightly)
    assert state(cli) == "running"
    refused(cli("schedule", "run", "nightly"), "nightly: is running already")
    long_ago()
    (result,) = Path("output/.schedules/nightly/logs").glob("*.json")
    result.write_text(json.dumps({"started": "2021-01-01T00:00:00Z"}))  # and its next time has come
    ((what, _),) = well(cli("schedule", "run", "nightly", "--if-due"))  # by the timer it is no failure
    assert what == "running"
    (nightly / "wait").unlink()
    out, _ = first.communicate()
    assert first.returncode == 0
    assert out.startswith(b"ok\tnightly")
    assert state(cli) == "ok"
    assert len(calls(nightly)) == 1


def test_a_training_whose_caller_was_killed_still_is_the_only_one(cli: Cli, nightly: Path) -> None:
    first = begin(nightly)
    first.kill()
    first.wait()
    assert state(cli) == "running"
    refused(cli("schedule", "run", "nightly"), "is running already")
    (nightly / "wait").unlink()
    wait_for(lambda: state(cli) == "interrupted")
    assert well(cli("schedule", "run", "nightly"))[0][0] == "ok"


def test_stopping_a_rerun_stops_its_training(cli: Cli, nightly: Path) -> None:
    first = begin(nightly)
    first.send_signal(signal.SIGTERM)
    assert first.wait(20) == 130
    wait_for(lambda: state(cli) == "interrupted")  # although the training would wait for ever
    assert (nightly / "wait").exists()


def test_looking_at_a_schedule_does_not_keep_it_from_running(cli: Cli, nightly: Path) -> None:
    Path("output/.schedules/nightly/lock").touch()
    with Path("output/.schedules/nightly/lock").open("rb") as looked_at:
        fcntl.flock(looked_at, fcntl.LOCK_SH)
        Timer(0.3, lambda: fcntl.flock(looked_at, fcntl.LOCK_UN)).start()
        well(cli("schedule", "run", "nightly"))
    assert len(calls(nightly)) == 1
