"""A schedule as a timer of systemd's user manager, which remembers what came up while it was off."""

from __future__ import annotations

import contextlib
import datetime
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from cronsim import CronSim

from reportgen.delivery.schedule.schedule_files import Place
from reportgen.delivery.schedule.times import DAYS
from reportgen.errors import UserError
from reportgen.files.atomic import write_text

WORKING = ("running", "degraded", "starting", "initializing", "maintenance")


def usable() -> bool:
    """Return whether a user manager of systemd runs and answers."""
    if shutil.which("systemctl") is None:
        return False
    with contextlib.suppress(OSError, UserError):
        return _systemctl("is-system-running").stdout.strip() in WORKING
    return False


def install(place: Place, cron: str) -> None:
    """Write the units and start the timer; on failure nothing is left.

    Args:
        place: Where the schedule is.
        cron: Its times, a cron expression of five fields.

    Raises:
        UserError: No program with such a path is started by systemd, or it does not take the timer.
        OSError: The units cannot be written.
    """
    if any(sign in place.command[0] for sign in "\"'\\"):
        raise UserError(f"{place.command[0]}: systemd starts no program with such a path; --with cron does")
    service, timer = unit_files(place)
    try:
        service.parent.mkdir(parents=True, exist_ok=True)
        write_text(service, service_unit(place))
        write_text(timer, timer_unit(place, cron))
        _ask("daemon-reload")
        _ask("enable", "--now", timer.name)
    except (OSError, UserError):
        remove(place)
        raise


def remove(place: Place) -> bool:
    """Stop the timer and remove its units, as far as they are there; a rerun that goes on is left alone."""
    service, timer = unit_files(place)
    link = timer.parent / "timers.target.wants" / timer.name
    there = [path for path in (timer, service, link) if path.exists() or path.is_symlink()]
    if not there:
        return False
    if usable():
        _systemctl("disable", "--now", timer.name)  # fails where it was never enabled
    for path in there:
        path.unlink(missing_ok=True)
    if usable():
        _systemctl("daemon-reload")
    return True


def installed(place: Place) -> str:
    """Return the units as they stand there now, and whether the timer is active."""
    text = ""
    for unit in unit_files(place):
        with contextlib.suppress(FileNotFoundError):
            text += f"# {unit}\n{unit.read_text(encoding='utf-8')}"
    if text and usable():
        active = _systemctl("is-active", unit_files(place)[1].name).stdout.strip()
        text += f"# the timer is {active}\n"
    return text


def lingers() -> bool:
    """Return whether the user's timers also run while the user is not logged in."""
    return Path("/var/lib/systemd/linger", os.environ.get("USER", "root")).exists()


def unit_files(place: Place) -> tuple[Path, Path]:
    """Return where the service and the timer go."""
    configuration = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    folder = configuration / "systemd" / "user"
    return folder / f"{place.mark}.service", folder / f"{place.mark}.timer"


def service_unit(place: Place) -> str:
    """Return the unit that carries the schedule out."""
    program, *arguments = place.command
    # dollars stand for variables everywhere but in the program's own path
    words = [_quoted(program), *(_quoted(word).replace("$", "$$") for word in arguments)]
    return (
        "[Unit]\n"
        f"Description=Rerun of a reportgen experiment: {place.name}\n\n"
        "[Service]\n"
        "Type=oneshot\n"
        f"ExecStart={' '.join(words)}\n"
    )


def timer_unit(place: Place, cron: str) -> str:
    """Return the unit that says when; Persistent catches up a missed time, once.

    Args:
        place: Where the schedule is.
        cron: Its times, a cron expression of five fields.
    """
    calendar = "".join(f"OnCalendar={expression}\n" for expression in calendar_expressions(cron))
    return (
        "[Unit]\n"
        f"Description=When to rerun a reportgen experiment: {place.name}\n\n"
        "[Timer]\n"
        f"{calendar}"
        "Persistent=true\n"
        "AccuracySec=1s\n\n"
        "[Install]\n"
        "WantedBy=timers.target\n"
    )


def calendar_expressions(cron: str) -> list[str]:
    """Return a cron expression in systemd's terms: two where cron joins its two kinds of days by "or"."""
    parsed = CronSim(cron, datetime.datetime(2024, 1, 1))
    clock = f"{_listed(parsed.hours, range(24))}:{_listed(parsed.minutes, range(60))}:00"
    months = _listed(parsed.months, range(1, 13))
    days = _listed(parsed.days, range(1, 32))
    numbers = {day % 7 for day in parsed.weekdays if isinstance(day, int)}
    weekdays = "" if len(numbers) == 7 else ",".join(DAYS[day].title() for day in sorted(numbers)) + " "
    if parsed.day_and:
        return [f"{weekdays}*-{months}-{days} {clock}"]
    return [f"*-{months}-{days} {clock}", f"{weekdays}*-{months}-* {clock}"]


def _listed(values: Iterable[int], everything: range) -> str:
    values = sorted(values)
    return "*" if values == list(everything) else ",".join(map(str, values))


def _quoted(word: str) -> str:
    """A word for a unit's command line; percent signs stand for specifiers there."""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") + '"'


def _ask(*arguments: str) -> None:
    done = _systemctl(*arguments)
    if done.returncode:
        raise _failure(arguments, (done.stderr.strip().splitlines() or ["failed"])[0])


def _systemctl(*arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["systemctl", "--user", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _failure(arguments, "no answer") from error


def _failure(arguments: Iterable[str], message: str) -> UserError:
    return UserError(
        f"systemctl --user {' '.join(arguments)}: {message}; --with cron or print does without it"
    )
