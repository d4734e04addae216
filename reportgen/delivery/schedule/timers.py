"""What calls a schedule: systemd's user manager where it runs, else cron, else nothing."""

from __future__ import annotations

from typing import Protocol

from reportgen.delivery.schedule import cron, systemd
from reportgen.delivery.schedule.schedule_files import Place
from reportgen.errors import UserError

PRINT = "print"


class Timer(Protocol):
    """What each of the two modules offers."""

    def usable(self) -> bool:
        """Return whether the machine has it."""

    def install(self, place: Place, cron: str) -> None:
        """Let it call the schedule at these times.

        Args:
            place: Where the schedule is.
            cron: Its times, a cron expression of five fields.
        """

    def remove(self, place: Place) -> bool:
        """Undo that, as far as it was done; returns whether there was anything."""

    def installed(self, place: Place) -> str:
        """Return what of it is installed now, as text; empty for nothing."""


TIMERS: dict[str, Timer] = {"systemd": systemd, "cron": cron}
REMEDIES = {
    "systemd": "systemd's user manager does not answer (`systemctl --user is-system-running`)",
    "cron": "there is no crontab command here (Debian: apt-get install cron)",
}


def choose(asked: str | None) -> str:
    """Return the timer to use: the one asked for, or the first that works here.

    Raises:
        UserError: The one asked for does not work here.
    """
    if asked is None:
        return next((name for name, timer in TIMERS.items() if timer.usable()), PRINT)
    if asked != PRINT and not TIMERS[asked].usable():
        raise UserError(f"--with {asked}: {REMEDIES[asked]}; leave --with out to use what is there")
    return asked


def install(name: str, place: Place, times: str) -> None:
    """Install a timer; "print" installs nothing.

    Args:
        name: Of the timer, in TIMERS, or "print".
        place: Where the schedule is.
        times: Its times, a cron expression of five fields.
    """
    if name != PRINT:
        TIMERS[name].install(place, times)


def remove(name: str, place: Place) -> bool:
    """Remove what a timer has of the schedule.

    Args:
        name: Of the timer, in TIMERS, or "print".
        place: Where the schedule is.

    Returns:
        Whether there was anything.
    """
    return name != PRINT and TIMERS[name].remove(place)


def installed(name: str, place: Place) -> str:
    """Return what is installed of the schedule now, as text; empty for nothing.

    Args:
        name: Of the timer, in TIMERS, or "print".
        place: Where the schedule is.
    """
    return "" if name == PRINT else TIMERS[name].installed(place)
