"""A trial on another device: the same numbers, nothing mixed, and nothing read back while it trains.

No accelerator is needed: the second device is one that computes with this processor.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from reportgen.data import Splits
from reportgen.optim import built_in
from reportgen.training import Augmentation, EpochRow, Record, Trial, train
from reportgen.training.checkpoints import Checkpoints
from reportgen.training.engines.together import Place, train_together
from tests.helpers.second_device import NAME, second_device

CLASSES = 3
MakeTrial = Callable[..., Trial]

SETUPS: dict[str, dict[str, Any]] = {
    "dropout": {"optimizer": "Adam", "dropout": 0.4, "input_dropout": 0.2, "dtype": "float32"},
    "augmentation": {"augmentation": Augmentation(flip=True, shift=1), "normalization": "per-channel"},
    "averaging": {"average_epochs": 2, "label_smoothing": 0.1},
    **{name: {"optimizer": name} for name in built_in()},
}


def numbers(record: Record) -> str:
    """All of a record to the last bit, but for the time it took, and by what and where."""
    plain = asdict(record)
    for name in ("device", "engine"):
        del plain["trial"]["setup"][name]
    for row in plain["epochs"]:
        del row["seconds"]
    plain["test"]["confusion"] = record.test.confusion.tolist()
    plain["test"]["correct"] = record.test.correct.tolist()
    return json.dumps(plain)


def elsewhere(trial: Trial, **changes: Any) -> Trial:
    return replace(trial, setup=replace(trial.setup, device=NAME, **changes))


@pytest.fixture(params=SETUPS)
def trial(request: pytest.FixtureRequest, make_trial: MakeTrial) -> Trial:
    return make_trial(**{"epochs": 2, "batch_size": 20, **SETUPS[request.param]})


def test_a_trial_is_the_same_on_another_device(
    trial: Trial, coloured: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = train(trial, coloured, CLASSES, save_to=tmp_path / "here.safetensors")
    with second_device(monkeypatch):
        there = train(elsewhere(trial), coloured, CLASSES, save_to=tmp_path / "there.safetensors")
    assert numbers(there) == numbers(here)
    assert (tmp_path / "there.safetensors").read_bytes() == (tmp_path / "here.safetensors").read_bytes()


READS = ("Adafactor", "LAMB", "Prodigy", "SOAP", "Shampoo")
"""Optimizers that decide by lengths and eigenvectors of their numbers how to go on."""
CASES = [("textbook", name) for name in built_in() if name not in READS]


@pytest.mark.parametrize(("engine", "name"), [*CASES, ("batched", "SGD"), ("batched", "Adam")])
def test_nothing_is_read_back_before_an_epoch_ends(
    make_trial: MakeTrial, splits: Splits, monkeypatch: pytest.MonkeyPatch, engine: str, name: str
) -> None:
    counts = []
    for batch_size in (19, 10):  # two steps, and four
        trial = make_trial(name, epochs=1, batch_size=batch_size, hidden=(3,))
        with second_device(monkeypatch) as device:
            train(elsewhere(trial, engine=engine), splits, CLASSES)
        counts.append(device.reads)
    assert counts[0] == counts[1] > 0


class StoppedError(Exception):
    """What ends a training in these tests."""


@pytest.mark.parametrize("engine", ["textbook", "batched"])
def test_what_was_stopped_goes_on_on_its_device(
    make_trial: MakeTrial, splits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    settings = {"epochs": 4, "batch_size": 20, "average_epochs": 3, "dropout": 0.2}
    trials = [make_trial("Adam", seed=seed, **settings) for seed in (0, 1)]
    there = [elsewhere(trial, engine=engine) for trial in trials]

    def stop(row: EpochRow) -> None:
        if row.epoch == 3:
            raise StoppedError

    def go(listener: Callable[[EpochRow], None]) -> list[Record]:
        kept = [Checkpoints(tmp_path / str(trial.seed), seconds_between=0) for trial in there]
        if engine == "batched":
            return train_together(
                there, splits, CLASSES, [Place(listener, checkpoints=checkpoints) for checkpoints in kept]
            )
        return [
            train(trial, splits, CLASSES, on_epoch=listener, checkpoints=checkpoints)
            for trial, checkpoints in zip(there, kept, strict=True)
        ]

    with second_device(monkeypatch):
        with pytest.raises(StoppedError):
            go(stop)
        ended = go(lambda _: None)
    whole = [train(trial, splits, CLASSES) for trial in trials]
    if engine == "textbook":
        assert list(map(numbers, ended)) == list(map(numbers, whole))
    losses = [[row.validation_loss for row in record.epochs] for record in (*ended, *whole)]
    assert losses[:2] == [pytest.approx(of_trial, rel=1e-12) for of_trial in losses[2:]]
