"""Trials trained as one program leave the records that each leaves when the textbook trains it alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from reportgen.data import Splits
from reportgen.optim import Schedule
from reportgen.training import Augmentation, Defects, Record, Trial, train
from reportgen.training.engines.together import train_together

CLASSES = 3
MakeTrial = Callable[..., Trial]

SGD, MOMENTUM, ADAM = {"optimizer": "SGD"}, {"optimizer": "SGD_Momentum"}, {"optimizer": "Adam"}
OTHERS = [{"optimizer": name} for name in ("Muon", "ScheduleFreeAdamW", "torch.optim.NAdam")]
COSINE = Schedule("cosine", 1.0)
DIVERGES = {"hyperparameters": {"learning_rate": 1e200}}
TUNED = {"hyperparameters": {"learning_rate": 0.2, "weight_decay": 0.01}, "l2": 0.0}

GROUPS: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "optimizers": ({}, [SGD, MOMENTUM, ADAM, *OTHERS]),
    "hyperparameters": ({}, [SGD, TUNED, SGD, ADAM, ADAM | TUNED, ADAM | {"schedule": COSINE}]),
    "one diverges": ({}, [SGD, DIVERGES, MOMENTUM | DIVERGES, MOMENTUM]),
    "some end early": ({"epochs": 6}, [ADAM, ADAM | {"early_stopping": 1}, ADAM | {"epochs": 2}]),
    "dropout": ({"dropout": 0.3, "input_dropout": 0.2}, [SGD, ADAM]),
    "smoothing": ({"label_smoothing": 0.2, "normalization": "per-channel"}, [SGD, MOMENTUM]),
    "augmentation": ({"augmentation": Augmentation(flip=True, shift=1)}, [SGD, ADAM]),
    "averages": ({"average_epochs": 2}, [SGD, ADAM | {"best_epoch_by": "validation_accuracy"}]),
    "one layer": ({"hidden": ()}, [SGD, {"l2": 0.0}, ADAM]),
    "defects": ({"defects": Defects(*[True] * 6)}, [SGD, MOMENTUM, {"initial_std": 0.3}]),
}
"""What all trials of a group share, and what each is by itself. 37 images leave a smaller last batch."""


@pytest.fixture(params=GROUPS)
def trials(request: pytest.FixtureRequest, make_trial: MakeTrial) -> list[Trial]:
    """Those of a group, with two seeds each."""
    shared, own = GROUPS[request.param]
    return [make_trial(seed=seed, **{"epochs": 3} | shared | of_one) for of_one in own for seed in (0, 1)]


def batched(trials: list[Trial]) -> list[Trial]:
    return [replace(trial, setup=replace(trial.setup, engine="batched")) for trial in trials]


def compare(record: Record, other: Record, *, near: float) -> None:
    """Hold a record against another's; lengths are recorded to six digits."""
    rows, others = ([asdict(row) for row in of.epochs] for of in (record, other))
    for row in (*rows, *others):
        del row["seconds"]
    lengths = ("gradient_norm", "update_norm", "parameter_norm")
    for row, another in zip(rows, others, strict=True):
        for name, value in row.items():
            relative = max(near, 2e-5) if name in lengths else near
            assert value == pytest.approx(another[name], rel=relative, nan_ok=True), name
    for name in ("diverged", "best_epoch", "steps", "parameter_shapes", "evidence"):
        assert getattr(record, name) == getattr(other, name)
    if other.test is not None:
        assert record.test.loss == pytest.approx(other.test.loss, rel=near)
        assert record.test.confusion.tolist() == other.test.confusion.tolist()
        assert record.test.correct.tolist() == other.test.correct.tolist()


def test_each_trial_is_as_the_textbook_trains_it_alone(trials: list[Trial], coloured: Splits) -> None:
    records = train_together(batched(trials), coloured, CLASSES)
    assert [record.trial for record in records] == batched(trials)
    for trial, record in zip(trials, records, strict=True):
        compare(record, train(trial, coloured, CLASSES), near=1e-12)


@pytest.mark.parametrize(("dtype", "near"), [("float32", 1e-4), ("bfloat16", 3e-2)])
def test_shorter_numbers_are_as_near_as_their_roundings(
    make_trial: MakeTrial, splits: Splits, dtype: str, near: float
) -> None:
    trials = [make_trial(name, seed=seed, dtype=dtype) for name in ("SGD", "Adam") for seed in (0, 1)]
    for trial, record in zip(trials, train_together(batched(trials), splits, CLASSES), strict=True):
        for row, other in zip(record.epochs, train(trial, splits, CLASSES).epochs, strict=True):
            assert row.training_loss == pytest.approx(other.training_loss, rel=near)
            assert row.validation_loss == pytest.approx(other.validation_loss, rel=near)


def test_one_trial_alone_is_a_group_of_one(make_trial: MakeTrial, splits: Splits, tmp_path: Path) -> None:
    trial = make_trial("Adam", dropout=0.2)
    (alone,) = batched([trial])
    record = train(alone, splits, CLASSES, save_to=tmp_path / "best.safetensors")
    compare(record, train(trial, splits, CLASSES), near=1e-12)
