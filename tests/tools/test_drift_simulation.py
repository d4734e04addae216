"""The simulation of drift: it raises alarms where there is something to raise them for."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy import stats

from tests.helpers.tools import load_tool

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def simulation() -> ModuleType:
    return load_tool("drift_simulation")


NOISE = {("comparison", "SGD"): 0.004, ("comparison", "Adam"): 0.006}


def test_a_drop_far_beyond_the_noise_is_always_found(simulation: ModuleType) -> None:
    for drop in (dict.fromkeys(NOISE, 0.05), {("comparison", "Adam"): 0.05}):
        assert simulation.alarms(NOISE, drop, 8, np.random.default_rng(0)) == 8


def test_without_any_drop_alarms_are_rare(simulation: ModuleType) -> None:
    assert simulation.alarms(NOISE, {}, 60, np.random.default_rng(1)) <= 9  # 3 expected at most


def test_the_noise_of_a_rerun_is_that_of_the_differences(simulation: ModuleType, tiny_run: Path) -> None:
    assert set(simulation.noise_between(tiny_run, tiny_run).values()) == {0.0}
    spread = simulation.spread_of(tiny_run)
    assert set(spread) == set(simulation.noise_between(tiny_run, tiny_run))
    assert all(value > 0 for value in spread.values())


def test_its_scores_have_the_noise_and_the_drop_that_it_was_told(simulation: ModuleType) -> None:
    rng = np.random.default_rng(2)
    runs = [simulation.rerun(NOISE, {("comparison", "Adam"): 0.1}, rng) for _ in range(300)]
    for (_, setup), spread in NOISE.items():
        scores = np.concatenate([run.loc[run["setup"] == setup, "score"] for run in runs])
        assert scores.std() == pytest.approx(spread, rel=0.05)
        assert scores.mean() == pytest.approx(0.3 if setup == "Adam" else 0.4, abs=1e-3)


def made_alarms(baselines: int, reruns: int, rng: np.random.Generator) -> list[int]:
    """Baselines whose own rates of alarms are 5 % on average, with a standard deviation of 10 points."""
    rates = rng.beta(0.1875, 3.5625, baselines)
    return [int(count) for count in rng.binomial(reruns, rates)]


def test_the_interval_of_a_rate_holds_it_as_often_as_it_says(simulation: ModuleType) -> None:
    """Which one that takes reruns of one baseline for independent does not, by far."""
    rng = np.random.default_rng(3)
    tables = [made_alarms(100, 10, rng) for _ in range(400)]
    intervals = [simulation.interval(hits, 10) for hits in tables]
    independent = [stats.binomtest(sum(hits), 1000).proportion_ci(0.95) for hits in tables]
    assert np.mean([low <= 0.05 <= high for low, high in intervals]) >= 0.92
    assert np.mean([ends.low <= 0.05 <= ends.high for ends in independent]) <= 0.85


def test_where_baselines_agree_each_counts_once(simulation: ModuleType) -> None:
    of_forty = stats.binomtest(40, 40).proportion_ci(0.95)
    assert simulation.interval([5] * 40, 5) == pytest.approx((of_forty.low, 1))
    assert simulation.interval([0] * 40, 5) == pytest.approx((0, 1 - of_forty.low))


def test_with_one_rerun_each_the_interval_is_that_of_independent_ones(simulation: ModuleType) -> None:
    ends = stats.binomtest(30, 400).proportion_ci(0.95)
    assert simulation.interval([1] * 30 + [0] * 370, 1) == pytest.approx((ends.low, ends.high), rel=0.01)


def test_the_spread_between_baselines_leaves_out_the_chance_of_few_reruns(simulation: ModuleType) -> None:
    rng = np.random.default_rng(4)
    assert simulation.spread_between(made_alarms(20_000, 5, rng), 5) == pytest.approx(0.1, abs=0.005)
    alike = [int(count) for count in rng.binomial(5, 0.3, 20_000)]
    assert simulation.spread_between(alike, 5) == pytest.approx(0, abs=0.05)  # 0.2 with it


def test_it_prints_rate_interval_and_spread_of_every_case(
    simulation: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(simulation, "BASELINES", 6)
    monkeypatch.setattr(simulation, "RERUNS", 2)
    monkeypatch.setattr(sys, "argv", ["drift_simulation.py"])
    simulation.main()
    first, _, *lines = capsys.readouterr().out.splitlines()
    assert "7 headlines" in first
    assert "6 baselines with 2 reruns each" in first
    assert len(lines) == 5
    every = next(line for line in lines if "every headline 1% lower" in line)
    low = stats.binomtest(6, 6).proportion_ci(0.95).low
    assert every.split("lower")[1].split()[:5] == ["100.0%", "[", f"{low:.1%},", "100.0%]", "0.0"]
