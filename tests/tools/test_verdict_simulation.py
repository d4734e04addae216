"""tools/verdict_simulation.py makes what it says that it makes, and counts what holds."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from tests.helpers.tools import load_tool


@pytest.fixture(scope="module")
def simulation() -> ModuleType:
    return load_tool("verdict_simulation")


@pytest.mark.parametrize("paired", [True, False])
def test_differences_of_a_pair_have_the_deviation_one(simulation: ModuleType, paired: bool) -> None:
    scores = simulation.draw(np.random.default_rng(0), 4000, [0.0, 2.0], paired=paired)
    difference = scores[:, 1] - scores[:, 0]
    assert difference.mean() == pytest.approx(2, abs=0.06)
    assert difference.std() == pytest.approx(1, abs=0.04)
    correlation = np.corrcoef(scores.T)[0, 1]
    assert correlation > 0.5 if paired else abs(correlation) < 0.06


def test_a_rate_is_printed_with_its_interval_and_its_promise(simulation: ModuleType) -> None:
    line = simulation.Rate("made", 5, 100, "at most 5 %").line()
    assert line.split("made")[1].split() == ["5.0%", "[", "1.6%,", "11.3%]", "at", "most", "5", "%"]


def test_what_is_counted_of_lost_scores(simulation: ModuleType) -> None:
    rates = list(simulation.lost_scores(40, 0))
    assert [rate.runs for rate in rates] == [40] * 4
    # one that is lost in 6 of 10 is mostly told apart with 20 seeds, two that are lost alike hardly ever
    assert rates[3].hits > 20
    assert rates[2].hits < 8
