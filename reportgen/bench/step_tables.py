"""What training steps and epochs took, as tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reportgen.bench.bench_table import NOTHING, Table, ratio_cell
from reportgen.bench.outcome import Outcome
from reportgen.bench.peers import name_of
from reportgen.bench.spread import Spread, ratio_of, spread_of
from reportgen.bench.steps import WayTimes, WorkTimes

MICROSECONDS, MILLISECONDS = 1e6, 1e3
Cell = Callable[[WorkTimes, WayTimes], str]
FASTER = "ratio of the medians (range of the rounds' ratios); above 1, ours is faster"


def tables_of_steps(outcome: Outcome) -> list[Table]:
    """Return the tables of steps and epochs, where they were timed.

    Args:
        outcome: Of a bench.
    """
    tables = []
    if steps := outcome.steps:
        step = "A training step, one thread: microseconds"
        tables += [
            _matrix(f"{step} of the processor; median (range)", outcome, steps, _processor(MICROSECONDS)),
            _matrix(f"{step} by the clock; median (range)", outcome, steps, _wall(MICROSECONDS)),
            _matrix(f"A training step beside ours: {FASTER}", outcome, steps, _ratio),
            _matrix(
                "The same numbers: difference of the weights after a few steps from those of the"
                " first way, as a share of how far they went",
                outcome,
                steps,
                _difference,
            ),
        ]
    if epochs := outcome.epochs:
        epoch = "An epoch with its evaluation, one thread"
        title = f"{epoch}: milliseconds of the processor; median (range)"
        tables.append(_matrix(title, outcome, epochs, _processor(MILLISECONDS)))
        tables.append(_matrix(f"{epoch}, beside ours: {FASTER}", outcome, epochs, _ratio))
    return tables


def _processor(unit: float) -> Cell:
    return lambda _, way: _times(spread_of(way.processor), unit)


def _wall(unit: float) -> Cell:
    return lambda _, way: _times(spread_of(way.wall), unit)


def _times(spread: Spread, unit: float) -> str:
    median, least, most = (f"{seconds * unit:,.0f}" for seconds in (spread.median, spread.least, spread.most))
    return f"{median} ({least} to {most})"


def _ratio(times: WorkTimes, way: WayTimes) -> str:
    if times.ours is None:
        return NOTHING
    return "1" if way is times.ours else ratio_cell(ratio_of(way.processor, times.ours.processor))


def _difference(_: WorkTimes, way: WayTimes) -> str:
    return NOTHING if way.difference is None else f"{way.difference:.0e}"


def _matrix(title: str, outcome: Outcome, works: Sequence[WorkTimes], cell: Cell) -> Table:
    """Return a row for every work and a column for every way."""
    ways = [way.way for way in works[0].ways]
    rows = [
        [
            f"{times.work.name}: {times.work.network}",
            *(NOTHING if way.absent else cell(times, way) for way in times.ways),
        ]
        for times in works
    ]
    return Table(title, ("work", *(name_of(way, outcome.against) for way in ways)), rows)
