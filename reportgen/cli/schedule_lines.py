"""What is printed of schedules: rows of cells, and lines."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

from reportgen.delivery.schedule import cron, outcomes, rerun, schedule_files, timers, times
from reportgen.delivery.schedule.outcomes import Kept
from reportgen.delivery.schedule.schedule_files import Place, Schedule
from reportgen.errors import UserError

COLUMNS = ("schedule", "experiment", "when", "next", "last result")


def row(place: Place) -> tuple[str, ...]:
    """A schedule's name, experiment, time, next time and last result."""
    try:
        schedule = schedule_files.read(place)
    except UserError:
        return place.name, "", "damaged", "", f"see `reportgen schedule show {place.name}`"
    (soon,) = times.next_due(schedule.cron, times.now())
    last = outcomes.all_of(place)[-1:]
    state = outcomes.describe(last[0].result, rerun.running(place)) if last else "none yet"
    return place.name, schedule.experiment, schedule.when, shown(soon), state


def facts(place: Place) -> list[tuple[str, str]]:
    """All about a schedule: what is installed now, its next times, its last results and logs."""
    schedule = schedule_files.read(place)
    rows = [
        ("experiment", schedule.experiment),
        ("when", schedule.when),
        ("options", " ".join(schedule.options)),
        *(("share", target) for target in schedule.share),
        ("timer", schedule.timer),
        *(("installed", line) for line in installed_lines(place, schedule)),
        *(("next", shown(moment)) for moment in times.next_due(schedule.cron, times.now(), 3)),
    ]
    known = outcomes.all_of(place)
    going_on = rerun.running(place)
    for kept in known:
        rows += result_rows(kept, going_on and kept is known[-1])
    if place.timer_log.is_file() and place.timer_log.stat().st_size:
        rows.append(("timer's log", str(place.timer_log)))
    return [row for row in rows if row[1]]


def installed_lines(place: Place, schedule: Schedule) -> list[str]:
    """What is installed, line by line, or that it is missing and what to do."""
    if schedule.timer == timers.PRINT:
        return ["nothing, by reportgen; a line for it:", *cron.lines(place, schedule.cron).splitlines()]
    there = timers.installed(schedule.timer, place).splitlines()
    return [line for line in there if line.strip()] or [
        f"missing; `reportgen schedule remove {place.name}` and add it again"
    ]


def result_rows(kept: Kept, going_on: bool) -> list[tuple[str, str]]:
    """A rerun's time and result, its run's folder, what it did not reach, and its log."""
    result = kept.result
    return [
        ("result", f"{shown(result.started.astimezone(times.local_zone()))} {describe(kept, going_on)}"),
        ("run", result.run or ""),
        *(("not delivered", target) for target in result.undelivered),
        ("log", str(kept.log)),
    ]


def describe(kept: Kept, going_on: bool) -> str:
    """What became of a rerun, and how long it took."""
    outcome = outcomes.describe(kept.result, going_on)
    if kept.result.ended is None:
        return outcome
    return f"{outcome}, {(kept.result.ended - kept.result.started).total_seconds():.0f} s"


def last_words(log: Path) -> str:
    """The last line of a log that says something, without what every line of its kind begins with."""
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    last = next((line for line in reversed(lines) if line.strip()), "")
    return re.sub(r"^reportgen: error: ", "", last)[:300]


def install_by_hand_lines(place: Place, schedule: Schedule) -> list[str]:
    """What a user can do with a schedule that nothing on this machine calls."""
    return [
        "",
        "Nothing was installed. For a crontab, here or elsewhere on this machine:",
        "",
        cron.lines(place, schedule.cron),
        "For a CI service, the manual has a workflow file: How to rerun in a CI service.",
    ]


def shown(moment: datetime.datetime) -> str:
    """A time for people, with its distance from UTC, which tells the two hours of autumn apart."""
    return f"{moment:%Y-%m-%d %H:%M %z}"
