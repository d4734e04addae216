"""Which engine trains, in a run: decided once, part of the key, proved before, and told; with a stand-in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reportgen.checks.engines import prove_engine
from reportgen.cli.options import ENGINES
from reportgen.errors import UserError
from reportgen.execution import engines
from reportgen.execution.executors.choosing import ExecutorOptions
from reportgen.execution.prepare import prepare
from reportgen.execution.run import run
from reportgen.execution.trials import TrainingOptions
from reportgen.experiment.reading import Source
from reportgen.records.run import Run
from reportgen.training import Setup
from reportgen.training.engines.choice import REASONS, Work
from tests.helpers.engines import forget_l2, forget_labels, stand_in, sum_backwards
from tests.helpers.listener import Listener

Make = Callable[..., Source]
CannotTrain = Callable[..., None]


@pytest.fixture(autouse=True)
def cannot_train(monkeypatch: pytest.MonkeyPatch) -> CannotTrain:
    """Says of which optimizers the compiled engine cannot train; it is the textbook, summing backwards."""
    stand_in(monkeypatch, "compiled", sum_backwards)

    def say(*optimizers: str) -> None:
        def reason(setup: Setup, _: Work | None = None) -> str | None:
            return KEY if setup.optimizer in optimizers else None

        monkeypatch.setattr(engines, "compiled_reason", reason)

    say()
    return say


KEY = next(iter(REASONS))


def train(source: Source, output: Path, engine: str = "auto", listener: Listener | None = None) -> Run:
    training = TrainingOptions(ExecutorOptions(workers=1), engine=engine)
    return run(prepare(source), output, training=training, languages=["en"], proofs=(), watcher=listener)


def engines_of(made: Run) -> dict[str, str]:
    return {trial.setup.label: trial.setup.engine for trial in made.records.manifest.trials}


def numbers(made: Run) -> Any:
    return made.records.epochs.drop(columns="seconds").to_numpy().tolist()


def test_what_may_be_asked_for_is_the_same_everywhere() -> None:
    assert ENGINES == engines.CHOICES


def test_each_setup_is_trained_by_what_can(source: Make, tmp_path: Path, cannot_train: CannotTrain) -> None:
    cannot_train("Adam")
    made = train(source(), tmp_path / "output")
    assert engines_of(made) == {"SGD": "compiled", "Adam": "textbook", "SGD_Momentum": "compiled"}
    told = made.records.manifest.engines
    assert told is not None
    assert told.asked == "auto"
    assert [(setup.stage, setup.setup, setup.engine, setup.reason) for setup in told.setups] == [
        ("comparison", "SGD", "compiled", ""),
        ("comparison", "Adam", "textbook", KEY),
        ("tuned", "SGD_Momentum", "compiled", ""),
    ]
    checks = {check.key: check for check in made.records.manifest.checks}
    assert set(checks) == {"engine compiled SGD", "engine compiled SGD_Momentum"}
    assert checks["engine compiled SGD"].line == "Test of the compiled engine, SGD: Passed."
    assert "steps of the textbook, float32" in checks["engine compiled SGD"].evidence
    assert {"numba", "llvmlite"} <= made.records.manifest.versions.keys()
    assert any("numba" in machine for machine in made.records.manifest.trained_on)


def test_where_the_textbook_is_asked_for_nothing_else_is_told_of(
    source: Make, tmp_path: Path, cannot_train: CannotTrain
) -> None:
    cannot_train("Adam")
    made = train(source(), tmp_path / "output", "textbook")
    assert set(engines_of(made).values()) == {"textbook"}
    manifest = made.records.manifest
    assert manifest.engines is not None
    assert {setup.reason for setup in manifest.engines.setups} == {""}
    assert not manifest.checks
    assert "numba" not in manifest.versions


def test_what_is_asked_for_and_cannot_train_is_refused(
    source: Make, tmp_path: Path, cannot_train: CannotTrain
) -> None:
    cannot_train("Adam")
    with pytest.raises(UserError) as refused:
        train(source(), tmp_path / "output", "compiled")
    line = str(refused.value)
    assert line.startswith("--engine compiled: it cannot train Adam (comparison), ")
    assert REASONS[KEY] in line
    assert "\n" not in line
    assert not list((tmp_path / "output").glob("small/*"))


def test_what_one_engine_trained_is_not_taken_for_what_another_did(
    source: Make, tmp_path: Path, listener: Listener
) -> None:
    made = [
        train(source(), tmp_path / "output", engine, listener) for engine in ("auto", "textbook", "compiled")
    ]
    assert [len(trials) for trials in listener.rounds] == [5, 5]  # the third finds the first's
    assert made[2].records.manifest.reused == (True,) * 5
    assert made[1].records.manifest.reused == (False,) * 5
    assert numbers(made[0]) == numbers(made[2])
    assert numbers(made[0]) != numbers(made[1])


def test_what_is_kept_brings_its_proof_and_is_not_proved_again(
    source: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = train(source(), tmp_path / "output")

    def prove_nothing(*_: object) -> None:
        raise AssertionError("nothing is trained, so nothing is proved")

    monkeypatch.setattr(engines, "prove_engine", prove_nothing)
    second = train(source(), tmp_path / "output")
    assert second.records.manifest.checks == first.records.manifest.checks
    assert len(first.records.manifest.checks) == 3


def test_seeds_and_stages_of_one_kind_are_proved_once(
    source: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proved, prove = [], prove_engine

    def count(trial: Any, inputs: Any) -> Any:
        proved.append((trial.setup.label, inputs.shape, inputs.classes))
        return prove(trial, inputs)

    monkeypatch.setattr(engines, "prove_engine", count)
    train(source(), tmp_path / "output")
    assert proved == [(label, (8, 8, 1), 10) for label in ("SGD", "Adam", "SGD_Momentum")]


@pytest.mark.parametrize("engine", ["auto", "compiled"])
def test_an_engine_that_is_wrong_trains_nothing(
    source: Make, tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    stand_in(monkeypatch, "compiled", forget_l2)  # the tuned stage alone has an L2 term
    with pytest.raises(UserError, match=r"Test of the compiled engine, SGD_Momentum: FAILED\.") as failed:
        train(source(), tmp_path / "output", engine, listener)
    assert "--engine textbook trains without it" in str(failed.value)
    assert "\n" not in str(failed.value)
    assert not listener.rounds
    assert not list((tmp_path / "output").glob("small/*"))


SEARCH = """[search.tuned]
trials = 2
seeds = 1
[search.tuned.space]
l2 = { low = 1e-4, high = 1e-1 }
[defects]
"""


def test_a_search_s_trials_have_an_engine_and_a_proof_too(
    source: Make, tmp_path: Path, listener: Listener
) -> None:
    made = train(source(("[defects]\n", SEARCH)), tmp_path / "output", listener=listener)
    assert {trial.setup.engine for trials in listener.rounds for trial in trials} == {"compiled"}
    assert {trial.setup.stage for trial in listener.rounds[0]} == {"search"}
    assert len(made.records.manifest.checks) == 3


def test_a_wrong_engine_does_not_search_either(
    source: Make, tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch, "compiled", forget_labels)
    with pytest.raises(UserError, match="FAILED"):
        train(source(("[defects]\n", SEARCH)), tmp_path / "output", listener=listener)
    assert not listener.rounds


def test_how_much_there_is_to_train_is_told_to_who_decides(
    source: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = set()

    def reason(setup: Setup, work: Work | None = None) -> str | None:
        asked.add((setup.label, work))
        return None

    monkeypatch.setattr(engines, "compiled_reason", reason)
    made = train(source(), tmp_path / "output")
    assert asked == {(label, Work(64, 60)) for label in ("SGD", "Adam", "SGD_Momentum")}
    assert json.loads((made.folder / "manifest.json").read_text())["engines"]["asked"] == "auto"
