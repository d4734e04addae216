"""When a schedule is due: times said in words or as cron has them, and the times that follow from them."""

from __future__ import annotations

import datetime
import itertools
import re
from pathlib import Path
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from reportgen.errors import UserError

DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")  # as cron numbers them
CLOCK = re.compile(r"(?:(?P<days>[a-z,]+)\s+)?(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)", re.IGNORECASE)
INTERVAL = re.compile(r"(?P<count>[1-9]\d{0,3})\s*(?P<unit>[mhd])", re.IGNORECASE)
MINUTES = {"m": 1, "h": 60, "d": 24 * 60}
_VALUE = r"(?:\d+|[A-Za-z]{3})"
_PART = rf"(?:(?:\*|{_VALUE}-{_VALUE})(?:/\d+)?|{_VALUE})"
FIELD = re.compile(rf"{_PART}(?:,{_PART})*")


def from_clock(text: str) -> str:
    """Return a time of day, "02:00" or "Mon,Thu 02:00", as a cron expression.

    Raises:
        UserError: It is no such time.
    """
    match = CLOCK.fullmatch(text.strip())
    days = [day.lower() for day in match["days"].split(",")] if match and match["days"] else []
    if not match or not all(day in DAYS for day in days):
        raise UserError(f'--at {text!r}: is no time such as "02:00" or "Mon,Thu 02:00" (hours 0 to 23)')
    on = ",".join(str(DAYS.index(day)) for day in days) or "*"
    return f"{int(match['minute'])} {int(match['hour'])} * * {on}"


def from_interval(text: str) -> str:
    """Return an interval, "30m", "6h" or "1d", as a cron expression; counted from midnight.

    Raises:
        UserError: It is another, which would start anew in the middle of an hour or a day.
    """
    match = INTERVAL.fullmatch(text.strip())
    minutes = int(match["count"]) * MINUTES[match["unit"].lower()] if match else 0
    if minutes and 60 % minutes == 0:
        return f"*/{minutes} * * * *" if 1 < minutes < 60 else "* * * * *" if minutes == 1 else "0 * * * *"
    hours, rest = divmod(minutes, 60)
    if hours and not rest and 24 % hours == 0:
        return f"0 */{hours} * * *" if hours < 24 else "0 0 * * *"
    raise UserError(
        f'--every {text!r}: takes minutes that divide an hour ("1m" to "30m"), hours that divide a day '
        f'("1h" to "12h") or "1d"; --cron can say other times'
    )


def from_cron(text: str) -> str:
    """Return a cron expression of five fields, if every cron understands it and it comes up at all.

    Raises:
        UserError: It is not such an expression.
    """
    fields = text.split()
    if len(fields) != 5:
        raise UserError(
            f"--cron {text!r}: needs five fields (minute, hour, day of month, month, day of week), "
            f"not {len(fields)}"
        )
    for field in fields:
        if not FIELD.fullmatch(field):
            raise UserError(
                f"--cron {text!r}: {field!r} is not understood by every cron; write numbers, lists 1,2, "
                "ranges 1-5, *, or steps */2"
            )
    cron = " ".join(fields)
    try:
        next(CronSim(cron, datetime.datetime(2024, 1, 1)))
    except CronSimError as error:
        raise UserError(f"--cron {text!r}: {str(error).lower()}") from error
    except StopIteration as error:
        raise UserError(f"--cron {text!r}: never comes up") from error
    return cron


def local_zone() -> ZoneInfo:
    """Return the machine's time zone, which timers go by; a shell's own TZ is nothing to them."""
    try:
        with Path("/etc/localtime").open("rb") as file:
            return ZoneInfo.from_file(file, key="localtime")
    except (OSError, ValueError):
        return ZoneInfo("UTC")  # as the C library does


def now() -> datetime.datetime:
    """Return the time, in the machine's time zone: the only clock of schedules."""
    return datetime.datetime.now(local_zone())


def last_due(cron: str, moment: datetime.datetime) -> datetime.datetime:
    """Return the latest time of the expression that is not after the moment.

    Args:
        cron: A cron expression of five fields.
        moment: In the time zone that the expression goes by.
    """
    # a whole second is left out by CronSim, one with a fraction is counted
    return next(CronSim(cron, moment.replace(microsecond=moment.microsecond or 1), reverse=True))


def next_due(cron: str, moment: datetime.datetime, count: int = 1) -> list[datetime.datetime]:
    """Return the first times of the expression after the moment.

    Args:
        cron: A cron expression of five fields.
        moment: In the time zone that the expression goes by.
        count: How many times.
    """
    return list(itertools.islice(CronSim(cron, moment), count))
