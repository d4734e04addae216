"""The section on the test set: accuracy, classes, confusion."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportgen.analysis.findings import best_on_validation
from reportgen.report import figures, numbers
from reportgen.report.catalogue import Catalogue
from reportgen.report.classes import classes_block
from reportgen.report.insight import examples_block
from reportgen.report.sentences import test_sentences
from reportgen.report.settings import words
from reportgen.report.svg import drawn
from reportgen.report.tables import finished, rows
from reportgen.runs.store import RunRecords

CLASSES_IN_TABLES = 30  # with more classes, only the extremes are named
Matrix = NDArray[np.int64]


def test_section(
    records: RunRecords, comparison: pd.DataFrame, tuned: pd.DataFrame, t: Catalogue
) -> dict[str, Any] | None:
    """The test result of the tuned setup (or of the best one compared, where nothing was tuned)."""
    results = tested(comparison, tuned)
    if results.empty:
        return None
    classes = records.manifest["data"]["classes"]
    matrix = confusion_matrix(records.confusion, results, classes)
    alt = t("alt.confusion", values=confusion_in_words(matrix, classes))
    per_class = class_rows(matrix, classes)
    return {
        "sentences": test_sentences(results, t),
        "lines": seed_lines(results),
        "per_class": per_class[:CLASSES_IN_TABLES],
        "extremes": extremes(matrix, classes),
        "confused": most_confused(matrix, classes),
        "confusion": drawn(
            figures.confusion, matrix, classes, words(t), prefix="confusion", description=alt.plain()
        ),
        "alt": alt,
        "by_class": classes_block(records.confusion, results, t),
        "examples": examples_block(records, int(results["seed"].iloc[0])) if len(tuned) else None,
    }


def confusion_in_words(matrix: Matrix, classes: Sequence[str]) -> str:
    """For each class, how many images there are, and what most of them were taken for but itself."""
    said = []
    for place, name in enumerate(classes):
        row = matrix[place].copy()
        right, total, row[place] = int(row[place]), int(row.sum()), 0
        most = f", {row.max()} {classes[int(row.argmax())]}" if row.any() else ""
        said.append(f"{name} {right}/{total}{most}")
    return "; ".join(said)


def tested(comparison: pd.DataFrame, tuned: pd.DataFrame) -> pd.DataFrame:
    """The finished trials that the section is about; no rows where none finished."""
    results = finished(tuned if len(tuned) else comparison)
    best = None if len(tuned) else best_on_validation(comparison)
    return results if best is None else results[results["setup"] == best]


def seed_lines(results: pd.DataFrame) -> list[str]:
    """What each trial got right, as the homework prints it."""
    return [
        f"Seed {row['seed']}: got {row['test_correct']:.0f} correct predictions in"
        f" {row['test_images']:.0f} test images, accuracy: {numbers.percent(row['test_accuracy'])}"
        for row in rows(results)
    ]


def confusion_matrix(confusion: pd.DataFrame, results: pd.DataFrame, classes: Sequence[str]) -> Matrix:
    """The confusion matrix (K, K) added up over the trials in results."""
    chosen = confusion[
        (confusion["stage"] == results["stage"].iloc[0]) & (confusion["setup"] == results["setup"].iloc[0])
    ]
    table = chosen.pivot_table(index="true", columns="predicted", values="images", aggfunc="sum")
    matrix: Matrix = table.loc[list(classes), list(classes)].to_numpy(dtype=np.int64)
    return matrix


def class_rows(matrix: Matrix, classes: Sequence[str]) -> list[dict[str, str]]:
    """Each class's number of test images, right answers and accuracy."""
    return [
        {
            "name": name,
            "images": numbers.whole(total),
            "correct": numbers.whole(right),
            "accuracy": numbers.percent(right / total if total else math.nan),
        }
        for name, right, total in zip(classes, matrix.diagonal(), matrix.sum(axis=1), strict=True)
    ]


def extremes(matrix: Matrix, classes: Sequence[str]) -> dict[str, str]:
    """The class that is told best and the one that is told worst, of those with test images."""
    totals = matrix.sum(axis=1)
    there = np.flatnonzero(totals)
    shares = matrix.diagonal()[there] / totals[there]
    best, worst = there[shares.argmax()], there[shares.argmin()]
    return {
        "best": classes[best],
        "best_accuracy": numbers.percent(shares.max()),
        "worst": classes[worst],
        "worst_accuracy": numbers.percent(shares.min()),
    }


def most_confused(matrix: Matrix, classes: Sequence[str]) -> dict[str, str] | None:
    """The most frequent mistake, or None where there is none."""
    wrong = matrix.copy()
    np.fill_diagonal(wrong, 0)
    if not wrong.any():
        return None
    true, predicted = divmod(int(wrong.argmax()), len(classes))
    return {"true": classes[true], "predicted": classes[predicted], "images": numbers.whole(wrong.max())}
