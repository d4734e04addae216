"""The section on the test set: accuracy, classes, confusion."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportgen.analysis.classes import confusion_matrix
from reportgen.analysis.results import best_on_validation, finished, of_stage, rows
from reportgen.experiment.stages import COMPARISON, TUNED
from reportgen.records.manifest import Data
from reportgen.records.run_folder import RunRecords
from reportgen.report.figures.confusion import confusion
from reportgen.report.figures.svg import drawn
from reportgen.report.sections.classes import classes_block
from reportgen.report.sections.comparison import Compared
from reportgen.report.sections.insight import examples_block
from reportgen.report.sections.section import Claim, Section, claim_row, claim_sentences
from reportgen.report.sections.sentences import test_sentences
from reportgen.report.sections.sources_of_variance import claim_variance, variance_block
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, together
from reportgen.report.words.labels import figure_labels

CLASSES_IN_TABLES = 30  # with more classes, only the extremes are named
Matrix = NDArray[np.float64]


def test_section(records: RunRecords, compared: Compared | None, t: Catalogue) -> Section:
    """Return the section on the test set; it is left out where no trial finished.

    Args:
        records: Of the run.
        compared: The comparison that the first page is about; None where a run has none.
        t: The words, in the report's languages.
    """
    results = tested(of_stage(records.results, COMPARISON), of_stage(records.results, TUNED))
    if results.empty:
        return Section("test_accuracy", lambda: {"test": None}, shown=False)
    classes = records.manifest.data.classes
    matrix = confusion_matrix(records.confusion, results, classes)
    variance = variance_block(records, compared, t)
    return Section(
        "test_accuracy",
        lambda: {"test": {**describe_test(records, results, matrix, t), "variance": variance}},
        (
            *claim_sentences("test accuracy", test_sentences(results, t)),
            *(Claim("test accuracy", line) for line in seed_lines(results, records.manifest.data)),
            *claim_variance(variance),
            *(
                claim_row("accuracy of every class", *row.values())
                for row in class_rows(matrix, classes)[:CLASSES_IN_TABLES]
            ),
        ),
    )


def describe_test(records: RunRecords, results: pd.DataFrame, matrix: Matrix, t: Catalogue) -> dict[str, Any]:
    """Return the test result of the tuned setup (or of the best one compared, where nothing was tuned).

    Args:
        records: Of the run.
        results: Of tested.
        matrix: Of confusion_matrix (classes, classes): true classes in rows, told ones in columns.
        t: The words, in the report's languages.
    """
    tuned = results["stage"].iloc[0] == TUNED
    classes = records.manifest.data.classes
    alt = t("alt.confusion", values=confusion_in_words(matrix, classes))
    per_class = class_rows(matrix, classes)
    seeds = len(results)
    return {
        "sentences": test_sentences(results, t),
        "lines": seed_lines(results, records.manifest.data),
        "per_class": per_class[:CLASSES_IN_TABLES],
        "extremes": extremes(matrix, classes, t),
        "confused": confused_sentence(matrix, classes, seeds, t),
        **captions(seeds, t),
        "confusion": drawn(
            confusion, matrix, classes, figure_labels(t), prefix="confusion", description=alt.plain()
        ),
        "alt": alt,
        "by_class": classes_block(records.confusion, results, t),
        "examples": examples_block(records, int(results["seed"].iloc[0]), t) if tuned else None,
    }


def captions(seeds: int, t: Catalogue) -> dict[str, Phrase]:
    """Return the captions of the table and the figure of classes.

    They say over how many seeds their numbers are means.

    Args:
        seeds: How many seeds there are.
        t: The words, in the report's languages.
    """
    if seeds == 1:
        table, figure = t("test.per_class_caption_one"), t("test.confusion_caption_one")
    else:
        table = t("test.per_class_caption_many", n=seeds)
        figure = t("test.confusion_caption_many", n=seeds)
    return {"per_class_caption": table, "confusion_caption": figure}


def confusion_in_words(matrix: Matrix, classes: Sequence[str]) -> str:
    """Return, for each class, how many images there are, and what most of them were taken for but itself.

    Args:
        matrix: Mean counts (classes, classes): true classes in rows, told ones in columns.
        classes: The names of the classes.
    """
    descriptions = []
    for index, name in enumerate(classes):
        row = matrix[index].copy()
        right, total, row[index] = row[index], row.sum(), 0
        most = f", {numbers.mean_count(row.max())} {classes[int(row.argmax())]}" if row.any() else ""
        descriptions.append(f"{name} {numbers.mean_count(right)}/{numbers.mean_count(total)}{most}")
    return "; ".join(descriptions)


def tested(comparison: pd.DataFrame, tuned: pd.DataFrame) -> pd.DataFrame:
    """Return the finished trials that the section is about; no rows where none finished.

    Args:
        comparison: The rows of results.csv of the comparison.
        tuned: The rows of results.csv of the tuned training.
    """
    results = finished(tuned if len(tuned) else comparison)
    best = None if len(tuned) else best_on_validation(comparison)
    return results if best is None else results[results["setup"] == best]


def seed_lines(results: pd.DataFrame, data: Data) -> list[str]:
    """Return what each trial got right, as the homework prints it.

    Args:
        results: Of tested.
        data: Images or rows.
    """
    things = "rows" if data.columns else "images"
    return [
        f"Seed {row['seed']}: got {row['test_correct']:.0f} correct predictions in"
        f" {row['test_images']:.0f} test {things}, accuracy: {numbers.percent(row['test_accuracy'])}"
        for row in rows(results)
    ]


def class_rows(matrix: Matrix, classes: Sequence[str]) -> list[dict[str, str]]:
    """Return each class's number of test images, right answers (the mean over seeds) and accuracy.

    Args:
        matrix: Mean counts (classes, classes): true classes in rows, told ones in columns.
        classes: The names of the classes.
    """
    return [
        {
            "name": name,
            "images": numbers.mean_count(total),
            "correct": numbers.mean_count(right),
            "accuracy": numbers.percent(right / total if total else math.nan),
        }
        for name, right, total in zip(classes, matrix.diagonal(), matrix.sum(axis=1), strict=True)
    ]


def extremes(matrix: Matrix, classes: Sequence[str], t: Catalogue) -> dict[str, object]:
    """Return the classes that are told best and those that are told worst, of those with test images.

    Args:
        matrix: Mean counts (classes, classes): true classes in rows, told ones in columns.
        classes: The names of the classes.
        t: The words, in the report's languages.
    """
    totals = matrix.sum(axis=1)
    there = np.flatnonzero(totals)
    shares = matrix.diagonal()[there] / totals[there]
    values: dict[str, object] = {}
    for name, share in (("best", shares.max()), ("worst", shares.min())):
        alike = there[np.isclose(shares, share, rtol=0, atol=1e-12)]
        values |= {name: quoted([classes[index] for index in alike], t)}
        values |= {f"{name}_accuracy": numbers.percent(share)}
    return values


def quoted(names: Sequence[str], t: Catalogue) -> Phrase:
    """Return names of classes, each in quotation marks.

    Args:
        names: Of the classes.
        t: The words, in the report's languages.
    """
    return together([t("list.quoted", name=name) for name in names], "list.names", t)


def confused_sentence(matrix: Matrix, classes: Sequence[str], seeds: int, t: Catalogue) -> Phrase | None:
    """Return the most frequent mistake, as a share of the images that it could be made on; None without.

    Args:
        matrix: Mean counts (classes, classes): true classes in rows, told ones in columns.
        classes: The names of the classes.
        seeds: How many seeds the counts are means of.
        t: The words, in the report's languages.
    """
    wrong = matrix.copy()
    np.fill_diagonal(wrong, 0)
    if not wrong.any():
        return None
    true, predicted = divmod(int(wrong.argmax()), len(classes))
    images = matrix[true].sum()
    words: dict[str, object] = {
        "true": classes[true],
        "predicted": classes[predicted],
        "share": numbers.percent(wrong.max() / images, 1),
        "wrong": numbers.mean_count(wrong.max()),
        "images": numbers.mean_count(images),
    }
    return t("test.confused_many", **words, n=seeds) if seeds > 1 else t("test.confused_one", **words)
