"""tools/variance_simulation.py runs, and where all sources vary intervals cover what they promise."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.helpers.project import ROOT
from tests.helpers.tools import load_tool

TOOL = ROOT / "tools" / "variance_simulation.py"


@pytest.fixture(scope="module")
def simulation() -> ModuleType:
    return load_tool("variance_simulation")


@pytest.fixture(scope="module")
def world(simulation: ModuleType) -> Any:
    return simulation.World.of(np.random.default_rng(0))


def rate(simulation: ModuleType, world: Any, what: str) -> float:
    """The coverage of the design of this name in 120 laboratories."""
    hits, _ = simulation.coverage(design_of(simulation, what), 120, 1, world)
    return float(hits / 120)


def design_of(simulation: ModuleType, what: str) -> Any:
    (design,) = (design for design in simulation.DESIGNS if design.what == what)
    return design


def test_where_all_sources_vary_the_promise_holds(simulation: ModuleType, world: Any) -> None:
    assert rate(simulation, world, "8 searches, a split a seed, crossed: all") > 0.91


def test_one_search_one_split_and_one_set_of_images_fall_short(simulation: ModuleType, world: Any) -> None:
    assert rate(simulation, world, "one search, one split: any search, split and images") < 0.75


def test_the_truth_is_the_mean_of_very_many_trials(simulation: ModuleType, world: Any) -> None:
    (design,) = (
        d for d in simulation.DESIGNS if d.what == "one search, one split: these rates, split and images"
    )
    rng = np.random.default_rng(2)
    lab = simulation.work(rng, design)
    differences = []
    for _ in range(150):
        answers, _ = simulation.train(rng, design, lab)
        differences += [first.mean() - second.mean() for first, second in answers]
    error = np.std(differences) / np.sqrt(len(differences))
    assert abs(np.mean(differences) - lab.truth(design, world)) < 4 * error


def test_every_line_is_printed(
    simulation: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(simulation, "LABS", 20)
    monkeypatch.setattr(sys, "argv", [TOOL.name, "--quick"])
    simulation.main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "seed 0, 2 laboratories a line"
    assert len(lines) == 3 + len(simulation.DESIGNS)
