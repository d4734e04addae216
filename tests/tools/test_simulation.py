"""tools/simulation.py runs, and what it measures is what the comparison promises."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

from tests.helpers.project import ROOT
from tests.helpers.tools import load_tool

pytestmark = pytest.mark.long

TOOL = ROOT / "tools" / "simulation.py"


@pytest.fixture(scope="module")
def simulation() -> ModuleType:
    return load_tool("simulation")


def test_false_verdicts_are_at_most_five_percent(simulation: ModuleType) -> None:
    rates = list(simulation.false_verdicts(100, 1))
    assert len(rates) == 27
    # 2,700 comparisons: more than 5.9 % of them would be a chance of 1 in 50 even if each rate were 5 %
    assert sum(rate.hits for rate in rates) <= 0.059 * sum(rate.runs for rate in rates)
    assert sum(rate.hits for rate in rates) > 0


def test_the_recommended_seeds_give_the_power(simulation: ModuleType) -> None:
    rates = list(simulation.recommendations(60, 1))
    assert 0.79 < sum(rate.hits for rate in rates) / sum(rate.runs for rate in rates) < 0.92
    assert all(rate.ends()[1] > 0.75 for rate in rates)


def test_the_intervals_cover_as_their_docstrings_say(
    simulation: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation, "SHAPES", {"normal": simulation.SHAPES["normal"]})
    rates = {rate.what: rate.value for rate in simulation.coverages(300, 1)}
    assert rates["normal, 5 seeds, BCa"] < 0.90
    assert rates["normal, 5 seeds, Student's t"] > 0.92
    assert rates["normal, 10 seeds, sign flips"] > 0.92
    assert rates["normal, 6 seeds, sign flips"] > rates["normal, 6 seeds, BCa"] + 0.05


def test_the_command_prints_its_seed_and_every_table() -> None:
    code = "import sys; sys.argv = ['simulation.py', '--quick', '--seed', '7']; import simulation\n"
    code += "simulation.coverages = simulation.recommendations = lambda *_: iter(())\n"
    code += "simulation.main()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=TOOL.parent, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("seed 7, alpha 0.05, 100 simulated tables")
    assert done.stdout.count("at most 5 %") == 27
    assert "(c) coverage" in done.stdout
