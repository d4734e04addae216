"""One command computes everything once: what is in hand is handed on.

Calls are counted by their code, whatever name they are called by.
"""

from __future__ import annotations

import inspect
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from reportgen.analysis import comparison, drift
from reportgen.data import load, splits
from reportgen.execution import code_digest, environment, manifest, prepare, tables, trial_key
from reportgen.execution.executors import driving
from reportgen.experiment import reading
from reportgen.planning import plan, search, studies
from reportgen.records import run_folder
from reportgen.report import context, render
from reportgen.report.page import index
from reportgen.report.sections import headlines
from tests.helpers.cli import Cli

Function = Callable[..., Any]

EXPERIMENT = """
title = "Once"
[data]
source = "digits"
train = 60
validation = 30
test = 40
[comparison]
hidden = [4]
batch_size = 8
epochs = 1
seeds = 2
optimizers = [{ name = "SGD", learning_rate = 0.05 }, { name = "Adam", learning_rate = 0.01 }]
[tuned]
hidden = [4]
batch_size = 8
epochs = 1
optimizer = { name = "Adam", learning_rate = 0.02 }
"""
COMPARED, TUNED = 2 * 2, 1
SEARCH = """
[search.comparison]
method = "grid"
trials = 2
seeds = 1
space.learning_rate = { low = 0.011, high = 0.1, scale = "log" }
"""
TRIED = 2 * 2

ONCE: tuple[Function, ...] = (
    reading.read, prepare.prepare, load, splits.split, studies.studies_of, search.search,
    code_digest.files, environment.versions, tables.epochs_table, tables.results_table,
    manifest.describe_data, run_folder.keep, run_folder.read, render.render, context.compose_run,
    headlines.headlines, drift.drift, index.write_index,
)  # fmt: skip
"""What one run of one experiment does once, its report and the page of all reports included."""


def calls(cli: Cli, *arguments: object) -> Callable[[Function], int]:
    """Carry a command out; returns how often it called a function, whose result may have been kept."""
    counts: Counter[CodeType] = Counter()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            counts[frame.f_code] += 1

    sys.setprofile(note)  # not cProfile, which was seen to leave calls out with Python 3.13
    try:
        answer = cli(*arguments)
    finally:
        sys.setprofile(None)
    assert answer.code == 0, answer
    return lambda function: counts[inspect.unwrap(function).__code__]


def run(*experiments: str) -> tuple[object, ...]:
    return ("run", *experiments, "--no-pdf", "--workers", 1)


@pytest.fixture
def proved(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Runs have neither proofs nor reports, which take a while; has an entry for each time one was proved."""
    times: list[str] = []
    monkeypatch.setattr("reportgen.execution.proving.prove_formulas", lambda _: times.append("proved") or [])
    monkeypatch.setattr("reportgen.cli.run.report", lambda *_: None)
    return times


@pytest.mark.long
def test_one_run_with_its_report_does_everything_once(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("x.toml").write_text(EXPERIMENT, encoding="utf-8")
    with monkeypatch.context() as patch:  # something to hold the run against, in a hurry
        patch.setattr("reportgen.execution.proving.prove_formulas", lambda _: [])
        patch.setattr("reportgen.cli.run.report", lambda *_: None)
        assert cli(*run("x.toml")).code == 0
        assert cli("baseline", "set", "x").code == 0
    code_digest.code_digest.cache_clear()
    environment.versions.cache_clear()
    Path("x.toml").write_text(EXPERIMENT + SEARCH, encoding="utf-8")
    count = calls(cli, *run("x.toml"))
    counts = {f"{function.__module__}.{function.__name__}": count(function) for function in ONCE}
    assert counts == dict.fromkeys(counts, 1)
    # what is known before a search, to be checked, and with what it found
    assert count(plan.plan) == 2
    # all that a search tries in its one round, and what it found
    assert count(driving.execute) == 2
    # those of the file are kept from before, and looked up like the others
    assert count(trial_key.trial_key) == TRIED + COMPARED + COMPARED + TUNED
    # a table as the file has it and one equally tuned, by accuracy, and what changed between the two; no
    # target of so short a training takes learning to reach, so none is raced to
    assert count(comparison.compare) == 2 + 1


@pytest.mark.usefixtures("proved")
def test_without_a_search_the_trials_are_planned_once(cli: Cli) -> None:
    Path("x.toml").write_text(EXPERIMENT, encoding="utf-8")
    count = calls(cli, *run("x.toml"))
    assert count(plan.plan) == count(run_folder.read) == count(load) == 1
    assert count(trial_key.trial_key) == COMPARED + TUNED


def test_formulas_are_proved_once_for_all_experiments_of_a_call(cli: Cli, proved: list[str]) -> None:
    for name in ("x.toml", "y.toml"):
        Path(name).write_text(EXPERIMENT, encoding="utf-8")
    count = calls(cli, *run("x.toml", "y.toml"))
    assert proved == ["proved"]
    assert count(load) == count(run_folder.read) == 2


def test_a_mistake_in_the_last_experiment_is_said_before_the_first_trains(
    cli: Cli, proved: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("x.toml").write_text(EXPERIMENT, encoding="utf-8")
    Path("y.toml").write_text(EXPERIMENT.replace("batch_size = 8", "batch_size = 61"), encoding="utf-8")

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("reportgen.execution.trials.execute", stop)
    answer = cli(*run("x.toml", "y.toml"))
    assert "y.toml: comparison.batch_size = 61" in answer.err.splitlines()[0]
    assert answer.code == 130
    assert proved
