"""A schedule in the user's crontab: a line for its time, and one an hour that looks for a missed one.

Cron forgets what came up while the machine was off or asleep, so the second line asks every hour whether
a rerun is due; mostly it is not, and nothing happens.

The table is edited as text. Libraries that parse it and write it anew (python-crontab 3.4) lose others'
lines such as `NAME = value`, and take `1-31` for `*`, which is not the same beside a day of the week.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess

from reportgen.delivery.schedule.schedule_files import Place
from reportgen.errors import UserError

CATCH_UP = "17 * * * *"


def usable() -> bool:
    """Return whether there is a crontab here."""
    return shutil.which("crontab") is not None


def install(place: Place, cron: str) -> None:
    """Add the schedule's lines to the user's crontab.

    Args:
        place: Where the schedule is.
        cron: Its times, a cron expression of five fields.
    """
    others = _without(_read(), place)
    if others and not others.endswith("\n"):
        others += "\n"
    _write(others + lines(place, cron))


def remove(place: Place) -> bool:
    """Take the schedule's lines out of the user's crontab, if they are there."""
    if not usable():
        return False
    before = _read()
    after = _without(before, place)
    if after != before:
        _write(after)
    return after != before


def installed(place: Place) -> str:
    """Return the schedule's lines as they stand in the crontab now."""
    return "".join(line for line in _read().splitlines(True) if _is_of(line, place)) if usable() else ""


def lines(place: Place, cron: str) -> str:
    """Return the schedule's lines, for a crontab.

    Args:
        place: Where the schedule is.
        cron: Its times, a cron expression of five fields.
    """
    command = f"{shlex.join(place.command)} >> {shlex.quote(str(place.timer_log))} 2>&1"
    # to cron, a percent sign is the end of the command; what follows # is a comment to the shell
    call = command.replace("%", r"\%") + f" # {place.mark}\n"
    return f"{cron} {call}{CATCH_UP} {call}"


def _is_of(line: str, place: Place) -> bool:
    return line.rstrip().endswith(f"# {place.mark}")


def _without(table: str, place: Place) -> str:
    """The table without the schedule's lines; all others as they are, byte for byte."""
    return "".join(line for line in table.splitlines(True) if not _is_of(line, place))


def _read() -> str:
    done = _crontab("-l")
    if done.returncode == 0:
        return done.stdout.decode("utf-8", "surrogateescape")  # whatever bytes others wrote there
    if b"no crontab for" in done.stderr:
        return ""
    raise _failure(done)


def _write(table: str) -> None:
    done = _crontab("-", table.encode("utf-8", "surrogateescape")) if table else _crontab("-r")
    if done.returncode:
        raise _failure(done)


def _crontab(argument: str, table: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["crontab", argument],
        input=table,
        capture_output=True,
        env=os.environ | {"LC_ALL": "C"},
        check=False,
    )


def _failure(done: subprocess.CompletedProcess[bytes]) -> UserError:
    message = (done.stderr.decode(errors="replace").strip().splitlines() or ["failed"])[0]
    return UserError(
        f"{shlex.join(done.args)}: {message}; the crontab is unchanged (--with print does without one)"
    )
