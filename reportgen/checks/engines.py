"""Proofs of engines: some steps beside the textbook, from the same start, on data that mean nothing."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch
from torch import Tensor

from reportgen.checks.check import Check, Measure, carry_out
from reportgen.checks.made_up import made_up_splits
from reportgen.training.checkpoints import Checkpoint
from reportgen.training.engines.textbook import TEXTBOOK
from reportgen.training.trainer import Training, computing_as
from reportgen.training.trial import Defects, EngineProof, EpochRow, Trial

EPOCHS, FULL_BATCHES, IMAGES = 2, 9, 150
"""What is trained: two epochs, so that what is left of the first is gone on with.

Each has at least so many full batches, and so many images, that an engine that takes several batches together
does so; and a smaller batch."""
KEY = "engine"
"""With what the keys of these checks begin."""
VERDICT = "Passed"

LIMIT = 1e-10
"""Of float64: so far sums in another order may lead apart in these steps, relative to how far they led."""
ROUNDINGS = 8
"""Of float32: so many times as far as the textbook's own steps in float32 are from those in float64, an
engine's may be.

Both have rounded the same sums, each in its own order, so that they are about as far; a wrong term leads
thousands of times as far."""
LEAST_ROUNDING = 4 * torch.finfo(torch.float32).eps
"""Of float32: what counts as the textbook's own distance where that happens to be smaller."""
LARGEST_ROUNDING, SMALLER, SMALL_RATES = 1e-4, 0.01, (1e-3, 1e-5)
"""Where roundings grow further than this in those steps, they say little of the engine: then a learning rate
that is so much smaller is tried, and then these, for as long as that helps."""
LENGTHS = 2e-5
"""So far the lengths of gradients, steps and parameters may be rounded apart that a record keeps."""


@dataclass(frozen=True)
class Inputs:
    """What a network is trained on.

    shape: of an image, height, width and channels; or of a row, its features alone. classes: how many.
    """

    shape: tuple[int, ...]
    classes: int


def as_proved(trial: Trial) -> Trial:
    """Return a trial with all that its engine may do otherwise than the textbook, and nothing else.

    Args:
        trial: A setup with one seed. Its schedule is gone through within the epochs of a proof.
    """
    setup, defects = trial.setup, trial.defects
    share = EPOCHS / setup.epochs
    schedule = replace(
        setup.schedule,
        warmup_epochs=setup.schedule.warmup_epochs * share,
        at=tuple(epoch * share for epoch in setup.schedule.at),
    )
    proved = replace(
        setup,
        stage="proof",
        label=setup.optimizer,
        epochs=EPOCHS,
        schedule=schedule,
        subset=None,
        early_stopping=None,
        average_epochs=0,
        best_epoch_by="validation_loss",
        reads_test=False,
    )
    kept = Defects(
        gradients_averaged_twice=defects.gradients_averaged_twice,
        batches_slide_by_one=defects.batches_slide_by_one,
        numpy_global_stream=defects.numpy_global_stream,
    )
    return Trial(proved, 0, kept)


def distinct(trials: Iterable[Trial]) -> dict[str, Trial]:
    """Return one of all trials that the same proof is of, by a text that tells proofs apart.

    Args:
        trials: Those of the textbook need no proof.
    """
    return {
        json.dumps(asdict(as_proved(trial)), sort_keys=True): trial
        for trial in trials
        if trial.setup.engine != TEXTBOOK
    }


def prove_engine(trial: Trial, inputs: Inputs) -> Check:
    """Prove that a trial's engine trains as the textbook does.

    Args:
        trial: Its setup names the engine.
        inputs: What its network is trained on.
    """
    setup = trial.setup
    return carry_out(
        *name_check(setup.engine, setup.optimizer),
        VERDICT,
        lambda: ((_prove(as_proved(trial), inputs),), ()),
    )


def recall_check(trial: Trial, proof: EngineProof) -> Check:
    """Return the check that a proof was, as it is kept with what was trained after it.

    Args:
        trial: That which was trained.
        proof: Of its engine.
    """
    setup = trial.setup
    measure = Measure(_against(proof.steps, setup.dtype), proof.error, proof.limit)
    return Check(*name_check(setup.engine, setup.optimizer), VERDICT, (measure,))


def count_steps(trial: Trial) -> int:
    """Return how many steps the proof of a trial's engine takes."""
    defects, batch = trial.defects, trial.setup.batch_size
    return EPOCHS * (_full_batches(batch) + (batch > 1 and not defects.batches_slide_by_one))


