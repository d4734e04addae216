"""The figure of a table's columns: how their values are distributed in every class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reportgen.report.figures.drawing import legend_above, legend_name
from reportgen.report.figures.marks import numbered_look
from reportgen.report.figures.style import WIDE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ACROSS = 3
HEIGHT = 1.45
LONGEST = 22  # letters of a column's name above its panel
LONGEST_CATEGORY = 10
MOST_CATEGORIES = 6  # of a panel; the table has more


def distributions(
    columns: Sequence[Mapping[str, Any]], classes: Sequence[str], words: Mapping[str, str]
) -> Figure:
    """Return a panel for each column: outlines of its intervals, or bars of its categories, class by class.

    Args:
        columns: Name, edges of intervals or names of categories, and the counts of every class.
        classes: The names of the classes, as many as there are counts.
        words: The label share.
    """
    from matplotlib.figure import Figure

    rows = -(-len(columns) // ACROSS)
    figure = Figure(figsize=(WIDE, 0.3 + HEIGHT * rows))
    panels = figure.subplots(rows, min(ACROSS, len(columns)), squeeze=False).ravel()
    for place, panel in enumerate(panels):
        if place >= len(columns):
            panel.set_visible(False)
            continue
        column = columns[place]
        shares = _shares(column["counts"])
        if column["edges"]:
            _draw_numbers(panel, np.array(column["edges"]), shares)
        else:
            _draw_categories(panel, column["categories"], shares)
        panel.set_title(_cut(column["name"], LONGEST))
        panel.yaxis.set_major_formatter(_percent())
        panel.set_ylim(bottom=0)
    figure.supylabel(words["class_share"])
    if len(classes) > 1:
        legend_above(figure, *_keys(classes))
    return figure


def _shares(counts: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """Counts (K, B) as shares of each class; a class without any keeps its zeros."""
    table = np.array(counts, dtype=np.float64)
    shares: NDArray[np.float64] = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    return shares


def _draw_numbers(panel: Axes, edges: NDArray[np.float64], shares: NDArray[np.float64]) -> None:
    for number, heights in enumerate(shares):
        look = numbered_look(number)
        panel.stairs(heights, edges, color=look.color, linestyle=look.dashes, linewidth=1.2)
    panel.margins(x=0.02)


def _draw_categories(panel: Axes, names: Sequence[str], shares: NDArray[np.float64]) -> None:
    shown = names[:MOST_CATEGORIES]
    width = 0.8 / len(shares)
    for number, heights in enumerate(shares[:, : len(shown)]):
        places = np.arange(len(shown)) + (number - (len(shares) - 1) / 2) * width
        panel.bar(places, heights, width * 0.9, color=numbered_look(number).color)
    crowded = len(shown) > 3 or max(map(len, shown), default=0) > 6
    turned: dict[str, Any] = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"} if crowded else {}
    panel.set_xticks(range(len(shown)), [_cut(name, LONGEST_CATEGORY) for name in shown], **turned)
    panel.grid(visible=False, axis="x")


def _keys(classes: Sequence[str]) -> tuple[list[Any], list[str]]:
    from matplotlib.lines import Line2D

    looks = map(numbered_look, range(len(classes)))
    handles = [Line2D([], [], color=look.color, linestyle=look.dashes) for look in looks]
    return handles, [legend_name(name) for name in classes]


def _percent() -> Any:
    from matplotlib.ticker import PercentFormatter

    return PercentFormatter(1, 0)


def _cut(name: str, longest: int) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1]}…"
