"""What the section on the data says of a table's columns: their ranges and distributions."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from reportgen.records.manifest import Data, TableColumn
from reportgen.report.figures.distributions import distributions
from reportgen.report.figures.svg import drawn
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase
from reportgen.report.words.labels import figure_labels

PANELS = 12
"""Columns that the figure shows."""
NAMES = 5
"""Categories that the table names."""


def columns_block(data: Data, t: Catalogue) -> dict[str, Any] | None:
    """Return the columns as rows of a table, and how many are in it and in the figure; None for images.

    Args:
        data: As the manifest describes them.
        t: The words, in the report's languages.
    """
    if not data.columns:
        return None
    return {
        "shown": numbers.whole(len(data.columns)),
        "drawn": numbers.whole(len(drawn_columns(data))),
        "all": numbers.whole(data.numeric_columns + data.categorical_columns),
        "rows": [
            {
                "name": column.name,
                "kind": t("data.numeric" if column.seen is None else "data.categorical"),
                "range": column_range(column),
                "empty": numbers.whole(column.empty),
            }
            for column in data.columns
        ],
    }


def column_range(column: TableColumn) -> str:
    """Return what the training rows have in a column: mean ± deviation [least, greatest], or categories."""
    if column.seen is not None:
        more = ", …" if column.seen > NAMES else ""
        return f"{numbers.whole(column.seen)}: {', '.join(column.categories[:NAMES])}{more}"
    if column.mean is None or column.std is None or column.minimum is None or column.maximum is None:
        return "–"
    return f"{column.mean:.4g} ± {column.std:.4g} [{column.minimum:.4g}, {column.maximum:.4g}]"


def drawn_columns(data: Data) -> list[TableColumn]:
    """Return the first columns of which there is something to draw."""
    return [column for column in data.columns if column.counts][:PANELS]


def distributions_figure(data: Data, t: Catalogue) -> tuple[Markup, Phrase]:
    """Return the figure of the columns, and its alternative text.

    Args:
        data: As the manifest describes them.
        t: The words, in the report's languages.
    """
    columns = drawn_columns(data)
    apart = len(data.classes) if all(len(column.counts) > 1 for column in columns) else 1
    classes = list(data.classes) if apart > 1 else [t("data.all_classes").label()]
    values = "; ".join(f"{column.name} {column_range(column)}" for column in columns)
    alt = t("alt.distributions", values=values)
    given = [
        {
            "name": column.name,
            "edges": list(column.edges),
            "categories": list(column.categories),
            "counts": [list(counts) for counts in column.counts],
        }
        for column in columns
    ]
    labels = figure_labels(t)
    return drawn(distributions, given, classes, labels, prefix="distributions"), alt
