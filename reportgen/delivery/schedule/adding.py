"""A schedule added with its timer, and removed with it."""

from __future__ import annotations

import subprocess
import sys

from reportgen.delivery.schedule import schedule_files, timers
from reportgen.delivery.schedule.schedule_files import Place, Schedule
from reportgen.errors import UserError


def add(place: Place, schedule: Schedule) -> None:
    """Store a schedule and install its timer; nothing is left where that fails.

    Args:
        place: Where the schedule is.
        schedule: What was asked for.

    Raises:
        UserError: There is such a schedule, or no timer could start this program.
    """
    if place.file.exists():
        raise UserError(
            f"{place.name}: there is such a schedule in {place.output} already; "
            f"`reportgen schedule remove {place.name}` first, or choose another --name"
        )
    check_program()
    schedule_files.write(place, schedule)
    try:
        timers.install(schedule.timer, place, schedule.cron)
    except BaseException:
        schedule_files.erase(place)
        raise


def check_program() -> None:
    """See that reportgen starts as a timer will start it: from another folder, with a bare environment."""
    done = subprocess.run(
        [*schedule_files.program(), "--version"],
        cwd="/",
        env={"PATH": "/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise UserError(
            f"{sys.executable}: this Python finds reportgen only from here, a timer would not; install it "
            "with `pip install .`"
        )


def remove(place: Place) -> None:
    """Remove a schedule and its timer, whatever is left of them; logs and runs stay.

    Raises:
        UserError: There is neither.
    """
    try:
        timer = schedule_files.read(place).timer
    except UserError:
        # there is no telling which timer it had: all are asked
        removed = [timers.remove(kind, place) for kind in timers.TIMERS]
        if not any(removed) and not place.file.exists():
            raise
    else:
        timers.remove(timer, place)
    schedule_files.erase(place)
