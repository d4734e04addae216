"""Panels at fixed places, their curves named at the right: alike in every figure of a page."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    from reportgen.report.figures.drawing import Series

POINTS = 72  # of an inch
LEFT, BETWEEN, BOTTOM, TOP = 44.0, 14.0, 29.0, 16.0
"""Points: for the numbers and the label of an axis, between panels that share it, below, and for titles."""
LABEL = 9.5
"""Points from the left, where the label of an axis ends."""
EDGE = 4.0  # points, where nothing is named
SIZE = 7.5
"""Points: letters of names."""
LINE = 9.2
"""Points that names lie apart."""
SAMPLE = 15.0
"""Points: the piece of its line before a name."""
LONGEST = 24
"""Letters of a name, which goes on below."""


def panels_beside(
    width: float,
    height: float,
    series: Sequence[Series],
    *,
    shared: Sequence[bool] = (),
    wide: float = 0.5,
    top: float = TOP,
) -> tuple[Figure, list[Axes]]:
    """Return a figure with a panel, or with several beside each other, and room for names at their right.

    Args:
        width: Of the figure, in inches.
        height: Of the figure, in inches.
        series: Whose names will stand there.
        shared: For each further panel, whether it shares the vertical axis of the first.
        wide: The share of the panels' width that the first of two has.
        top: Points above the panels.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout=None)
    figure.set_layout_engine("none")
    across, down = width * POINTS, height * POINTS
    gaps = [BETWEEN if each else LEFT + BETWEEN / 2 for each in shared]
    room = across - LEFT - sum(gaps) - room_for_names([each.name for each in series])
    shares = [wide, 1 - wide] if len(gaps) == 1 else [1 / (len(gaps) + 1)] * (len(gaps) + 1)
    panels: list[Axes] = []
    left = LEFT
    for place, share in enumerate(shares):
        same = panels[0] if place and shared[place - 1] else None
        box = (left / across, BOTTOM / down, share * room / across, 1 - (BOTTOM + top) / down)
        panel = figure.add_axes(box, sharey=same)
        if same is not None:
            panel.tick_params(labelleft=False)
        panel.yaxis.set_label_coords((LABEL - LEFT) / (share * room), 0.5)
        panels.append(panel)
        left += share * room + (gaps[place] if place < len(gaps) else 0)
    return figure, panels


def name_curves(panel: Axes, series: Sequence[Series], lines: Sequence[Line2D] = ()) -> None:
    """Write the curves' names at the right of a panel, near where they end and in that order.

    A piece of its line stands before each name, since one whose curve ends beside others has to move.

    Args:
        panel: The rightmost one of panels_beside, with all that it will have.
        series: Of the lines, in the order of the report.
        lines: The curves; without, the first that the panel has.
    """
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    if len(series) < 2:
        return
    figure = panel.get_figure()
    assert isinstance(figure, Figure)
    across, down = (POINTS * inches for inches in figure.get_size_inches())
    box = panel.get_position()
    ends = [_end(panel, line) for line in lines or panel.get_lines()[: len(series)]]
    names = [wrapped(each.name) for each in series]
    heights = [LINE * len(name.split("\n")) for name in names]
    middles = spread([end * box.height * down for end in ends], heights, box.height * down)
    start = box.x1 * across + EDGE
    for each, name, middle in zip(series, names, middles, strict=True):
        y = box.y0 + middle / down
        sample = Line2D(
            np.array([start, start + SAMPLE / 2, start + SAMPLE]) / across, [y] * 3, markersize=3.2,
            marker=each.look.marker, markevery=[1], markeredgewidth=0, **each.line,
        )  # fmt: skip
        figure.add_artist(sample)
        figure.text(
            (start + SAMPLE + 3) / across, y, name, color=each.look.color, fontsize=SIZE, gid=each.gid,
            va="center_baseline", linespacing=1.1,
        )  # fmt: skip


def room_for_names(names: Sequence[str]) -> float:
    """Return the points that the names of two curves or more need beside their panel."""
    if len(names) < 2:
        return EDGE
    return (
        EDGE + SAMPLE + 3 + max(written_width(line) for name in names for line in wrapped(name).split("\n"))
    )


def wrapped(name: str, longest: int = LONGEST) -> str:
    """Return a name on several lines where it is long, the third of which is the last.

    Args:
        name: The name.
        longest: Letters of a line.
    """
    import textwrap

    lines = textwrap.wrap(name, longest, max_lines=3, placeholder="…") or [name]
    return "\n".join(lines)


def written_width(text: str, size: float = SIZE) -> float:
    """Return about how wide a text is, in points, and never less: nothing is measured."""
    return size * sum(
        1.0
        if unicodedata.east_asian_width(char) in "WF"
        else 0.72
        if char.isupper() or char in "_%m"
        else 0.58
        for char in text
    )


def spread(wanted: Sequence[float], heights: Sequence[float], room: float) -> list[float]:
    """Return the middles of things that stand above each other, as near as they can be to where they belong.

    Args:
        wanted: Where the middle of each belongs, from the bottom; of equal ones the first is the highest.
        heights: Of the things.
        room: That they have, from 0.
    """
    order = sorted(range(len(wanted)), key=lambda place: (wanted[place], -place))
    shrunk = min(1.0, room / sum(heights))
    starts = np.cumsum([0.0, *(shrunk * heights[place] for place in order)])
    # without their heights, things in order must not go down: pool those that would
    pools: list[list[float]] = []
    for place, start in zip(order, starts, strict=False):
        pools.append([wanted[place] - shrunk * heights[place] / 2 - start])
        while len(pools) > 1 and np.mean(pools[-2]) > np.mean(pools[-1]):
            last = pools.pop()
            pools[-1] += last
    offsets = np.clip([np.mean(pool) for pool in pools for _ in pool], 0, max(0.0, room - starts[-1]))
    middles = [0.0] * len(wanted)
    for place, start, offset in zip(order, starts, offsets, strict=False):
        middles[place] = float(offset + start + shrunk * heights[place] / 2)
    return middles


def _end(panel: Axes, line: Line2D) -> float:
    """How high a curve ends, as a share of the panel; at the bottom where it has no point."""
    x, y = (np.asarray(values, dtype=float) for values in line.get_data())
    there = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if not len(there):
        return 0.0
    panel.get_xlim(), panel.get_ylim()  # the limits are worked out when they are asked for
    at = panel.transData.transform((x[there[-1]], y[there[-1]]))
    return float(np.clip(panel.transAxes.inverted().transform(at)[1], 0, 1))
