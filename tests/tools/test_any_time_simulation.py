"""The simulation of whole curves: made curves have the truth that it says, and what holds is counted."""

from __future__ import annotations

import re
from types import ModuleType

import numpy as np
import pytest

from tests.helpers.tools import load_tool

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def simulation() -> ModuleType:
    return load_tool("any_time_simulation")


def test_without_spread_the_true_lead_is_that_of_exponentials(simulation: ModuleType) -> None:
    steady = simulation.Laboratory("steady", (0.05, 0.1), (0.0, 0.0))
    assert steady.leads["O0", "O1"] == pytest.approx(-15, abs=0.3)


def test_most_tables_hold_and_not_all(simulation: ModuleType) -> None:
    (laboratory, *_) = simulation.LABORATORIES
    hits = simulation.coverage(laboratory, 8, 60, 1)
    assert all(52 <= count <= 60 for count in hits.values())


def test_a_truth_that_is_another_is_not_held(simulation: ModuleType) -> None:
    (laboratory, *_) = simulation.LABORATORIES
    other = simulation.Laboratory("faster", (0.6, 0.18, 0.21), (0.15, 0.15, 0.15))
    curves = laboratory.draw(10, np.random.default_rng(0))
    assert simulation.bands_hold(other, curves) == (False, False)
    assert simulation.leads_hold(other, curves) is False


def test_every_kind_has_its_line_also_without_intervals(
    simulation: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    (five,) = [each for each in simulation.LABORATORIES if len(each.rates) == 5]
    monkeypatch.setattr(simulation, "LABORATORIES", (five,))
    monkeypatch.setattr(simulation, "SEEDS", (8,))
    profiles, differences, rates = simulation.lines(5, 0)
    assert re.search(r"8 seeds: profiles +\d+\.\d%  \[", profiles)
    assert re.search(r"8 seeds: differences +\d+\.\d%  \[", differences)
    assert rates.endswith("too few seeds for any")
