"""The figure of a confusion matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from reportgen.report.figures.drawing import frame_squares
from reportgen.report.figures.style import WIDTH
from reportgen.report.words import numbers

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MANY_CLASSES = 20  # above this, a confusion matrix has no room for numbers


def confusion(matrix: NDArray[np.float64], classes: Sequence[str], words: Mapping[str, str]) -> Figure:
    """Return how often each true class (row) was taken for each class (column), in per cent of the row.

    Args:
        matrix: Counts (classes, classes): true classes in rows, told ones in columns.
        classes: The names of the classes.
        words: The labels predicted and true.
    """
    from matplotlib.figure import Figure

    size = len(classes)
    side = min(WIDTH, 2.2 + 0.34 * size)
    figure = Figure(figsize=(side, side * 0.86))
    panel = figure.subplots()
    totals = matrix.sum(axis=1, keepdims=True)
    shares = matrix / np.where(totals > 0, totals, 1)
    panel.pcolormesh(shares, cmap="Blues", vmin=0, vmax=1, edgecolors="white", linewidth=0.8)
    if size <= MANY_CLASSES:
        for row, column in np.ndindex(size, size):
            if not matrix[row, column]:
                continue
            shade = "white" if shares[row, column] > 0.55 else "#2b303a"
            panel.text(
                column + 0.5,
                row + 0.5,
                numbers.mean_count(float(100 * shares[row, column])),
                ha="center",
                va="center",
                color=shade,
                fontsize=7,
            )
    places = np.arange(size) + 0.5
    panel.set_xticks(places, classes, rotation=45, ha="right", rotation_mode="anchor")
    panel.set_yticks(places, classes)
    panel.set_xlabel(words["predicted"])
    panel.set_ylabel(words["true"])
    frame_squares(panel, size)
    return figure
