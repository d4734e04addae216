"""Results computed again from what they came from: the metrics of every epoch and the confusion matrix."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from reportgen.analysis.best_epoch import chosen_by, costs
from reportgen.analysis.results import rows
from reportgen.records.run_folder import TRIAL_COLUMNS, RunRecords

AT_BEST_EPOCH = (
    "training_loss", "training_accuracy", "validation_loss", "validation_accuracy", "l2_term",
)  # fmt: skip


def against_metrics(records: RunRecords) -> Iterator[str]:
    """Yield where results.csv is not what metrics.csv gives: best epochs, their metrics, lengths, times."""
    by_trial = dict(list(records.epochs.groupby(list(TRIAL_COLUMNS), sort=False)))
    results = rows(records.results)
    yield from _lonely("metrics.csv", set(by_trial), results)
    for row, trial in zip(results, records.manifest.trials, strict=False):
        epochs = by_trial.get(_key(row))
        if epochs is not None:
            yield from _differing("results.csv", row, _of_epochs(epochs, chosen_by(trial)))


def against_confusion(records: RunRecords) -> Iterator[str]:
    """Yield where results.csv is not what confusion.csv gives: right answers, test images, test accuracy."""
    by_trial = dict(list(records.confusion.groupby(list(TRIAL_COLUMNS), sort=False)))
    finished = [row for row in rows(records.results) if row["status"] == "finished"]
    yield from _lonely("confusion.csv", set(by_trial), finished)
    for row in finished:
        cells = by_trial.get(_key(row))
        if cells is not None:
            correct = int(cells.loc[cells["true"] == cells["predicted"], "images"].sum())
            images = int(cells["images"].sum())
            expected = {"test_correct": correct, "test_images": images, "test_accuracy": correct / images}
            yield from _differing("results.csv", row, expected)


def against_answers(records: RunRecords) -> Iterator[str]:
    """Yield where results.csv is not what answers.npz gives: right answers and test images of every trial."""
    assert records.answers is not None, "asked for only where they are there"
    results = rows(records.results)
    by_row = records.answers.by_row(records.results["seed"])
    for number, row in enumerate(results):
        if row["status"] == "finished":
            right = by_row.pop(number, None)
            if right is None:
                yield f"answers.npz: lacks {_name(row)}, which is in results.csv"
            else:
                expected = {"test_correct": int(right.correct.sum()), "test_images": len(right.correct)}
                yield from _differing("results.csv", row, expected)
    if by_row:
        yield f"answers.npz: has {len(by_row)} trials that did not finish, or are not in results.csv"


def against_manifest(records: RunRecords) -> Iterator[str]:
    """Yield where the tables are not about the trials, classes and images that manifest.json names."""
    manifest, results = records.manifest, rows(records.results)
    planned = [(trial.setup.stage, trial.setup.label, trial.seed) for trial in manifest.trials]
    if planned != [_key(row) for row in results]:
        yield "results.csv: its trials are not those of manifest.json, in their order"
        return
    for row, trial in zip(results, manifest.trials, strict=True):
        expected = {
            "optimizer": trial.setup.optimizer,
            "learning_rate": trial.setup.learning_rate,
            "hidden": "-".join(map(str, trial.setup.hidden)),
        }
        yield from _differing("results.csv", row, expected)
    classes, counts = manifest.data.classes, manifest.data.images_by_class.test
    for column in ("true", "predicted"):
        if len(records.confusion) and set(records.confusion[column]) != set(classes):
            yield f"confusion.csv: the classes in its column {column} are not those of manifest.json"
    normal = [not trial.defects.test_images_from_training_file for trial in manifest.trials]
    of_source = not manifest.experiment.settings.defects.test_images_from_training_file
    for row, own_images in zip(results, normal, strict=True):
        if own_images is of_source and row["status"] == "finished" and row["test_images"] != sum(counts):
            yield f"results.csv: {_name(row)}: test_images is {row['test_images']:.0f}, not {sum(counts)}"


def _of_epochs(epochs: pd.DataFrame, by: str) -> dict[str, Any]:
    """What a trial's epochs say of it, in the columns of results.csv."""
    last = epochs.iloc[-1]
    diverged = not math.isfinite(last["training_loss"] + last["validation_loss"] + last["l2_term"])
    expected: dict[str, Any] = {
        "status": "diverged" if diverged else "finished",
        "epochs": len(epochs),
        "seconds": float(epochs["seconds"].sum()),
    }
    if diverged:
        return expected | dict.fromkeys(("best_epoch", *AT_BEST_EPOCH), math.nan)
    best = epochs.iloc[int(costs(epochs, by).argmin())]  # the first of equals
    return expected | {"best_epoch": best["epoch"], **{name: best[name] for name in AT_BEST_EPOCH}}


def _lonely(file: str, there: set[Any], results: list[dict[str, Any]]) -> Iterator[str]:
    """Trials that only one of the two tables has."""
    wanted = {_key(row): row for row in results}
    for key in sorted(there - set(wanted), key=str):
        yield f"results.csv: lacks {' '.join(map(str, key))}, which is in {file}"
    for key, row in wanted.items():
        if key not in there:
            yield f"{file}: lacks {_name(row)}, which is in results.csv"


def _differing(file: str, row: dict[str, Any], expected: dict[str, Any]) -> Iterator[str]:
    for name, value in expected.items():
        if not _same(row[name], value):
            yield f"{file}: {_name(row)}: {name} is {row[name]}, computed again it is {value}"


def _same(given: Any, expected: Any) -> bool:
    """Whether two values are equal, numbers but for the rounding of a sum."""
    if isinstance(given, str) or isinstance(expected, str):
        return bool(given == expected)
    if math.isnan(given) or math.isnan(expected):
        return math.isnan(given) and math.isnan(expected)
    return math.isclose(given, expected, rel_tol=1e-9, abs_tol=1e-12)


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in TRIAL_COLUMNS)


def _name(row: dict[str, Any]) -> str:
    return f"{row['setup']} ({row['stage']}) with seed {row['seed']}"
