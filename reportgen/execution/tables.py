"""Records as tables: one row an epoch, one row a trial, one row a cell of a confusion matrix."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:  # the training room imports torch, which a report can do without
    from reportgen.optim.about import Value
from reportgen.training import EpochRow, Record


def epochs_table(records: Sequence[Record]) -> pd.DataFrame:
    """Return metrics.csv: the metrics of every epoch of every trial. Losses are mean cross-entropies."""
    return pd.DataFrame(
        [
            {"stage": r.trial.setup.stage, "setup": r.trial.setup.label, "seed": r.trial.seed, **asdict(row)}
            for r in records
            for row in r.epochs
        ]
    )


def results_table(records: Sequence[Record]) -> pd.DataFrame:
    """Return results.csv: the settings of every trial, its best epoch, and its test result.

    A diverged trial has no best epoch and no test result; its cells are empty.
    """
    return pd.DataFrame([_result(record) for record in records])


def confusion_table(records: Sequence[Record], classes: Sequence[str]) -> pd.DataFrame:
    """Return confusion.csv: how many test images of each true class were taken for each class, by trial.

    Args:
        records: Those of the trials.
        classes: Their names, in label order.
    """
    rows = [
        {
            "stage": record.trial.setup.stage,
            "setup": record.trial.setup.label,
            "seed": record.trial.seed,
            "true": true,
            "predicted": predicted,
            "images": int(record.test.confusion[i, j]),
        }
        for record in records
        if record.test is not None
        for i, true in enumerate(classes)
        for j, predicted in enumerate(classes)
    ]
    return pd.DataFrame(rows, columns=["stage", "setup", "seed", "true", "predicted", "images"])


def written(value: Value) -> str:
    """Return a hyperparameter as tables have it: without spaces, which separate one from the next."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return f"{value:g}"
        case tuple():
            return f"({','.join(f'{number:g}' for number in value)})"
    return value.replace(" ", "_")


def _result(record: Record) -> dict[str, object]:
    setup = record.trial.setup
    further = {
        name: value
        for name, value in setup.hyperparameters.items()
        if name != "learning_rate" and not (name == "weight_decay" and value == 0)
    }
    return {
        "stage": setup.stage,
        "setup": setup.label,
        "optimizer": setup.optimizer,
        "learning_rate": setup.learning_rate,
        "hyperparameters": " ".join(f"{name}={written(value)}" for name, value in further.items()),
        "hidden": "-".join(map(str, setup.hidden)),
        "batch_size": setup.batch_size,
        "l2": setup.l2,
        "seed": record.trial.seed,
        "status": "diverged" if record.diverged else "finished",
        "epochs": len(record.epochs),
        "best_epoch": record.best_epoch,
        **_at_best(record.best),
        **_test(record),
        "parameters": sum(math.prod(shape) for shape in record.parameter_shapes.values()),
        "steps": record.steps,
        "seconds": sum(row.seconds for row in record.epochs),
    }


def _at_best(row: EpochRow | None) -> dict[str, float | None]:
    names = ("training_loss", "training_accuracy", "validation_loss", "validation_accuracy", "l2_term")
    return {name: None if row is None else getattr(row, name) for name in names}


def _test(record: Record) -> dict[str, float | int | None]:
    if record.test is None:
        return {"test_loss": None, "test_accuracy": None, "test_correct": None, "test_images": None}
    correct, images = int(record.test.confusion.trace()), int(record.test.confusion.sum())
    return {
        "test_loss": record.test.loss,
        "test_accuracy": correct / images,
        "test_correct": correct,
        "test_images": images,
    }
