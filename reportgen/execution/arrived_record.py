"""A record that a process with a user's code has sent: held against what a record of its trial can be."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from reportgen.data import Splits
from reportgen.data.dataset import Labels
from reportgen.execution.plain_record import of_plain
from reportgen.training import EpochRow, Record, Trial

ROW = tuple(field.name for field in fields(EpochRow))
SHARES = ("training_accuracy", "validation_accuracy")
DIGEST = re.compile(r"[0-9a-f]{64}")


class MalformedRecordError(ValueError):
    """What arrived is no record of its trial; one line that says why."""


def read_row(row: object) -> EpochRow:
    """Return an epoch's metrics.

    Args:
        row: Its fields in order, as they arrived.

    Raises:
        MalformedRecordError: It is no row.
    """
    _demand(isinstance(row, list | tuple) and len(row) == len(ROW), "a row of an epoch has other columns")
    assert isinstance(row, list | tuple)
    values: list[Any] = [math.nan if value is None else value for value in row]
    _demand(_is_count(values[0]), "an epoch has no number")
    _demand(all(type(value) is float for value in values[1:]), f"epoch {values[0]} has a metric of no number")
    epoch = EpochRow(*values)
    for name in SHARES:
        value = getattr(epoch, name)
        _demand(math.isnan(value) or 0 <= value <= 1, f"epoch {epoch.epoch}: {name} is {value}")
    _demand(math.isfinite(epoch.seconds) and epoch.seconds >= 0, f"epoch {epoch.epoch} took no time")
    return epoch


def read_record(trial: Trial, content: object, splits: Splits, classes: int) -> Record:
    """Return a trial's record.

    Args:
        trial: Its own.
        content: Two things: what `to_plain` and `to_rows` make of a record, as they arrived.
        splits: What it was trained, validated and tested on.
        classes: How many there are.

    Raises:
        MalformedRecordError: It is no record of this trial.
    """
    match content:
        case (dict(plain), list(rows)):
            pass
        case _:
            raise MalformedRecordError("it has other parts")
    for row in rows:
        read_row(row)
    try:
        record = of_plain(trial, plain, rows)
        _check_epochs(record)
        _check_test(record, splits.test.labels, classes)
        _check_rest(record, splits, classes)
    except MalformedRecordError:
        raise
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError) as error:
        raise MalformedRecordError(f"a part of it is of another kind: {type(error).__name__}") from error
    return record


def _check_epochs(record: Record) -> None:
    """Epochs are counted on; one that is not finite is the last, and fewer than wanted have a reason."""
    setup, epochs = record.trial.setup, record.epochs
    count = len(epochs)
    _demand([row.epoch for row in epochs] == list(range(1, count + 1)), "its epochs are not counted on")
    _demand(1 <= count <= setup.epochs, f"it has {count} epochs of {setup.epochs}")
    _demand(not any(row.diverged for row in epochs[:-1]), "it goes on after an epoch that is not finite")
    _demand(type(record.diverged) is bool and record.diverged == epochs[-1].diverged, "it diverged, or not")
    if record.diverged:
        _demand(record.best_epoch is None, "it diverged, and has a best epoch")
        return
    best = record.best_epoch
    _demand(_is_count(best) and best is not None and best <= count, "its best epoch is none of it")
    assert best is not None
    ended = setup.early_stopping is not None and count - best >= setup.early_stopping
    _demand(count == setup.epochs or ended, f"it ends after {count} epochs of {setup.epochs}")


def _check_test(record: Record, labels: Labels, classes: int) -> None:
    """The test set was read where the setup says so, and each of its rows once."""
    reads = record.trial.setup.reads_test and not record.diverged
    _demand((record.test is not None) == reads, "its test set was read, or not")
    if record.test is None:
        return
    confusion = record.test.confusion
    _demand(type(record.test.loss) is float, "the loss on the test set is no number")
    _demand(confusion.shape == (classes, classes), f"its confusion matrix has shape {confusion.shape}")
    _demand(
        bool((confusion >= 0).all()) and int(confusion.sum()) == len(labels), "it counts other test images"
    )
    correct = record.test.correct
    _demand(correct is not None, "it does not say which test images were told right")
    right = np.bincount(labels[correct], minlength=classes)
    _demand(bool((right == confusion.diagonal()).all()), "other test images are told right than it counts")


def _check_rest(record: Record, splits: Splits, classes: int) -> None:
    """The network is that of the setup, and the evidence is made of the right kinds of values."""
    setup, evidence = record.trial.setup, record.evidence
    sizes = [math.prod(splits.train.inputs.shape[1:]), *setup.hidden, classes]
    shapes: dict[str, tuple[int, ...]] = {}
    for number, (inputs, outputs) in enumerate(itertools.pairwise(sizes), start=1):
        shapes |= {f"w{number}": (inputs, outputs), f"b{number}": (outputs,)}
    _demand(record.parameter_shapes == shapes, "its network has other shapes")
    _demand(_is_count(record.steps) and record.steps % len(record.epochs) == 0, "its steps are not counted")
    for name in ("initial_weights", "batch_order"):
        _demand(bool(DIGEST.fullmatch(getattr(evidence, name))), f"{name} is no digest")
    for name in ("samples", "distinct", "validation_images", "validation_distinct"):
        _demand(_is_count(getattr(evidence, name)), f"{name} is no count")
    _demand(evidence.validation_images == len(splits.validation), "it was validated with other images")
    scale = evidence.gradient_scale
    _demand(isinstance(scale, Mapping) and set(scale) <= set(shapes), "its gradients are of other parameters")
    _demand(all(type(value) is float for value in scale.values()), "its gradients are no numbers")
    _demand(type(evidence.test_readings) in (int, float), "test_readings is no number")
    _demand(type(evidence.chosen_by) is str and len(evidence.chosen_by) < 100, "chosen_by is no text")
    accuracy: Any = evidence.validation_accuracy
    _demand((accuracy is None) == record.diverged, "its validation accuracy is there, or not")
    _demand(accuracy is None or (type(accuracy) is float and 0 <= accuracy <= 1), "an accuracy is none")
    _demand(record.engine_proof is None, "it proves its own engine")


def _is_count(value: object) -> bool:
    return type(value) is int and value > 0


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise MalformedRecordError(otherwise)
