"""How well each class is told by each seed, and how far apart classes and seeds are."""

from __future__ import annotations

from typing import Any

import pandas as pd

from reportgen.analysis.classes import by_class
from reportgen.report.figures.classes import class_accuracies
from reportgen.report.figures.svg import drawn
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue
from reportgen.report.words.labels import figure_labels

MOST = 30


def classes_block(confusion: pd.DataFrame, results: pd.DataFrame, t: Catalogue) -> dict[str, Any] | None:
    """Return the figure of the classes and its sentence.

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
    means, spreads = table.mean(axis=1), table.max(axis=1) - table.min(axis=1)
    values = "; ".join(f"{name} {numbers.percent(mean)}" for name, mean in means.items())
    alt = t("alt.classes", values=values)
    facts = {"gap": f"{100 * (means.iloc[0] - means.iloc[-1]):.1f}", "n": table.shape[1]}
    text = "test.classes_text_one"
    if table.shape[1] > 1:
        text = "test.classes_text"
        facts |= {"name": spreads.idxmax(), "spread": f"{100 * spreads.max():.1f}"}
    else:
        del facts["n"]
    return {
        "text": text,
        "facts": facts,
        "alt": alt,
        "figure": drawn(
            class_accuracies, table, figure_labels(t), prefix="class-accuracy", description=alt.plain()
        ),
    }