def _full_batches(batch: int) -> int:
    return max(FULL_BATCHES, -(-IMAGES // batch))


def name_check(engine: str, optimizer: str) -> tuple[str, str]:
    """Return the key of an engine's check, and its sentence."""
    return f"{KEY} {engine} {optimizer}", f"Test of the {engine} engine, {optimizer}"


def _against(steps: int, dtype: str) -> str:
    return f"{steps} steps of the textbook, {dtype}"


def _prove(trial: Trial, inputs: Inputs) -> Measure:
    """How far the engine is from the textbook; of all that is compared, what is nearest to its limit."""
    trial, single, double = _at_a_rate_that_tells(trial, inputs)
    engine, exactly = _train(trial, inputs), trial.setup.dtype == "float64"
    reference = double if exactly else single
    if engine.drawn != reference.drawn:
        raise ArithmeticError("draws other random numbers, or other batches, than the textbook")
    if engine.told_apart(reference) > (0 if exactly else 1):
        raise ArithmeticError("tells other training images right than the textbook")
    errors, own = engine.errors(double), single.errors(double)
    measures = []
    for name, error in errors.items():
        limit = LIMIT if exactly else ROUNDINGS * max(own[name], LEAST_ROUNDING)
        limit = max(limit, LENGTHS) if name == "lengths" else limit
        measures.append(Measure(_against(count_steps(trial), trial.setup.dtype), error, limit))
    return max(measures, key=lambda measure: measure.error / measure.limit)


def _at_a_rate_that_tells(trial: Trial, inputs: Inputs) -> tuple[Trial, _Course, _Course]:
    """The trial, its learning rate smaller if need be, and its textbook courses in float32 and float64."""
    setup = trial.setup
    best, least = _by_textbook(trial, inputs)
    for rate in (setup.learning_rate * SMALLER, *SMALL_RATES):
        if least < LARGEST_ROUNDING:
            break
        values = {**setup.hyperparameters, "learning_rate": rate}
        further, growth = _by_textbook(replace(trial, setup=replace(setup, hyperparameters=values)), inputs)
        if math.isfinite(least) and growth > least / 2:
            break
        best, least = further, growth
    return best


def _by_textbook(trial: Trial, inputs: Inputs) -> tuple[tuple[Trial, _Course, _Course], float]:
    """A trial, its textbook courses, and how far apart these are."""
    shorter = "float32" if trial.setup.dtype == "float64" else trial.setup.dtype
    single, double = (
        _train(replace(trial, setup=replace(trial.setup, engine=TEXTBOOK, device="cpu", dtype=dtype)), inputs)
        for dtype in (shorter, "float64")
    )
    return (trial, single, double), max(single.errors(double).values())


@dataclass(frozen=True)
class _Course:
    """What an engine left behind, and what it said of its epochs.

    start: the parameters at first. rows: an epoch each. images: in an epoch. left: all that a checkpoint has.
    """

    start: Mapping[str, Tensor]
    rows: Sequence[EpochRow]
    images: int
    left: Checkpoint

    @property
    def drawn(self) -> tuple[Any, Any]:
        """Where the streams of random numbers stand, and which images were in which batch."""
        return self.left.plain["streams"], self.left.plain["log"]

    def tensors(self, group: str) -> dict[str, Tensor]:
        """The parameters, or what the optimizer keeps, in float64."""
        return {
            name: value.double().cpu()
            for name, value in self.left.tensors.items()
            if name.startswith(f"{group}/")
        }

    def told_apart(self, other: _Course) -> int:
        """By how many training images an epoch's accuracies differ at most."""
        pairs = zip(self.rows, other.rows, strict=True)
        shares = [abs(row.training_accuracy - another.training_accuracy) for row, another in pairs]
        return round(max(shares) * self.images)

    def errors(self, exact: _Course) -> dict[str, float]:
        """How far this is from another, by what is compared: lengths of differences, relative.

        Parameters count by how far they have come from their start.
        """
        parameters, state = exact.tensors("parameters"), exact.tensors("optimizer")
        numbers, exact_numbers = (
            torch.tensor(list(_numbers(course.left.plain["optimizer"])), dtype=torch.float64)
            for course in (self, exact)
        )
        return {
            "parameters": max(
                _relative(value - parameters[name], parameters[name] - exact.start[name])
                for name, value in self.tensors("parameters").items()
            ),
            "state": max(
                [
                    _relative(numbers - exact_numbers, exact_numbers),
                    *(
                        _relative(value - state[name], state[name])
                        for name, value in self.tensors("optimizer").items()
                    ),
                ]
            ),
            "losses": _largest(self.rows, exact.rows, ("training_loss", "validation_loss", "l2_term")),
            "lengths": _largest(self.rows, exact.rows, ("gradient_norm", "update_norm", "parameter_norm")),
        }


def _relative(difference: Tensor, exact: Tensor) -> float:
    length, of_exact = float(difference.norm()), float(exact.norm())
    if length == 0:
        return 0.0
    return length / of_exact if length == length and of_exact else float("inf")  # noqa: PLR0124


def _largest(rows: Sequence[EpochRow], exact: Sequence[EpochRow], names: Sequence[str]) -> float:
    values = [
        torch.tensor([getattr(row, name) for row in of_course for name in names], dtype=torch.float64)
        for of_course in (rows, exact)
    ]
    return max(_relative(value - other, other) for value, other in zip(*values, strict=True))


def _train(trial: Trial, inputs: Inputs) -> _Course:
    """Train a trial from its start on made-up data."""
    batch = trial.setup.batch_size
    images = _full_batches(batch) * batch + batch // 2
    splits = made_up_splits(inputs.shape, inputs.classes, images, others=max(batch, inputs.classes))
    with computing_as(trial.setup):
        training = Training(trial, splits, inputs.classes)
        parameters = training.classifier.parameters
        start = {f"parameters/{name}": value.double().clone() for name, value in parameters.items()}
        rows = [training.next_epoch() for _ in range(EPOCHS)]
        return _Course(start, rows, images, training.checkpoint())


def _numbers(value: Any) -> Iterator[float]:
    """All numbers in plain data."""
    match value:
        case bool() | int() | float():
            yield float(value)
        case dict():
            for part in value.values():
                yield from _numbers(part)
        case list():
            for part in value:
                yield from _numbers(part)
