"""Many setups as small multiples: a panel for each, with all the others in grey behind it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from reportgen.report.figures.drawing import Series
from reportgen.report.figures.panels import wrapped
from reportgen.report.figures.style import WIDE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 4
ROW = 0.98
"""Inches: the height of a row of panels."""
GREY = "#b9c0c9"
POINTS = 40
"""Of a line in grey: it is there to be held against, not to be read."""


def small_multiples(
    series: Sequence[Series],
    background: Sequence[pd.Series[float]],
    draw: Callable[[Axes, int], object],
    *,
    x: str,
    y: str = "",
    steps: bool = False,
) -> tuple[Figure, list[Axes]]:
    """Return a figure with a panel for each setup, all on the same axes, and its panels.

    Args:
        series: Of the setups.
        background: A line of each setup, which stands in grey in the panels of the others.
        draw: Draws the setup of this place among them into its panel.
        x: The label of the horizontal axis.
        y: The label of the vertical axis, where it is known before all is drawn.
        steps: Whether the lines in grey go in steps.
    """
    from matplotlib.figure import Figure

    rows = math.ceil(len(series) / COLUMNS)
    figure = Figure(figsize=(WIDE, 0.35 + ROW * rows))
    grid = list(figure.subplots(rows, COLUMNS, sharex=True, sharey=True, squeeze=False).flat)
    panels, spare = grid[: len(series)], grid[len(series) :]
    for place, (own, panel) in enumerate(zip(series, panels, strict=True)):
        for other, line in enumerate(background):
            if other != place:
                few = line.iloc[:: max(1, math.ceil(len(line) / POINTS))]
                look = {"color": GREY, "linewidth": 0.5, "zorder": 1}
                panel.plot(few.index, few, drawstyle="steps-post" if steps else "default", **look)
        draw(panel, place)
        panel.set_title(wrapped(own.name), color=own.look.color, fontsize=7.5, loc="left", pad=2, gid=own.gid)
        panel.tick_params(labelsize=6.8)
    for panel in spare:
        panel.set_axis_off()
    # the panels above an empty place stand at the foot of their column
    for panel in panels[max(0, len(panels) - COLUMNS) :]:
        panel.tick_params(labelbottom=True)
    figure.supxlabel(x)
    if y:
        figure.supylabel(y)
    return figure, panels
