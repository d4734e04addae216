"""The figure of the first page where nothing is compared twice: a row for each optimizer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.report.figures.answer import (
    GRID,
    HEIGHT,
    LETTERS,
    STEPS,
    Column,
    Mark,
    limits_of,
    spread,
    widest,
)
from reportgen.report.figures.style import WIDE
from reportgen.report.figures.ticks import linear_ticks, write_ticks
from reportgen.report.words.numbers import Unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW, LEAST_ROW = 0.3, 0.145
"""Inches: the height of a row, and of one of many."""
FOOT, TICKS = 0.42, 0.24
"""Inches below panels: the numbers and the name of the axis, and the numbers alone."""
HEAD, TITLE = 0.06, 0.13
"""Inches above panels, and what each line of their names takes."""
SEEDS = 0.36
"""The share of a row over which the seeds stand apart."""
FEW_SEEDS = 12
"""The dots of more seeds are smaller and fainter, so that means are seen through them."""
EDGE = 0.2
"""Inches: what a number below the first or the last tick takes beside its panel."""
MORE = "…"
GAP = 0.18
"""Inches between two panels, and between a panel and its labels."""
MOST_BESIDE = 5
"""So many panels stand in one line; more are in several lines, as long as each other."""
MOST_TICKS = 5
CLEAR = 0.06
"""Inches that a number may stand beyond its panel: less than half of what is between two."""


def rows(columns: Sequence[Column], names: Sequence[str], axis: str, unit: Unit) -> Figure:
    """Return a panel for each column, with a row for each optimizer: its seeds, its mean and its interval.

    Of one column the labels stand at the right end; of several, the names alone, on the left.

    Args:
        columns: Each with the same optimizers, from top to bottom.
        names: Of the optimizers.
        axis: What is measured.
        unit: How scores are written.
    """
    from matplotlib.figure import Figure

    count, alone = len(names), len(columns) == 1
    lines = math.ceil(len(columns) / MOST_BESIDE)
    across = math.ceil(len(columns) / lines)
    figure = Figure(figsize=(WIDE, HEIGHT))
    figure.set_layout_engine("none")
    labels = [mark.label for mark in columns[0].marks] if alone else list(names)
    beside = widest(figure, labels) + GAP
    width = (WIDE - beside - EDGE - GAP * (across - 1)) / across
    titles = [_titled(figure, column.title, width) for column in columns]
    head = HEAD + TITLE * max(title.count("\n") + bool(title) for title in titles)
    room = HEIGHT - lines * head - (lines - 1) * TICKS - FOOT
    row = min(ROW, max(LEAST_ROW, room / (lines * count)))
    height = lines * (head + row * count) + (lines - 1) * TICKS + FOOT
    figure.set_size_inches(WIDE, height)
    left = EDGE if alone else beside
    for number, (column, title) in enumerate(zip(columns, titles, strict=True)):
        line, place_in_line = divmod(number, across)
        foot = height - head - row * count - line * (head + row * count + TICKS)
        at = left + place_in_line * (width + GAP)
        panel = figure.add_axes((at / WIDE, foot / height, width / WIDE, row * count / height))
        _draw_panel(panel, column, unit, width=width)
        if not alone:
            panel.set_title(title, fontsize=LETTERS, loc="left", pad=3, linespacing=1.1)
        for place, mark in enumerate(column.marks):
            if alone or not place_in_line:
                _label(panel, mark, place, labels[place], right=alone)
    middle = (WIDE - beside + EDGE) / 2 if alone else (WIDE + beside) / 2
    figure.text(middle / WIDE, 0.04 / height, axis, ha="center")
    return figure


def _titled(figure: Figure, title: str, width: float) -> str:
    """A title that its panel has room for, on two lines where it is longer, at a mark between its words."""
    if widest(figure, [title]) <= width:
        return title
    breaks = [place + 1 for place, letter in enumerate(title[:-1]) if not letter.isalnum()]
    if not breaks:
        return shortened(figure, title, width)
    at = min(breaks, key=lambda place: widest(figure, [title[:place], title[place:]]))
    return "\n".join(shortened(figure, part.strip(), width) for part in (title[:at], title[at:]))


def shortened(figure: Figure, title: str, width: float) -> str:
    """Return a title that there is room for, without its middle where it is longer: names differ at the end.

    Args:
        figure: That the title is for.
        title: The title.
        width: The room, in inches.
    """
    shown, kept = title, len(title)
    while kept > 2 and widest(figure, [shown]) > width:
        kept -= 1
        shown = title[: kept // 2] + MORE + title[len(title) - (kept - kept // 2) :]
    return shown


def _ticks_with_room(panel: Axes, unit: Unit, width: float) -> list[float]:
    """Ticks whose numbers stand apart, and from those of the next panel: two at least, where they can be."""
    from matplotlib.ticker import MaxNLocator

    figure: Figure = panel.figure  # type: ignore[assignment]
    low, high = panel.get_xlim()
    scale = width / (high - low)
    found: list[float] = []
    for most in range(MOST_TICKS, 0, -1):
        places = MaxNLocator(nbins=most, steps=STEPS).tick_values(low, high)
        every = [float(place) for place in places if low <= place <= high]
        half = widest(figure, linear_ticks(every, share=unit.share)) / 2
        beyond = half - CLEAR
        inside = [tick for tick in every if beyond <= scale * (tick - low) <= width - beyond]
        for ticks in (inside, inside[::2]):
            apart = scale * (ticks[1] - ticks[0]) if len(ticks) > 1 else math.inf
            if apart >= 2 * half and len(ticks) > len(found):
                found = ticks
    return found


def _draw_panel(panel: Axes, column: Column, unit: Unit, *, width: float) -> None:
    set_axes(panel, column.marks, len(column.marks), unit, width)
    for place, mark in enumerate(column.marks):
        panel.axhline(place, color=GRID, linewidth=0.4, zorder=0)
        draw_mark(panel, place, mark)


def set_axes(panel: Axes, marks: Sequence[Mark], count: int, unit: Unit, width: float) -> None:
    """Set the axes of a panel of rows: numbers below it, as many as have room, and none at its side.

    Args:
        panel: The panel.
        marks: All that it shows.
        count: Of its rows, which lie at 0, 1, ... from the top.
        unit: How scores are written.
        width: Of the panel, in inches.
    """
    from matplotlib.ticker import FixedLocator

    panel.set_xlim(*limits_of(marks))
    panel.set_ylim(count - 0.5, -0.5)
    panel.set_yticks([])
    panel.xaxis.set_major_locator(FixedLocator(_ticks_with_room(panel, unit, width)))
    write_ticks(panel, "x", share=unit.share)
    panel.spines["left"].set_visible(False)


def draw_mark(panel: Axes, place: float, mark: Mark, *, seeds: float = SEEDS, hollow: bool = False) -> None:
    """Draw the seeds of an optimizer, faint, its interval and its mean along a line.

    Args:
        panel: What is drawn into.
        place: The height of the line.
        mark: The optimizer.
        seeds: Over which the seeds stand apart.
        hollow: Whether the mean is an outline.
    """
    look: dict[str, Any] = {"color": mark.series.look.color, "gid": mark.series.gid}
    heights = place + spread(len(mark.scores), seeds, seeds)
    size, alpha = (2.6, 0.35) if len(mark.scores) <= FEW_SEEDS else (1.8, 0.25)
    panel.plot(mark.scores, heights, "o", markersize=size, markeredgewidth=0, alpha=alpha, **look)
    if np.isfinite(mark.low):
        panel.plot([mark.low, mark.high], [place] * 2, linewidth=1.5, solid_capstyle="butt", **look)
    edge: dict[str, Any] = (
        {"markeredgewidth": 1.1, "markerfacecolor": "none"} if hollow else {"markeredgewidth": 0}
    )
    panel.plot([mark.mean], [place], mark.series.look.marker, markersize=4.0, **edge, **look)


def _label(panel: Axes, mark: Mark, place: int, label: str, *, right: bool) -> None:
    """What stands beside a row."""
    panel.annotate(
        label, (1 if right else 0, place), (6 if right else -6, 0), xycoords=("axes fraction", "data"),
        textcoords="offset points", ha="left" if right else "right", va="center", fontsize=LETTERS,
        color=mark.series.look.color, annotation_clip=False, gid=mark.series.gid,
    )  # fmt: skip
