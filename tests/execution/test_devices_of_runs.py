"""On which device a run trains, by which engine, and what is kept of that; no card is needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from reportgen.cli.doctor import device as look_for_device
from reportgen.errors import UserError
from reportgen.execution.devices import choose_device, describe_accelerator
from reportgen.execution.engines import Engines
from reportgen.execution.executors.choosing import ExecutorOptions
from reportgen.execution.prepare import prepare
from reportgen.execution.run import run
from reportgen.execution.trial_key import trial_key
from reportgen.execution.trials import TrainingOptions
from reportgen.experiment.reading import Source
from reportgen.planning.plan import plan
from reportgen.records.run import Run
from reportgen.training import Trial
from tests.helpers.listener import Listener

Make = Callable[..., Source]


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> None:
    """A card that torch says is there; nothing is computed on it."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "A card")
    monkeypatch.setattr(torch.version, "cuda", "12.6")


@pytest.fixture
def no_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.fixture
def trial(source: Make) -> Trial:
    return plan(source().experiment, classes=10)[0]


def decide(trial: Trial, *, asked: str = "auto", device: str = "cuda", **changes: Any) -> tuple[str, str]:
    engines = Engines(asked, data=None, device=device)  # type: ignore[arg-type]  # not looked at
    setup = engines.decide(replace(trial, setup=replace(trial.setup, **changes))).setup
    return setup.engine, setup.device


@pytest.mark.usefixtures("no_card")
def test_without_a_card_the_processor_trains_unless_one_is_demanded() -> None:
    assert choose_device("cpu") == choose_device("auto") == "cpu"
    with pytest.raises(UserError, match=r"--device cuda: torch .*; --device cpu trains on the processor"):
        choose_device("cuda")
    assert look_for_device().line.startswith("ok       trials are trained on the processor: torch")


@pytest.mark.usefixtures("card")
def test_with_a_card_it_trains_where_it_is_asked_for() -> None:
    assert [choose_device(asked) for asked in ("cpu", "cuda", "auto")] == ["cpu", "cuda", "cuda"]
    assert describe_accelerator("cpu") == {}
    assert describe_accelerator("cuda") == {"accelerator": "A card", "cuda": "12.6"}
    assert "A card" in look_for_device().line


def test_what_is_no_device_is_refused() -> None:
    with pytest.raises(UserError, match="device 'gpu': is none of cpu, cuda, auto"):
        choose_device("gpu")


def test_a_card_trains_all_together_or_one_by_one(trial: Trial) -> None:
    assert decide(trial) == ("batched", "cuda")
    assert decide(trial, asked="batched") == ("batched", "cuda")
    assert decide(trial, asked="textbook") == ("textbook", "cuda")
    assert decide(trial, asked="batched", device="cpu") == ("batched", "cpu")


@pytest.mark.parametrize("code", ["optimizer_code", "layers_code"])
def test_a_user_s_code_stays_on_the_processor(trial: Trial, code: str) -> None:
    assert decide(trial, **{code: "digest"}) == ("textbook", "cpu")
    with pytest.raises(UserError, match=r"--engine batched: it cannot train SGD .* code is a user's"):
        decide(trial, asked="batched", **{code: "digest"})


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        (
            {"engine": "compiled"},
            "--engine compiled trains on the processor alone: leave it out, or --device cuda",
        ),
        ({"executor": ExecutorOptions("slurm")}, "leave it out, or --executor slurm"),
    ],
)
def test_what_has_no_card_is_not_asked_to_train_on_one(settings: dict[str, Any], line: str) -> None:
    pytest.importorskip("submitit")
    with pytest.raises(UserError, match=line):
        TrainingOptions(**settings, device="cuda")


@pytest.mark.usefixtures("card")
def test_a_trial_of_another_card_is_another_trial(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    there = replace(trial, setup=replace(trial.setup, device="cuda"))
    keys = {trial_key(trial, "data"), trial_key(there, "data")}
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Another card")
    keys.add(trial_key(there, "data"))
    assert len(keys) == 3


def train(source: Source, output: Path, engine: str, listener: Listener | None = None) -> Run:
    workers = 2 if engine == "batched" else 1  # no process is started for what is trained together
    training = TrainingOptions(ExecutorOptions(workers=workers), engine=engine)
    return run(prepare(source), output, training=training, languages=["en"], proofs=(), watcher=listener)


def test_a_run_trained_together_is_the_textbook_s_but_for_rounding(source: Make, tmp_path: Path) -> None:
    listener = Listener()
    together = train(source(), tmp_path / "output", "batched", listener)
    apart = train(source(), tmp_path / "other", "textbook")
    columns = ["training_loss", "validation_loss", "training_accuracy", "validation_accuracy"]
    pd.testing.assert_frame_equal(
        together.records.epochs[["setup", "seed", "epoch", *columns]],
        apart.records.epochs[["setup", "seed", "epoch", *columns]],
        rtol=1e-3,
    )
    manifest = together.records.manifest
    assert {trial.setup.engine for trial in manifest.trials} == {"batched"}
    assert {check.key for check in manifest.checks} == {
        f"engine batched {trial.setup.optimizer}" for trial in manifest.trials
    }
    assert all(check.passed for check in manifest.checks)
    assert sorted(listener.over) == list(range(len(manifest.trials)))
    again = train(source(), tmp_path / "output", "batched")
    assert again.records.manifest.reused == (True,) * len(manifest.trials)
