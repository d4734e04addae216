"""What the bench makes of what it measured, against figures that were worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reportgen.bench.agreement import relative_difference
from reportgen.bench.calls import CallTimes
from reportgen.bench.goals import HOMEWORK_STEPS
from reportgen.bench.growing import Growth
from reportgen.bench.growth_fit import exponent
from reportgen.bench.measured_on import Machine
from reportgen.bench.outcome import Outcome
from reportgen.bench.peers import BEFORE, COMPILED, FLOOR, JAX, PROGRAM, TEXTBOOK
from reportgen.bench.reached import table_of_goals
from reportgen.bench.spread import Spread, ratio_of, spread_of
from reportgen.bench.starting import HELP
from reportgen.bench.steps import WayTimes, WorkTimes
from reportgen.bench.tables import markdown_of, tables_of
from reportgen.bench.two_workers import ONE, TWO
from reportgen.bench.ways.floor import floating_point_operations
from reportgen.bench.works import WORKS, Work


def test_a_median_with_its_range() -> None:
    assert spread_of([5.0, 1.0, 4.0, 2.0]) == Spread(3.0, 1.0, 5.0)


def test_a_ratio_is_that_of_the_medians_with_the_range_of_the_rounds() -> None:
    # medians 4 and 2; round by round 8 / 1, 4 / 2, 3 / 4
    assert ratio_of([8.0, 4.0, 3.0], [1.0, 2.0, 4.0]) == Spread(2.0, 0.75, 8.0)


@pytest.mark.parametrize(
    ("figures", "expected"),
    [([3.0, 3.0, 3.0], 0.0), ([2.0, 20.0, 200.0], 1.0), ([1.0, 100.0, 10_000.0], 2.0), ([1, 1, 1000], 1.5)],
)
def test_how_something_grows_is_the_slope_of_its_logarithms(figures: list[float], expected: float) -> None:
    # of the last one by hand: logarithms 0, 0, 3 at 0, 1, 2; slope (1 x (3 - 1) + -1 x (0 - 1)) / 2
    assert exponent([1, 10, 100], figures) == pytest.approx(expected)


def test_a_difference_is_a_share_of_the_way_that_was_gone() -> None:
    start = {"w1": np.array([[0.0, 0.0]]), "b1": np.array([1.0])}
    weights = {"w1": np.array([[3.0, 4.0]]), "b1": np.array([2.0])}
    assert relative_difference(weights, weights, start) == 0
    # w1 went 5 and lies 0.5 apart; b1 went 1 and lies 0.2 apart
    others = {"w1": np.array([[3.0, 4.5]]), "b1": np.array([2.2])}
    assert relative_difference(weights, others, start) == pytest.approx(0.2)


@pytest.mark.parametrize(
    "others", [{"w1": np.array([2.0])}, {"w1": np.array([np.nan])}, {}, {"w2": np.array([1.0])}]
)
def test_what_should_not_have_moved_or_is_no_number_is_no_rounding(others: dict[str, np.ndarray]) -> None:
    start = {"w1": np.array([1.0])}
    assert relative_difference(start, others, start) == float("inf")


def test_the_floor_counts_two_products_of_the_first_layer_and_three_of_the_others() -> None:
    work = Work("any", (5,), 7, "SGD", steps=1, shape=(1, 3, 1))
    assert floating_point_operations(work) == 2 * 7 * (2 * 3 * 5 + 3 * 5 * 10)


def an_outcome(**measured: object) -> Outcome:
    machine = Machine("any", 2, "any", {"torch": "2"}, "abc")
    outcome = Outcome(machine, 1, quick=False, against="35ac040", begun="2026-01-02T03:04:05+00:00")
    outcome.load = [0.5, 1.0]
    for name, value in measured.items():
        setattr(outcome, name, value)
    return outcome


def timed(name: str, **seconds: float) -> WorkTimes:
    ways = {"compiled": COMPILED, "textbook": TEXTBOOK, "jax": JAX, "floor": FLOOR, "before": BEFORE}
    (work,) = [work for work in WORKS if work.name == name]
    return WorkTimes(work, [WayTimes(ways[way], [took], [took]) for way, took in seconds.items()])


def goals(outcome: Outcome) -> dict[tuple[str, str], tuple[str, ...]]:
    table = table_of_goals(outcome)
    assert table is not None
    return {(row[0], row[1]): tuple(row[2:]) for row in table.rows}


def test_figures_are_held_against_those_to_reach() -> None:
    outcome = an_outcome(steps=[timed("tuned", textbook=9, compiled=2, jax=2.2, floor=1, before=3)])
    assert goals(outcome) == {
        ("step, tuned", "commit 35ac040"): ("at least 1.7", "1.50 (1.50 to 1.50)", "NO"),
        ("step, tuned", JAX): ("at least 1.1", "1.10 (1.10 to 1.10)", "yes"),
        ("step, tuned", FLOOR): ("at most 1.45", "2.00 (2.00 to 2.00)", "NO"),
    }
    assert table_of_goals(replace(outcome, quick=True)) is None


def test_without_the_compiled_engine_the_textbook_is_ours() -> None:
    outcome = an_outcome(steps=[timed("tuned", textbook=1, jax=2)])
    outcome.steps[0].ways.append(WayTimes(COMPILED, absent="no numba"))
    assert goals(outcome) == {("step, tuned", JAX): ("at least 1.1", "2.00 (2.00 to 2.00)", "yes")}


def test_the_homework_is_the_sum_of_its_steps() -> None:
    # ten seeds, ten at their own rate, eighteen of a search; 100 epochs of 4,000 images in batches of 16
    of_an_optimizer = 38 * 100 * 250
    # five seeds; 200 epochs of 30,000 images in batches of 8
    assert HOMEWORK_STEPS["tuned"] == 5 * 200 * 3750
    assert {HOMEWORK_STEPS[name] for name in HOMEWORK_STEPS if name != "tuned"} == {of_an_optimizer}
    steps = [timed(name, compiled=1, before=2) for name in HOMEWORK_STEPS if name != "tuned"]
    outcome = an_outcome(steps=[timed("tuned", compiled=3, before=4), *steps])
    share = (3 * 3_750_000 + 3 * 950_000) / (4 * 3_750_000 + 2 * 3 * 950_000)
    row = goals(outcome)["all steps of homework", "commit 35ac040"]
    assert row == ("at most 0.6", f"{share:.2f} ({share:.2f} to {share:.2f})", "NO")
    assert ("all steps of homework", "commit 35ac040") not in goals(an_outcome(steps=outcome.steps[:2]))


def test_calls_workers_and_growth_are_held_against_theirs() -> None:
    megabytes = [30_000_000]
    outcome = an_outcome(
        calls=[CallTimes(HELP, PROGRAM, [0.1], [0.2], megabytes), CallTimes(HELP, BEFORE, [9], [8], [9])],
        workers=[
            CallTimes(ONE, PROGRAM, [8.0], [10.0], megabytes),
            CallTimes(TWO, PROGRAM, [8.0], [5.0], megabytes),
            CallTimes(ONE, BEFORE, absent="it cannot"),
        ],
        growth=[
            Growth(
                "render",
                "trials",
                [1, 10, 100],
                [
                    CallTimes("", PROGRAM, [took], [took], [size])
                    for took, size in ((1, 1), (1, 10), (100, 10))
                ],
            )
        ],
    )
    assert goals(outcome) == {
        (f"{HELP}, s", "-"): ("at most 0.3", "0.20 (0.20 to 0.20)", "yes"),
        ("two workers", "one"): ("at least 1.8", "2.00 (2.00 to 2.00)", "yes"),
        ("exponent of time of render, trials", "-"): ("at most 1", "2.00 (2.00 to 2.00)", "NO"),
        ("exponent of memory of render, trials", "-"): ("at most 1", "0.00 (0.00 to 0.00)", "yes"),
    }
    text = markdown_of(outcome, tables_of(outcome))
    assert text.startswith(
        "Measured 2026-01-02 on any (2 cores), commit abc, 1 rounds, load 0.5 to 1; torch 2."
    )
    assert (
        f"| {HELP} | commit 35ac040 | 8.00 (8.00 to 8.00) | 9.00 (9.00 to 9.00) | 0 |"
        " 90.00 (90.00 to 90.00) |"
    ) in text
    assert "| run, one worker | commit 35ac040 | - | - | - | - |" in text
    # over all three sizes: logarithms 0, 0, 2
    assert (
        "| render: trials | 1: 1.0 s, 0 MB; 10: 1.0 s, 0 MB; 100: 100.0 s, 0 MB | 1.00 | 0.50 | 2.00 | 0.00 |"
        in text
    )
