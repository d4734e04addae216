"""Which of the figures that are to be reached were, of those that were measured."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.bench.bench_table import NOTHING, Table, ratio_cell
from reportgen.bench.goals import (
    EXPONENT,
    HOMEWORK_SHARE,
    HOMEWORK_STEPS,
    SECONDS,
    STEP_GOALS,
    TWO_WORKERS,
    StepGoal,
)
from reportgen.bench.growth_fit import exponent
from reportgen.bench.outcome import Outcome
from reportgen.bench.peers import BEFORE, PROGRAM, name_of
from reportgen.bench.spread import Spread, ratio_of, spread_of
from reportgen.bench.steps import WayTimes, WorkTimes
from reportgen.bench.two_workers import ONE, TWO

Row = tuple[str, str, str, str, str]


def table_of_goals(outcome: Outcome) -> Table | None:
    """Return each figure that is to be reached and was measured; None where there is none.

    A quick bench measures nothing, so nothing is held against what it printed.

    Args:
        outcome: Of a bench.
    """
    if outcome.quick:
        return None
    rows = [*_steps(outcome), *_homework(outcome), *_calls(outcome), *_workers(outcome), *_growth(outcome)]
    columns = ("what", "beside", "to reach", "measured", "reached")
    return Table("Figures to reach", columns, rows) if rows else None


def _row(what: str, beside: str, goal: float, measured: Spread, *, is_limit: bool) -> Row:
    is_reached = measured.median <= goal if is_limit else measured.median >= goal
    return (
        what,
        beside,
        f"{'at most' if is_limit else 'at least'} {goal:g}",
        ratio_cell(measured),
        "yes" if is_reached else "NO",
    )


def _steps(outcome: Outcome) -> Iterator[Row]:
    for goal in STEP_GOALS:
        for times in outcome.steps:
            if times.work.name == goal.work and (ratio := _ratio(goal, times)) is not None:
                beside = name_of(goal.way, outcome.against)
                yield _row(f"step, {goal.work}", beside, goal.times, ratio, is_limit=goal.is_limit)


def _ratio(goal: StepGoal, times: WorkTimes) -> Spread | None:
    ours, way = times.ours, _way(times, goal.way)
    if ours is None or way is None:
        return None
    if goal.is_limit:
        return ratio_of(ours.processor, way.processor)
    return ratio_of(way.processor, ours.processor)


def _way(times: WorkTimes, name: str) -> WayTimes | None:
    return next((way for way in times.ways if way.way == name and not way.absent), None)


def _homework(outcome: Outcome) -> Iterator[Row]:
    """All the steps of homework.toml, by what one of them takes, round by round."""
    ours, before = [], []
    for times in outcome.steps:
        steps, of_commit = HOMEWORK_STEPS.get(times.work.name), _way(times, BEFORE)
        if steps and times.ours and of_commit:
            ours.append([steps * seconds for seconds in times.ours.processor])
            before.append([steps * seconds for seconds in of_commit.processor])
    if len(ours) < len(HOMEWORK_STEPS):
        return
    share = ratio_of(
        *([sum(of_round) for of_round in zip(*all_works, strict=True)] for all_works in (ours, before))
    )
    beside = name_of(BEFORE, outcome.against)
    yield _row("all steps of homework", beside, HOMEWORK_SHARE, share, is_limit=True)


def _calls(outcome: Outcome) -> Iterator[Row]:
    for call in outcome.calls:
        if call.way == PROGRAM and call.what in SECONDS:
            yield _row(f"{call.what}, s", NOTHING, SECONDS[call.what], spread_of(call.wall), is_limit=True)


def _workers(outcome: Outcome) -> Iterator[Row]:
    walls = {call.what: call.wall for call in outcome.workers if call.way == PROGRAM}
    if walls:
        yield _row("two workers", "one", TWO_WORKERS, ratio_of(walls[ONE], walls[TWO]), is_limit=False)


def _growth(outcome: Outcome) -> Iterator[Row]:
    for growth in outcome.growth:
        for name, figures in (("time", growth.processor), ("memory", growth.memory)):
            at_end = exponent(growth.sizes[-2:], figures[-2:])
            what = f"exponent of {name} of {growth.what}, {growth.unit}"
            yield _row(what, NOTHING, EXPONENT, Spread(at_end, at_end, at_end), is_limit=True)
