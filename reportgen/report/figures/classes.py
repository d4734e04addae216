"""The figure of how well each class is told, seed by seed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reportgen.report.figures.drawing import beside_each_other
from reportgen.report.figures.marks import GREY, INK
from reportgen.report.figures.style import COLUMN
from reportgen.report.figures.ticks import write_ticks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROW = 0.2
"""Inches: the height of a row."""
MANY_SEEDS = 12
"""Of more, dots are small."""


def class_accuracies(table: pd.DataFrame, words: Mapping[str, str]) -> Figure:
    """Return a line for each class, the best at the top: a dot for every seed, a bar at their mean.

    Args:
        table: Classes (in order) by seeds, shares.
        words: The label accuracy.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(COLUMN, 0.55 + ROW * len(table)))
    panel = figure.subplots()
    many = table.shape[1] > MANY_SEEDS
    size, edge = (2.0, 0.0) if many else (3.4, 0.4)
    reach = float(np.nanmax(table.to_numpy()) - np.nanmin(table.to_numpy()))
    for row, (_, shares) in enumerate(table.iterrows()):
        values = np.sort(shares.dropna().to_numpy(dtype=float))
        places = row + beside_each_other(values, within=reach / 100, room=0.7)
        panel.plot([values.mean()] * 2, [row - 0.4, row + 0.4], color=INK, linewidth=1.6)
        panel.plot(
            values, places, "o", color=GREY, markersize=size, markeredgecolor="white", markeredgewidth=edge
        )
    panel.set_yticks(range(len(table)), list(table.index))
    panel.set_ylim(len(table) - 0.4, -0.6)
    write_ticks(panel, "x", share=True)
    panel.set_xlabel(words["accuracy"])
    return figure
