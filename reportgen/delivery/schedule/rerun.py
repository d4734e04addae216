"""Carrying a schedule out: one rerun at a time, its output in a log, its report delivered."""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from reportgen.delivery.schedule import outcomes, times
from reportgen.delivery.schedule.outcomes import Kept
from reportgen.delivery.schedule.schedule_files import Place, Schedule, program
from reportgen.errors import ExitCode, UserError
from reportgen.files.atomic import naming

REPORTED = (ExitCode.DONE, ExitCode.DROPPED)
"""The exit codes of `reportgen run` that leave a report worth reading."""
TIMER_LOG_BYTES = 100_000


class AlreadyRunningError(UserError):
    """The same schedule is being carried out by another process."""


def due(place: Place, schedule: Schedule, moment: datetime.datetime) -> bool:
    """Return whether a time of the schedule has come since it was added, or since its last rerun ended.

    Several missed times are one; times that came while a rerun went on are not made up for.

    Args:
        place: Where the schedule is.
        schedule: What was asked for.
        moment: The time now.
    """
    seen = [schedule.added]
    seen += [kept.result.ended or kept.result.started for kept in outcomes.all_of(place)]
    return times.last_due(schedule.cron, moment) > max(seen)


def carry_out(place: Place, schedule: Schedule, *, only_if_due: bool = False) -> Kept | None:
    """Run the experiment again and deliver its report; None where it was not due.

    Args:
        place: Where the schedule is.
        schedule: What was asked for.
        only_if_due: Whether to do nothing where no time of the schedule has come.

    Returns:
        The rerun's log file and its result.

    Raises:
        AlreadyRunningError: A rerun of this schedule goes on.
    """
    if only_if_due and not due(place, schedule, times.now()):
        return None
    with alone(place) as lock, stopped_by_sigterm():
        # asked again: another process may just have finished it
        if only_if_due and not due(place, schedule, times.now()):
            return None
        kept = outcomes.begin(place)
        outcomes.forget(place, schedule.keep)
        _shorten(place.timer_log)
        with kept.log.open("ab") as log:
            code = _call(schedule, run_arguments(place, schedule), place.folder, log, lock)
            run = run_folder(kept.log) if code in REPORTED else None
            undelivered = [
                target
                for target in (schedule.share if run else ())
                if _call(schedule, share_arguments(schedule, str(run), target), place.folder, log, lock)
            ]
        ended = {
            "ended": times.now().astimezone(datetime.UTC),
            "code": code,
            "run": run,
            "undelivered": tuple(undelivered),
        }
        return outcomes.keep(Kept(kept.log, kept.result.model_copy(update=ended)))


def run_arguments(place: Place, schedule: Schedule) -> list[str]:
    """Return the arguments of the rerun; fresh, since what is not trained again shows nothing new.

    Args:
        place: Where the schedule is.
        schedule: What was asked for.
    """
    return ["run", schedule.experiment, "--fresh", "--output", str(place.output), *schedule.options]


def share_arguments(schedule: Schedule, run: str, target: str) -> list[str]:
    """Return the arguments that deliver a run's report to a target.

    Args:
        schedule: What was asked for.
        run: The run's folder.
        target: Where the report goes.
    """
    secrets = ["--secrets", schedule.secrets] if schedule.secrets else []
    return ["share", run, "--to", target, *secrets]


def run_folder(log: Path) -> str | None:
    """Return the folder of the run, from the line that says where its report is."""
    folder = None
    with log.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith("HTML: "):
                folder = str(Path(line.removeprefix("HTML: ").rstrip("\n")).parent)
    return folder


def running(place: Place) -> bool:
    """Return whether a rerun goes on now."""
    try:
        with (place.folder / "lock").open("rb") as lock:
            return not _take(lock, fcntl.LOCK_SH)
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def alone(place: Place) -> Iterator[IO[bytes]]:
    """Hold the schedule's lock; the system lets go of it when the last process that has it ends."""
    place.folder.mkdir(parents=True, exist_ok=True)
    with (place.folder / "lock").open("ab") as lock:
        for _ in range(10):
            if _take(lock, fcntl.LOCK_EX):
                break
            time.sleep(0.1)  # it may only be looked at: `running` takes it for an instant
        else:
            raise AlreadyRunningError(
                f"{place.name}: is running already; its log is in {place.folder / 'logs'}"
            )
        yield lock


def _take(lock: IO[bytes], kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _call(schedule: Schedule, arguments: Sequence[str], folder: Path, log: IO[bytes], lock: IO[bytes]) -> int:
    """Call reportgen with the schedule's environment; returns its exit code, output goes to the log."""
    with naming(Path(log.name)):
        log.write(f"$ reportgen {shlex.join(arguments)}\n".encode())
        log.flush()
    called = subprocess.Popen(
        [*program(), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd=folder,  # holds no file that could pass for a ready experiment
        env=os.environ | schedule.environment,
        # were this process killed, the call would go on: it has to keep the lock for itself
        pass_fds=[lock.fileno()],
    )
    try:
        return called.wait()
    finally:
        if called.poll() is None:
            called.terminate()
            called.wait()


@contextlib.contextmanager
def stopped_by_sigterm() -> Iterator[None]:
    """Let SIGTERM, as a service manager sends it, end this process like Ctrl-C, and the call with it."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _shorten(timer_log: Path) -> None:
    """Empty the timer's log before it grows without end; a shell that appends to it goes on doing so."""
    if timer_log.is_file() and timer_log.stat().st_size > TIMER_LOG_BYTES:
        os.truncate(timer_log, 0)
