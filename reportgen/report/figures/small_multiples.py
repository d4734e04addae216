"""Many setups as small multiples: a panel for each, with all the others in grey behind it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from reportgen.report.figures.marks import color
from reportgen.report.figures.style import WIDTH
from reportgen.report.figures.svg import SERIES

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
    setups: Sequence[str],
    background: Sequence[pd.Series[float]],
    draw: Callable[[Axes, int], None],
    *,
    x: str,
    y: str,
    steps: bool = False,
    numbers: Sequence[int] | None = None,
) -> tuple[Figure, list[Axes]]:
    """Return a figure with a panel for each setup, all on the same axes, and its panels.

    Args:
        setups: Their names.
        background: A line of each setup, which stands in grey in the panels of the others.
        draw: Draws the setup of this place among them into its panel.
        x: The label of the horizontal axis.
        y: The label of the vertical axis.
        steps: Whether the lines in grey go in steps.
        numbers: By which they have their looks; without, their places.
    """
    from matplotlib.figure import Figure

    rows = math.ceil(len(setups) / COLUMNS)
    figure = Figure(figsize=(WIDTH, 0.35 + ROW * rows))
    grid = list(figure.subplots(rows, COLUMNS, sharex=True, sharey=True, squeeze=False).flat)
    panels, spare = grid[: len(setups)], grid[len(setups) :]
    for place, (name, panel) in enumerate(zip(setups, panels, strict=True)):
        number = place if numbers is None else numbers[place]
        for other, line in enumerate(background):
            if other != place:
                few = line.iloc[:: max(1, math.ceil(len(line) / POINTS))]
                look = {"color": GREY, "linewidth": 0.5, "zorder": 1}
                panel.plot(few.index, few, drawstyle="steps-post" if steps else "default", **look)
        draw(panel, place)
        panel.set_title(name, color=color(number), fontsize=7.5, loc="left", pad=2, gid=f"{SERIES}{number}")
        panel.tick_params(labelsize=6.8)
    for panel in spare:
        panel.set_axis_off()
    # the panels above an empty place stand at the foot of their column
    for panel in panels[max(0, len(panels) - COLUMNS) :]:
        panel.tick_params(labelbottom=True)
    figure.supxlabel(x, fontsize=8)
    figure.supylabel(y, fontsize=8)
    return figure, panels
