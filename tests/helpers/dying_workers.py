"""Worker processes that die or stop in the middle of a trial, always of the same one."""

from __future__ import annotations

import os
from pathlib import Path
from signal import Signals

import pytest

STARTED = """
import os, sys

if "--multiprocessing-fork" in sys.argv:

    def note(event, arguments):
        if event != "os.rename":
            return
        path = str(arguments[1])
        if not os.path.basename(path).startswith({checkpoint!r}):
            return
        trial = os.path.basename(os.path.dirname(path))
        try:
            os.symlink(trial, {victim!r})
        except FileExistsError:
            if os.readlink({victim!r}) != trial:
                return
        for time in range({times}):
            try:
                os.mkdir({victim!r} + str(time))
            except FileExistsError:
                continue
            os.kill(os.getpid(), {signal})

    sys.addaudithook(note)
"""
"""What every Python process runs first that finds it; the workers of this program heed it alone."""


def let_worker_die(
    patch: pytest.MonkeyPatch, folder: Path, *, epoch: int, signal: Signals, times: int
) -> None:
    """Let workers send themselves a signal as they keep a checkpoint of a trial.

    Args:
        patch: Undoes it.
        folder: Of the test's own. Afterwards it tells what happened: `victim` is a link to the name of the
            trial's folder, `victim0`, `victim1`, ... stand for the times.
        epoch: Whose checkpoint it is; the one before is there.
        signal: SIGKILL, or SIGSTOP for one that hangs.
        times: So often; always of the trial that came there first.
    """
    started = folder / "started"
    started.mkdir(parents=True)
    (started / "sitecustomize.py").write_text(
        STARTED.format(
            checkpoint=f"{epoch:06d}-", victim=str(folder / "victim"), times=times, signal=int(signal)
        ),
        encoding="utf-8",
    )
    patch.setenv("PYTHONPATH", os.pathsep.join([str(started), os.environ.get("PYTHONPATH", "")]))
