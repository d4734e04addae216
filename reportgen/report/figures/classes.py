"""The figure of how well each class is told, seed by seed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reportgen.report.figures.style import WIDTH

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ONE, ALL = "#2f6fd0", "#2b303a"


def class_accuracies(table: pd.DataFrame, words: Mapping[str, str]) -> Figure:
    """Return a line for each class, the best at the top: a dot for every seed, a bar at their mean.

    Args:
        table: Classes (in order) by seeds, shares.
        words: The label accuracy.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    figure = Figure(figsize=(WIDTH, 0.55 + 0.19 * len(table)))
    panel = figure.subplots()
    for row, (_, shares) in enumerate(table.iterrows()):
        values = shares.to_numpy(dtype=float)
        panel.plot(values, np.full(len(values), row), "o", color=ONE, alpha=0.5, markersize=3.6,
                   markeredgewidth=0)  # fmt: skip
        panel.plot([np.nanmean(values)] * 2, [row - 0.32, row + 0.32], color=ALL, linewidth=1.6)
    panel.set_yticks(range(len(table)), list(table.index))
    panel.set_ylim(len(table) - 0.4, -0.6)
    panel.xaxis.set_major_formatter(PercentFormatter(1, 0))
    panel.set_xlabel(words["accuracy"])
    return figure
