"""What a manifest says of a table's columns: their ranges, and how they are distributed among the classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.data import Column, Encoding, Splits

COLUMNS = 24
"""So many are described; a report of more would be a table of tables."""
CATEGORIES = 12
"""So many of a column are counted by name, the most frequent ones."""
CLASSES_APART = 6
"""With more, all are counted together."""
INTERVALS = 20
DIGITS = 6


def describe_table(splits: Splits, *, of_all: bool = False) -> dict[str, Any]:
    """Describe the columns of a table on the rows to train on.

    Args:
        splits: Of the data.
        of_all: Whether there is a feature for every category of the table, seen in these rows or not.

    Returns:
        The number of columns of each kind, the number of features that they become, and the first columns.
    """
    rows, labels = splits.train.inputs, splits.train.labels
    encoding = Encoding.of(splits.columns, rows, of_all=of_all)
    categorical = sum(column.categories is not None for column in splits.columns)
    others = np.concatenate([splits.validation.inputs, splits.test.inputs])
    empty = np.isnan(np.concatenate([rows, others])).sum(axis=0)
    classes = int(labels.max()) + 1
    groups = labels if classes <= CLASSES_APART else np.zeros_like(labels)
    described = []
    for number, column in enumerate(splits.columns[:COLUMNS]):
        values = rows[:, number]
        there = ~np.isnan(values)
        kind = _numbers if column.categories is None else _categories
        described.append(
            {
                "name": column.name,
                "empty": int(empty[number]),
                **kind(column, values[there], groups[there], int(groups.max()) + 1),
            }
        )
    return {
        "numeric_columns": len(splits.columns) - categorical,
        "categorical_columns": categorical,
        "features": encoding.size,
        "columns": described,
    }


def _numbers(_: Column, values: NDArray[np.float64], groups: NDArray[np.int64], count: int) -> dict[str, Any]:
    if not len(values):
        return {}
    low, high = float(values.min()), float(values.max())
    edges = np.linspace(low, high, INTERVALS + 1) if high > low else np.array([low - 0.5, low + 0.5])
    return {
        "mean": _rounded(values.mean()),
        "std": _rounded(values.std()),
        "minimum": _rounded(low),
        "maximum": _rounded(high),
        "edges": [_rounded(edge) for edge in edges],
        "counts": [np.histogram(values[groups == group], edges)[0].tolist() for group in range(count)],
    }


def _categories(
    column: Column, values: NDArray[np.float64], groups: NDArray[np.int64], count: int
) -> dict[str, Any]:
    names = column.categories or ()
    codes = values.astype(np.int64)
    totals = np.bincount(codes, minlength=len(names))
    most = np.argsort(-totals, kind="stable")[:CATEGORIES]
    shown = most[totals[most] > 0]
    return {
        "seen": int(np.count_nonzero(totals)),
        "categories": [names[code] for code in shown],
        "counts": [
            np.bincount(codes[groups == group], minlength=len(names))[shown].tolist()
            for group in range(count)
        ],
    }


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
