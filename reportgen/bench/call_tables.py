"""What calls of the command line took, as tables."""

from __future__ import annotations

import statistics

from reportgen.bench.bench_table import NOTHING, Table, ratio_cell
from reportgen.bench.calls import CallTimes
from reportgen.bench.growth_fit import exponent
from reportgen.bench.outcome import Outcome
from reportgen.bench.peers import BEFORE, PROGRAM, name_of
from reportgen.bench.spread import Spread, ratio_of, spread_of

MEGABYTE = 1e6


def tables_of_calls(outcome: Outcome) -> list[Table]:
    """Return the tables of all calls that were timed.

    Args:
        outcome: Of a bench.
    """
    tables = []
    if outcome.calls:
        tables.append(_calls("Calls of the command line", outcome.calls, outcome.against))
    if outcome.workers:
        title = (
            "A run of six trials of the comparison network; by the clock without its start, proofs and report"
        )
        tables.append(_calls(title, outcome.workers, outcome.against))
    if outcome.growth:
        tables.append(growth_table(outcome))
    return tables


def _calls(title: str, calls: list[CallTimes], against: str | None) -> Table:
    columns = ("call", "of", "s by the clock", "s of the processor", "MB at most", "commit's time / ours")
    rows = []
    for call in calls:
        name = name_of(call.way, against)
        if call.absent:
            rows.append((call.what, name, *(NOTHING,) * 4))
            continue
        ours = next((one for one in calls if one.what == call.what and one.way == PROGRAM), None)
        beside = call.way == BEFORE and ours is not None
        rows.append(
            (
                call.what,
                name,
                _seconds(spread_of(call.wall)),
                _seconds(spread_of(call.processor)),
                f"{statistics.median(call.memory) / MEGABYTE:.0f}",
                ratio_cell(ratio_of(call.processor, ours.processor)) if beside and ours else NOTHING,
            )
        )
    return Table(title, columns, rows)


def _seconds(spread: Spread) -> str:
    return f"{spread.median:.2f} ({spread.least:.2f} to {spread.most:.2f})"


def growth_table(outcome: Outcome) -> Table:
    """Return what calls took at several sizes, and the exponents of their growth.

    Args:
        outcome: Of a bench that measured growth.
    """
    rows = []
    for growth in outcome.growth:
        figures = zip(growth.sizes, growth.processor, growth.memory, strict=True)
        rows.append(
            (
                f"{growth.what}: {growth.unit}",
                "; ".join(
                    f"{size:,}: {seconds:.1f} s, {memory / MEGABYTE:.0f} MB"
                    for size, seconds, memory in figures
                ),
                f"{exponent(growth.sizes, growth.processor):.2f}",
                f"{exponent(growth.sizes, growth.memory):.2f}",
                f"{exponent(growth.sizes[-2:], growth.processor[-2:]):.2f}",
                f"{exponent(growth.sizes[-2:], growth.memory[-2:]):.2f}",
            )
        )
    columns = (
        "what: size", "s of the processor and memory at each size", "exponent of time", "of memory",
        "of time at the end", "of memory at the end",
    )  # fmt: skip
    return Table("How time and memory grow (exponent 1: in proportion)", columns, rows)
