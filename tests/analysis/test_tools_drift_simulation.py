"""The simulation of drift: it raises alarms where there is something to raise them for."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest


@pytest.fixture(scope="module")
def simulation() -> ModuleType:
    file = Path(__file__).parents[2] / "tools" / "drift_simulation.py"
    spec = importlib.util.spec_from_file_location("drift_simulation", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


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
