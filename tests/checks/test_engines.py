"""The proof of an engine: one that sums in another order passes, and one that is a little wrong does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from reportgen.checks.engines import Inputs, distinct, prove_engine, recall_check
from reportgen.nn import Classifier
from reportgen.optim import Optimizer, Schedule
from reportgen.training import Augmentation, Defects, EngineProof, Setup, Trial
from reportgen.training.batches import Images
from tests.helpers.engines import Change, forget_l2, stand_in, sum_backwards

DIGITS = Inputs((8, 8, 1), 10)
SETUP = Setup(
    stage="comparison",
    label="mine",
    optimizer="SGD_Momentum",
    hyperparameters={"learning_rate": 0.01, "momentum": 0.9, "weight_decay": 0.0},
    hidden=(12, 7),
    batch_size=8,
    epochs=30,
    l2=1e-4,
    initial_std=None,
    dtype="float32",
    subset=None,
    engine="stand-in",
)
ADAM = {"learning_rate": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01}


def another_momentum(_: Classifier, optimizer: Any, __: Images) -> None:
    optimizer.momentum = 0.9003


def another_beta(_: Classifier, optimizer: Any, __: Images) -> None:
    optimizer.beta2 = 0.9991


def forget_decay(_: Classifier, optimizer: Any, __: Images) -> None:
    optimizer.weight_decay = 0.0


def forget_velocity(_: Classifier, optimizer: Any, __: Images) -> None:
    """What was kept of the epoch before is not gone on with."""
    optimizer.__dict__.update(type(optimizer)(optimizer.learning_rate).__dict__)


def draw_once_more(classifier: Classifier, _: Optimizer, __: Images) -> None:
    for dropout in classifier.dropouts:
        if dropout.stream is not None:
            dropout.stream.random((1,), np.float32)


def a_white_too_dark(_: Classifier, __: Optimizer, images: Images) -> None:
    images.white = images.white + 1


def end_in_nothing(classifier: Classifier, _: Optimizer, __: Images) -> None:
    classifier.parameters["w1"][0, 0] = torch.nan


def raise_error(_: Classifier, __: Optimizer, ___: Images) -> None:
    raise ZeroDivisionError("a kernel ended badly")


UseEngine = Callable[[Change], None]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> UseEngine:
    """Lets the stand-in be the textbook with this changed."""
    return lambda change: stand_in(monkeypatch, "stand-in", change)


SETUPS: dict[str, dict[str, Any]] = {
    "momentum": {},
    "float64": {"dtype": "float64"},
    "Adam": {"optimizer": "Adam", "hyperparameters": ADAM},
    "Adam in float64": {"optimizer": "Adam", "hyperparameters": ADAM, "dtype": "float64"},
    "signs": {"optimizer": "Lion", "hyperparameters": {"learning_rate": 1e-4}},
    "no hidden layer": {"hidden": (), "dtype": "float64"},
    "one at a time": {"batch_size": 1},
    "dropout": {"dropout": 0.3, "input_dropout": 0.1},
    "schedule": {"schedule": Schedule("cosine", warmup_epochs=12.0), "label_smoothing": 0.1},
    "steps": {"schedule": Schedule("step", at=(10.0, 20.0)), "normalization": "per-channel"},
    "augmentation": {"augmentation": Augmentation(flip=True, shift=1)},
    "a rate at which all roundings grow": {"hyperparameters": {"learning_rate": 30.0, "momentum": 0.9}},
    "a rate at which nothing stays finite": {"hyperparameters": {"learning_rate": 1e30, "momentum": 0.9}},
}
EACH = pytest.mark.parametrize("changes", SETUPS.values(), ids=SETUPS)


@EACH
def test_sums_in_another_order_pass(engine: UseEngine, changes: dict[str, Any]) -> None:
    engine(sum_backwards)
    setup = replace(SETUP, **changes)
    if setup.dropout:  # another order of images would meet other masks
        engine(lambda *_: None)
    check = prove_engine(Trial(setup, 3), DIGITS)
    assert check.passed, check.evidence
    assert check.line == f"Test of the stand-in engine, {setup.optimizer}: Passed."
    steps = 300 if setup.batch_size == 1 else 40  # no batch is smaller than one of one
    assert f"{steps} steps of the textbook, {setup.dtype}" in check.evidence


@EACH
def test_the_batched_engine_passes(changes: dict[str, Any]) -> None:
    setup = replace(SETUP, engine="batched", **changes)
    check = prove_engine(Trial(setup, 3), DIGITS)
    assert check.passed, check.evidence


@EACH
def test_a_term_that_is_forgotten_does_not(engine: UseEngine, changes: dict[str, Any]) -> None:
    engine(forget_l2)
    assert not prove_engine(Trial(replace(SETUP, **changes), 3), DIGITS).passed


ADAMS: dict[str, Any] = {"optimizer": "Adam", "hyperparameters": ADAM}
WRONG: dict[str, tuple[Change, dict[str, Any], str]] = {
    "another momentum": (another_momentum, {}, "the textbook"),
    "another beta": (another_beta, ADAMS, "the textbook"),
    "no decay": (forget_decay, ADAMS, "the textbook"),
    "no velocity from before": (forget_velocity, {}, "the textbook"),
    "another white": (a_white_too_dark, {}, "the textbook"),
    "what is no number": (end_in_nothing, {}, "the textbook"),
    "another stream": (draw_once_more, {"dropout": 0.2}, "draws other random numbers"),
    "an error": (raise_error, {}, "ZeroDivisionError: a kernel ended badly"),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("change", "changes", "said"), WRONG.values(), ids=WRONG)
def test_an_engine_that_is_a_little_wrong_fails(
    engine: UseEngine, change: Change, changes: dict[str, Any], said: str, dtype: str
) -> None:
    engine(change)
    check = prove_engine(Trial(replace(SETUP, dtype=dtype, **changes), 0), DIGITS)
    assert not check.passed
    assert check.line == f"Test of the stand-in engine, {check.key.rpartition(' ')[2]}: FAILED."
    assert said in check.evidence


@pytest.mark.parametrize(
    "defects", [Defects(batches_slide_by_one=True), Defects(gradients_averaged_twice=True)]
)
def test_what_a_homework_did_wrong_is_proved_as_it_is(engine: UseEngine, defects: Defects) -> None:
    engine(sum_backwards)
    assert prove_engine(Trial(SETUP, 0, defects), DIGITS).passed
    engine(forget_l2)
    assert not prove_engine(Trial(SETUP, 0, defects), DIGITS).passed


def test_rows_of_a_table_are_inputs_too(engine: UseEngine) -> None:
    engine(sum_backwards)
    assert prove_engine(Trial(SETUP, 0), Inputs((13,), 2)).passed


# ---------------------------------------------------------------- what is proved, and what is said of it


def test_what_an_engine_cannot_do_otherwise_is_proved_once() -> None:
    trials = [
        Trial(SETUP, 0),
        Trial(SETUP, 7),
        Trial(replace(SETUP, stage="tuned", label="another name", average_epochs=3), 0),
        Trial(
            replace(SETUP, subset=100, reads_test=False, early_stopping=4), 0, Defects(hidden_list_grows=True)
        ),
        Trial(replace(SETUP, engine="textbook", batch_size=3), 0),
    ]
    assert list(distinct(trials).values()) == [trials[3]]


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden": (12,)},
        {"batch_size": 9},
        {"l2": 0.0},
        {"dtype": "float64"},
        {"hyperparameters": {"learning_rate": 0.02}},
        {"schedule": Schedule("cosine")},
        {"dropout": 0.5},
        {"engine": "another"},
    ],
)
def test_what_it_may_do_otherwise_is_proved_of_each(changes: dict[str, Any]) -> None:
    assert len(distinct([Trial(SETUP, 0), Trial(replace(SETUP, **changes), 0)])) == 2


def test_a_proof_that_was_kept_is_told_as_it_was(engine: UseEngine) -> None:
    engine(sum_backwards)
    check = prove_engine(Trial(SETUP, 0), DIGITS)
    (measure,) = check.measures
    assert recall_check(Trial(SETUP, 7), EngineProof(40, measure.error, measure.limit)) == check
