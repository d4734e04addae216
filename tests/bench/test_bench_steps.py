"""Ways of training are timed in turns, once they were shown to compute the same."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from reportgen.bench.peers import FLOOR, JAX, PRESENT, TEXTBOOK, TORCH_FUSED
from reportgen.bench.processes import WayProcess
from reportgen.bench.steps import time_steps
from reportgen.bench.works import WORKS, quick_work
from reportgen.errors import UserError
from tests.helpers.cli import Cli, refused

ROUNDS = 3
WAYS = (TEXTBOOK, TORCH_FUSED, JAX, FLOOR)
"""A process for each costs seconds: the compiled engine is proved elsewhere."""


def test_all_ways_agree_and_every_round_is_kept(cli: Cli) -> None:
    ways = [argument for way in WAYS for argument in ("--way", way)]
    answer = cli(
        "bench", "steps", "--quick", "--rounds", ROUNDS, "--work", "quickstart", *ways, "--json", "bench.json"
    )
    assert answer.code == 0, answer
    assert answer.err == ""
    outcome: dict[str, Any] = json.loads(Path("bench.json").read_text(encoding="utf-8"))
    (work,) = outcome["steps"]
    by_name = {way["way"]: way for way in work["ways"]}
    assert list(by_name) == list(WAYS)
    if importlib.util.find_spec("jax") is None or importlib.util.find_spec("optax") is None:
        assert "pip install 'reportgen[jax]'" in by_name.pop(JAX)["absent"]
    for way in by_name.values():
        for kind in ("processor", "wall"):
            seconds = way["rounds"][kind]
            assert len(seconds) == ROUNDS
            assert min(seconds) > 0
            assert sorted(seconds)[1] == way[kind]["median"]
    differences = {name: way["difference"] for name, way in by_name.items()}
    assert differences.pop(TEXTBOOK) is None
    assert differences.pop(FLOOR) is None
    # of the same steps in another order of sums: neither the same bits nor another result
    assert all(0 < difference < 1e-4 for difference in differences.values()), differences
    assert outcome["machine"]["versions"]["torch"]
    assert len(outcome["load"]) == 2


def test_a_way_that_computes_something_else_is_refused() -> None:
    (textbook,) = [way for way in PRESENT if way.name == TEXTBOOK]
    wrong = WayProcess("wrong", "tests.helpers.wrong_way", "Wrong")
    (work,) = [quick_work(work) for work in WORKS if work.name == "quickstart"]
    # its steps are a hundredth too long, and so is the way that it went
    with pytest.raises(
        UserError, match=r"^quickstart: after 4 steps the weights of wrong .* (9\.9e-03|1\.0e-02) of"
    ):
        time_steps([work], [textbook, wrong], 1)


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--work", "wid"], ["--work 'wid'", "did you mean wide?", "'tuned'"]),
        (["--way", "jaks"], ["--way 'jaks'", "'floor'"]),
        (["--against", "no-such-commit"], ["--against no-such-commit", "or none"]),
        (["--json", "missing/bench.json"], ["missing/bench.json", "there is no folder missing"]),
    ],
)
def test_what_is_not_there_is_refused_before_anything_is_timed(
    cli: Cli, arguments: list[str], parts: list[str]
) -> None:
    refused(cli("bench", "steps", "--quick", *arguments), *parts)
    assert not list(Path().iterdir())
