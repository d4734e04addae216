"""The figure of a confusion matrix."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reportgen.report.figures.drawing import frame_squares
from reportgen.report.figures.style import COLUMN, WIDE
from reportgen.report.words import numbers

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MANY_CLASSES = 20  # above this, a confusion matrix has no room for numbers
FEW_CLASSES = 12  # up to here, they have room in the column of the text
RIGHT, GRID = "#e4e7eb", "#dfe2e7"
MISTAKES = ("#fdf0e6", "#fbdcc4", "#f7c299", "#ef9f66", "#dd7a3a", "#b9561b")
"""From rare to frequent: in steps, so that neighbours can be told apart."""
DARK = 4
"""From this step on, numbers are white."""
SHORT = 3  # letters of names that need not be turned


def confusion(
    matrix: NDArray[np.float64], classes: Sequence[str], words: Mapping[str, str], *, width: float = 0.0
) -> Figure:
    """Return how often each true class (row) was taken for each class (column), in per cent of the row.

    What is right is grey; the colours are those of the mistakes alone, darkest for the most frequent one.

    Args:
        matrix: Counts (classes, classes): true classes in rows, told ones in columns.
        classes: The names of the classes.
        words: The labels predicted and true.
        width: Of the figure, in inches; 0 for what so many classes need.
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    size = len(classes)
    width = width or (COLUMN if size <= FEW_CLASSES else WIDE)
    figure = Figure(figsize=(width, min(width * 0.86, 0.7 + 0.185 * size)))
    panel = figure.subplots()
    totals = matrix.sum(axis=1, keepdims=True)
    shares = matrix / np.where(totals > 0, totals, 1)
    most = np.where(np.eye(size, dtype=bool), 0, shares).max(initial=0)
    for row, column in zip(*np.nonzero(shares), strict=True):
        share = float(shares[row, column])
        step = math.ceil(share / most * len(MISTAKES)) - 1 if row != column else 0
        shade = RIGHT if row == column else MISTAKES[step]
        panel.add_patch(Rectangle((column, row), 1, 1, facecolor=shade, edgecolor="white", linewidth=0.8))
        if size <= MANY_CLASSES:
            panel.text(
                column + 0.5, row + 0.5, numbers.decimals(100 * share, 1), ha="center", va="center",
                color="white" if step >= DARK else "#2b303a", fontsize=6.8,
            )  # fmt: skip
    lines = np.arange(size + 1)
    panel.hlines(lines, 0, size, color=GRID, linewidth=0.4, zorder=0.5)
    panel.vlines(lines, 0, size, color=GRID, linewidth=0.4, zorder=0.5)
    places = np.arange(size) + 0.5
    short = max(map(len, classes)) <= SHORT
    turned: dict[str, Any] = {} if short else {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
    panel.set_xticks(places, classes, **turned)
    panel.set_yticks(places, classes)
    panel.set_xlabel(words["predicted"])
    panel.set_ylabel(words["true"])
    frame_squares(panel, size)
    return figure
