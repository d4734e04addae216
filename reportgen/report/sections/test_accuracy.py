"""The section on the test set: accuracy, classes, confusion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportgen.analysis.classes import confusion_matrix
from reportgen.analysis.results import best_on_validation, finished, of_stage
from reportgen.experiment.stages import COMPARISON, TUNED
from reportgen.records.run_folder import RunRecords
from reportgen.report.figures.confusion import confusion
from reportgen.report.figures.style import NARROW
from reportgen.report.figures.svg import drawn
from reportgen.report.sections.classes import classes_block, spread_sentence
from reportgen.report.sections.comparison import Compared
from reportgen.report.sections.insight import examples_block
from reportgen.report.sections.section import Claim, Section, claim_row, claim_sentences
from reportgen.report.sections.sentences import test_sentences
from reportgen.report.sections.sources_of_variance import claim_variance, variance_block
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, together
from reportgen.report.words.labels import figure_labels

FEW_CLASSES = 10
MOST_SEEDS = 10
"""Seeds whose results the section tells one by one; those of more are in the attached results.csv."""
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
            *claim_seeds(results, t),
            *claim_variance(variance),
            *claim_sentences("accuracy of classes", classes_sentences(records, results, matrix, t)),
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
    seeds = len(results)
    return {
        "sentences": test_sentences(results, t),
        "seeds": seed_columns(results) if 1 < seeds <= MOST_SEEDS else None,
        "classes": together(classes_sentences(records, results, matrix, t), "list.sentences", t),
        "confusion_caption": t("test.confusion_caption_one")
        if seeds == 1
        else t("test.confusion_caption_many", n=seeds),
        "confusion": drawn(
            confusion,
            matrix,
            classes,
            figure_labels(t),
            prefix="confusion",
            narrow=partial(confusion, width=NARROW) if len(classes) <= FEW_CLASSES else None,
        ),
        "alt": alt,
        # in the confusion of few classes the accuracy of each can be read
        "by_class": classes_block(records.confusion, results, t) if len(classes) > FEW_CLASSES else None,
        "examples": examples_block(records, int(results["seed"].iloc[0]), t) if tuned else None,
    }


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


def seed_columns(results: pd.DataFrame) -> dict[str, list[str]]:
    """Return what each trial got right, and its accuracy, a column for each seed.

    Args:
        results: Of tested.
    """
    return {
        "seeds": [str(seed) for seed in results["seed"]],
        "correct": [numbers.whole(correct) for correct in results["test_correct"]],
        "accuracy": [numbers.percent(accuracy) for accuracy in results["test_accuracy"]],
    }


def claim_seeds(results: pd.DataFrame, t: Catalogue) -> Iterator[Claim]:
    """Yield the claims of the table of seeds, where there is one.

    Args:
        results: Of tested.
        t: The words, in the report's languages.
    """
    if 1 < len(results) <= MOST_SEEDS:
        columns = seed_columns(results)
        for name in ("correct", "accuracy"):
            yield claim_row("test accuracy of every seed", t(f"column.{name}"), *columns[name])


def classes_sentences(
    records: RunRecords, results: pd.DataFrame, matrix: Matrix, t: Catalogue
) -> list[Phrase]:
    """Return which classes are told best and worst, which differs most between seeds, and what is confused.

    Args:
        records: Of the run.
        results: Of tested.
        matrix: Mean counts (classes, classes): true classes in rows, told ones in columns.
        t: The words, in the report's languages.
    """
    classes = records.manifest.data.classes
    confused = confused_sentence(matrix, classes, len(results), t)
    spread = spread_sentence(records.confusion, results, t)
    return [
        extremes_sentence(matrix, classes, t),
        *([spread] if spread else []),
        *([confused] if confused else []),
    ]


def extremes_sentence(matrix: Matrix, classes: Sequence[str], t: Catalogue) -> Phrase:
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
    return t("test.extremes", **values)


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
