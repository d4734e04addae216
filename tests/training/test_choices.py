"""When a trial ends, which epoch is its best, and which weights stand for an epoch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from reportgen.data import Splits
from reportgen.optim import SGD, Schedule
from reportgen.training import Augmentation, Defects, Record, Trial, train, trainer
from reportgen.training.averaging import WeightAverage
from reportgen.training.parts import Parts
from reportgen.training.saved_classifier import load_classifier

CLASSES = 3
MakeTrial = Callable[..., Trial]


def everything(record: Record) -> dict[str, Any]:
    """All that is in a record but the seconds."""
    found = asdict(record)
    for row in found["epochs"]:
        del row["seconds"]
    found["test"]["confusion"] = found["test"]["confusion"].tolist()
    found["test"]["correct"] = found["test"]["correct"].tolist()
    return found


@pytest.fixture
def overfitting(make_trial: MakeTrial) -> MakeTrial:
    """Trials whose validation goes up and down."""

    def make(**changes: Any) -> Trial:
        settings = {"hyperparameters": {"learning_rate": 0.05}, "hidden": (30,), "epochs": 25, "l2": 0.0}
        return make_trial("Adam", seed=1, **settings | changes)

    return make


@pytest.mark.parametrize("chosen_by", ["validation_loss", "validation_accuracy"])
@pytest.mark.parametrize("patience", [1, 2, 3, 6, 24, 25, 100])
def test_training_ends_after_exactly_so_many_epochs_without_a_better_one(
    patience: int, chosen_by: str, splits: Splits, overfitting: MakeTrial
) -> None:
    whole = train(overfitting(best_epoch_by=chosen_by), splits, CLASSES)
    values = [
        row.validation_loss if chosen_by == "validation_loss" else -row.validation_accuracy
        for row in whole.epochs
    ]
    best, waited, last = 1, 0, 25  # an epoch as good as the best is no better
    for epoch in range(2, 26):
        best, waited = (epoch, 0) if values[epoch - 1] < values[best - 1] else (best, waited + 1)
        if waited == patience:
            last = epoch
            break
    stopped = train(overfitting(best_epoch_by=chosen_by, early_stopping=patience), splits, CLASSES)
    assert len(stopped.epochs) == last
    assert stopped.best_epoch == best
    assert [row.validation_loss for row in stopped.epochs] == [
        row.validation_loss for row in whole.epochs[:last]
    ]
    assert stopped.steps == last * 5
    assert not stopped.diverged
    assert stopped.test is not None
    assert stopped.evidence.test_readings == 1


def test_early_stopping_ends_a_trial_that_never_gets_better(splits: Splits, make_trial: MakeTrial) -> None:
    still = make_trial(hyperparameters={"learning_rate": 1e-300}, l2=0.0, epochs=9, early_stopping=2)
    record = train(still, splits, CLASSES)
    assert (len(record.epochs), record.best_epoch) == (3, 1)


def test_the_best_epoch_by_accuracy_is_the_first_of_the_highest(
    splits: Splits, overfitting: MakeTrial
) -> None:
    by_loss = train(overfitting(), splits, CLASSES)
    by_accuracy = train(overfitting(best_epoch_by="validation_accuracy"), splits, CLASSES)
    losses = [row.validation_loss for row in by_loss.epochs]
    accuracies = [row.validation_accuracy for row in by_accuracy.epochs]
    assert losses == [row.validation_loss for row in by_accuracy.epochs]
    assert by_loss.best_epoch == 1 + int(np.argmin(losses))
    assert by_accuracy.best_epoch == 1 + accuracies.index(max(accuracies))
    assert by_loss.best_epoch != by_accuracy.best_epoch
    assert accuracies.count(max(accuracies)) > 1
    assert by_loss.test.loss != by_accuracy.test.loss
    assert by_loss.evidence.chosen_by == "validation_loss"
    assert by_accuracy.evidence.chosen_by == "validation_accuracy"


@pytest.mark.parametrize("best_epoch_by", ["validation_loss", "validation_accuracy"])
def test_the_defect_chooses_by_the_objective_whatever_the_setup_says(
    best_epoch_by: str, splits: Splits, overfitting: MakeTrial
) -> None:
    trial = overfitting(l2=0.05, best_epoch_by=best_epoch_by, defects=Defects(best_epoch_by_objective=True))
    record = train(trial, splits, CLASSES)
    objectives = [row.validation_loss + row.l2_term for row in record.epochs]
    assert record.best_epoch == 1 + int(np.argmin(objectives))
    assert record.best_epoch != 1 + int(np.argmax([row.validation_accuracy for row in record.epochs]))
    assert record.evidence.chosen_by == "objective"


def test_a_weight_average_is_the_mean_of_what_it_was_given() -> None:
    generator = torch.Generator().manual_seed(0)
    given = [
        {"w": torch.randn(4, 3, generator=generator), "b": torch.randn(3, generator=generator)}
        for _ in range(7)
    ]
    average = WeightAverage()
    for number, parameters in enumerate(given, start=1):
        average.add(parameters)
        for name in ("w", "b"):
            expected = torch.stack([one[name] for one in given[:number]]).mean(dim=0)
            torch.testing.assert_close(average.mean[name], expected, rtol=1e-5, atol=1e-6)
    assert average.mean["w"] is not given[0]["w"]


class Watched(SGD):
    """SGD that remembers where every step led."""

    def step(self, parameters: dict[str, Tensor], gradients: Any) -> None:
        super().step(parameters, gradients)
        self.seen.append({name: parameter.clone() for name, parameter in parameters.items()})


@pytest.mark.parametrize("epochs", [1, 2, 5])
def test_the_last_epochs_are_averaged_and_training_goes_on_from_its_own_weights(
    epochs: int,
    splits: Splits,
    make_trial: MakeTrial,
    tmp_path: Path,
) -> None:
    watched = type("Watching", (Watched,), {"seen": []})
    settings = {"hyperparameters": {"learning_rate": 0.05}, "epochs": 5}
    record = train(
        make_trial("Watching", average_epochs=epochs, **settings),
        splits,
        CLASSES,
        save_to=tmp_path / "m.safetensors",
        parts=Parts(lambda setup: watched(**setup.hyperparameters)),
    )
    assert record.best_epoch == 5  # so that the last average is what is saved
    ends = watched.seen[4::5]  # of the five steps of every epoch
    assert len(ends) == 5
    saved = load_classifier(tmp_path / "m.safetensors").parameters
    for name, parameter in saved.items():
        expected = torch.stack([end[name] for end in ends[-epochs:]]).mean(dim=0)
        torch.testing.assert_close(parameter, expected, rtol=1e-12, atol=1e-12)

    plain = train(make_trial(**settings), splits, CLASSES)
    before, losses, training = (
        [row.validation_loss for row in plain.epochs],
        [row.validation_loss for row in record.epochs],
        [row.training_loss for row in record.epochs],
    )
    assert training == [row.training_loss for row in plain.epochs]
    first = 5 - epochs + 1  # whose average is its own weights
    assert losses[:first] == before[:first]
    assert all(one != other for one, other in zip(losses[first:], before[first:], strict=True))


ALL = {
    "normalization": "per-channel",
    "label_smoothing": 0.1,
    "dropout": 0.25,
    "input_dropout": 0.125,
    "schedule": Schedule("cosine", warmup_epochs=1),
    "augmentation": Augmentation(flip=True, shift=1),
    "average_epochs": 2,
    "early_stopping": 4,
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", ["SGD", "SGD_Momentum", "Adam"])
def test_the_same_trial_twice_leaves_the_same_record(
    optimizer: str, dtype: str, coloured: Splits, make_trial: MakeTrial
) -> None:
    hyperparameters = {"learning_rate": 0.02, "weight_decay": 0.1}
    trial = make_trial(optimizer, hyperparameters=hyperparameters, dtype=dtype, seed=2, **ALL)
    first, second = (train(trial, coloured, CLASSES) for _ in range(2))
    assert everything(first) == everything(second)


@pytest.mark.parametrize(
    "key", [{"dropout": 0.5}, {"input_dropout": 0.5}, {"augmentation": Augmentation(shift=1)}]
)
def test_what_is_random_in_training_differs_by_the_seed(
    key: dict[str, Any], splits: Splits, make_trial: MakeTrial, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the weights and the batches of one seed, so that only this can make the difference."""
    records = []
    for seed in (0, 0, 1):
        trial = make_trial(seed=seed, **key)
        with monkeypatch.context() as patch:
            patch.setattr(trainer, "streams", lambda _: (np.random.default_rng(0), np.random.default_rng(1)))
            records.append([row.training_loss for row in train(trial, splits, CLASSES).epochs])
    assert records[0] == records[1] != records[2]
