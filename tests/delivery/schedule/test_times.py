"""When a schedule is due: words as cron expressions, and the times that follow from them."""

from __future__ import annotations

import datetime
import itertools
import os
import shutil
import subprocess
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim

from reportgen.delivery.schedule import systemd, times
from reportgen.errors import UserError

BERLIN = ZoneInfo("Europe/Berlin")  # its clocks go back on 2026-10-25, at 3:00 to 2:00


@pytest.mark.parametrize(
    ("text", "cron"),
    [
        ("02:00", "0 2 * * *"),
        (" 9:05 ", "5 9 * * *"),
        ("23:59", "59 23 * * *"),
        ("Mon 02:00", "0 2 * * 1"),
        ("mon,THU,sun  2:30", "30 2 * * 1,4,0"),
    ],
)
def test_a_time_of_day_as_cron_has_it(text: str, cron: str) -> None:
    assert times.from_clock(text) == cron


@pytest.mark.parametrize(
    "text", ["", "24:00", "2", "02:60", "2:5", "Monday 02:00", "Mon,, 02:00", "02:00 Mon"]
)
def test_what_is_no_time_of_day(text: str) -> None:
    with pytest.raises(UserError, match=r"--at .*: is no time"):
        times.from_clock(text)


@pytest.mark.parametrize("text", ["1m", "2m", "30m", "60m", "1h", "6h", "120m", "12 h", "24h", "1d", "1D"])
def test_an_interval_comes_up_just_so_often_and_at_midnight(text: str) -> None:
    minutes = int(text[:-1]) * {"m": 1, "h": 60, "d": 1440}[text[-1].lower()]
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    due = times.next_due(times.from_interval(text), start, 2 * 1440 // minutes)
    assert due == [start + datetime.timedelta(minutes=minutes * (n + 1)) for n in range(len(due))]


@pytest.mark.parametrize("text", ["", "0m", "7m", "45m", "90m", "5h", "36h", "2d", "1w", "6", "-6h", "1.5h"])
def test_an_interval_that_does_not_come_out_even_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"divide an hour .* --cron can say"):
        times.from_interval(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0 2 * *", "five fields"),
        ("0 0 2 * * *", "five fields"),
        ("@daily", "five fields"),
        ("60 2 * * *", "bad minute"),
        ("0 24 * * *", "bad hour"),
        ("0 2 0 * *", "bad day-of-month"),
        ("0 2 * * 8", "bad day-of-week"),
        ("0 2 * * fri-sun", "bad day-of-week"),
        ("0 0 30 2 *", "bad day-of-month"),
        ("*/0 * * * *", "bad minute"),
        ("0 2 L * *", "'L' is not understood"),
        ("0 2 * * 1#2", "'1#2' is not understood"),
        ("5/15 * * * *", "'5/15' is not understood"),
        ("0 2 * * *\n* * * * * evil", "five fields"),
    ],
)
def test_a_cron_expression_that_some_cron_would_not_understand(text: str, said: str) -> None:
    with pytest.raises(UserError, match="--cron") as error:
        times.from_cron(text)
    assert said in str(error.value)


def test_due_now_counts_as_due() -> None:
    moment = datetime.datetime(2026, 5, 4, 2, 0, tzinfo=BERLIN)
    for later in (0, 1, 10**6 - 1, 3600 * 10**6):
        assert times.last_due("0 2 * * *", moment + datetime.timedelta(microseconds=later)) == moment
    earlier = moment - datetime.timedelta(microseconds=1)
    assert times.last_due("0 2 * * *", earlier) == moment - datetime.timedelta(days=1)


def test_a_time_that_comes_twice_in_autumn_is_due_once() -> None:
    first = datetime.datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
    again = first.replace(fold=1, microsecond=5)
    assert again.timestamp() - first.timestamp() > 3600
    assert times.last_due("30 2 * * *", again).timestamp() == first.timestamp()
    assert times.next_due("30 2 * * *", again)[0].day == 26


def test_a_time_that_spring_leaves_out_is_due_when_the_clock_has_moved() -> None:
    moved = datetime.datetime(2026, 3, 29, 3, 0, tzinfo=BERLIN)  # a second before it was 1:59:59
    assert times.last_due("30 2 * * *", moved) == moved


def test_an_interval_goes_on_through_the_hour_that_comes_twice() -> None:
    start = datetime.datetime(2026, 10, 25, 1, 45, tzinfo=BERLIN)
    due = [moment.timestamp() for moment in times.next_due("*/30 * * * *", start, 6)]
    assert {round(later - earlier) for earlier, later in itertools.pairwise(due)} == {1800}


EXPRESSIONS = [
    "0 2 * * *",
    "*/20 */6 * * *",
    "0 2 * * 1",
    "15,45 8-18/2 * * 1-5",
    "0 2 * * 5-7",
    "0 0 1 * *",
    "30 4 1,15 * 5",  # "or" between the days
    "30 4 1 */3 0-7",
    "0 12 */10 * mon",  # "and", since the days of the month begin with a star
    "59 23 29 2 *",
    "* * * jan,DEC sun",
]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
@pytest.mark.parametrize("cron", EXPRESSIONS)
def test_systemd_understands_the_same_times(cron: str) -> None:
    start = datetime.datetime(2026, 2, 27, 1, 30)
    understood: set[datetime.datetime] = set()
    for expression in systemd.calendar_expressions(cron):
        done = subprocess.run(
            ["systemd-analyze", "calendar", "--iterations=8", f"--base-time={start} UTC", expression],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"TZ": "UTC", "LC_ALL": "C"},
        )
        for line in done.stdout.splitlines():
            what, _, moment = line.strip().partition(": ")
            if what == "Next elapse" or what.startswith("Iter. #"):
                understood.add(datetime.datetime.strptime(moment.strip()[4:-4], "%Y-%m-%d %H:%M:%S"))
    assert sorted(understood)[:8] == list(itertools.islice(CronSim(cron, start), 8))
