"""How well each class is told by each seed, and how far apart classes and seeds are."""

from __future__ import annotations

from typing import Any

import pandas as pd

from reportgen.analysis.classes import by_class
from reportgen.report.figures.classes import class_accuracies
from reportgen.report.figures.svg import drawn
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase
from reportgen.report.words.labels import figure_labels

MOST = 30


def classes_block(confusion: pd.DataFrame, results: pd.DataFrame, t: Catalogue) -> dict[str, Any] | None:
    """Return the figure of the classes, by their accuracy.

    Args:
        confusion: The table confusion.csv, of all trials.
        results: The rows of results.csv of the trials that the section is about.
        t: The words, in the report's languages.

    Returns:
        What the template shows; None for fewer than three classes with images, or too many.
    """
    table = by_class(confusion, results)
    if not 3 <= len(table) <= MOST:
        return None
    values = "; ".join(f"{name} {numbers.percent(mean)}" for name, mean in table.mean(axis=1).items())
    alt = t("alt.classes", values=values)
    return {
        "alt": alt,
        "figure": drawn(class_accuracies, table, figure_labels(t), prefix="class-accuracy"),
    }


def spread_sentence(confusion: pd.DataFrame, results: pd.DataFrame, t: Catalogue) -> Phrase | None:
    """Return the class whose accuracy differs most between the seeds; None for one seed.

    Args:
        confusion: The table confusion.csv, of all trials.
        results: The rows of results.csv of the trials that the section is about.
        t: The words, in the report's languages.
    """
    table = by_class(confusion, results)
    spreads = table.max(axis=1) - table.min(axis=1)
    if table.shape[1] < 2 or not spreads.max() > 0:
        return None
    spread = numbers.decimals(100 * spreads.max(), 1)
    return t("test.classes_spread", n=table.shape[1], name=spreads.idxmax(), spread=spread)
