"""The figure of the first page: what every optimizer reaches, and where its own settings take it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reportgen.analysis.findings import FEW
from reportgen.report.figures.drawing import Series
from reportgen.report.figures.style import WIDE
from reportgen.report.figures.ticks import write_ticks
from reportgen.report.words.numbers import Unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HEIGHT = 2.36
"""Inches, which is 6 cm: the figure of few optimizers; more have the height that their labels take."""
LETTERS = 7.5  # points
LINE = 9.4
"""Points that two labels lie apart at least."""
TITLES, FOOT = 17.0, 5.0
"""Points above the panel, for the names of the columns, and below it."""
AXIS = 0.56
"""Inches to the left of the panel, for the axis and its name."""
BESIDE, BESIDE_MANY = 0.34, 0.7
"""Inches between the middle of a column and its labels: the threads to those of many need more."""
APART, SPREAD = 0.07, 0.4
"""Inches between two optimizers of a column, and the most that all of them take together."""
JITTER = 0.05
"""Inches over which the seeds of an optimizer stand beside each other."""
STEPS = (1, 2, 5, 10)
"""Between ticks, but for powers of ten."""
GRID = "#dfe2e7"


@dataclass(frozen=True)
class Mark:
    """An optimizer in a column.

    Attributes:
        series: The optimizer's name and looks.
        scores: Of every seed.
        mean: NaN where no trial has a score.
        low: The lower end of its interval; NaN where there is none.
        high: The upper end.
        label: What stands beside it.
    """

    series: Series
    scores: tuple[float, ...]
    mean: float
    low: float
    high: float
    label: str


@dataclass(frozen=True)
class Column:
    """What is compared at once.

    Attributes:
        title: The name of the problem; empty where words of the report stand above it.
        marks: The same optimizers in every column.
    """

    title: str
    marks: tuple[Mark, ...]


def slopes(before: Column, after: Column, words: Mapping[str, str], unit: Unit) -> Figure:
    """Return two columns of means with intervals and seeds, a line from each mean to that of the same setup.

    Args:
        before: The left column.
        after: The right one.
        words: The labels axis, before and after.
        unit: How scores are written.
    """
    from matplotlib.figure import Figure

    count = len(after.marks)
    height = max(HEIGHT, (count * LINE + TITLES + FOOT) / 72)
    figure = Figure(figsize=(WIDE, height))
    figure.set_layout_engine("none")
    across = WIDE - AXIS
    below, above = FOOT / 72 / height, 1 - TITLES / 72 / height
    panel = figure.add_axes((AXIS / WIDE, below, across / WIDE, above - below))
    columns, titles = (before, after), (words["before"], words["after"])
    left, right = (
        widest(figure, [title, *(mark.label for mark in column.marks)])
        for title, column in zip(titles, columns, strict=True)
    )
    beside = BESIDE if count <= FEW else BESIDE_MANY
    middles = (left + beside, across - right - beside)
    panel.set_xlim(0, across)
    panel.set_ylim(*limits_of([mark for column in columns for mark in column.marks]))
    _set_axis(panel, words["axis"], share=unit.share)
    panel.hlines(
        panel.get_yticks(), middles[0] - SPREAD / 2, middles[1] + SPREAD / 2, color=GRID, linewidth=0.5
    )
    offsets = spread(count, APART, SPREAD)
    for x, title, column, outwards in zip(middles, titles, columns, (-1, 1), strict=True):
        panel.annotate(
            title, (x + outwards * beside, 1), (0, 5), xycoords=("data", "axes fraction"),
            textcoords="offset points", ha=_aligned(outwards), fontsize=LETTERS,
        )  # fmt: skip
        heights = _label_heights(panel, column.marks)
        for mark, offset, label_height in zip(column.marks, offsets, heights, strict=True):
            _draw(panel, x + offset, mark)
            _name(panel, mark, (x + offset, x + outwards * beside), label_height, outwards)
    for first, second, offset in zip(before.marks, after.marks, offsets, strict=True):
        panel.plot(
            [middles[0] + offset, middles[1] + offset], [first.mean, second.mean], linewidth=1.2,
            **first.series.line,
        )  # fmt: skip
    return figure


def _draw(panel: Axes, x: float, mark: Mark) -> None:
    """The seeds of an optimizer, faint, its interval and its mean."""
    look: dict[str, Any] = {"color": mark.series.look.color, "gid": mark.series.gid}
    beside = spread(len(mark.scores), JITTER, JITTER)
    panel.plot(x + beside, mark.scores, "o", markersize=2.6, markeredgewidth=0, alpha=0.35, **look)
    if np.isfinite(mark.low):
        panel.plot([x, x], [mark.low, mark.high], linewidth=1.5, solid_capstyle="butt", **look)
    panel.plot([x], [mark.mean], mark.series.look.marker, markersize=4.6, markeredgewidth=0, **look)


def _name(panel: Axes, mark: Mark, ends: tuple[float, float], height: float, outwards: int) -> None:
    """The label of an optimizer, and a thread to it from the mean."""
    look: dict[str, Any] = {"color": mark.series.look.color, "gid": mark.series.gid}
    start, end = ends
    if np.isfinite(mark.mean):
        knee = start + outwards * 0.07
        panel.plot([knee, end - outwards * 0.03], [mark.mean, height], linewidth=0.5, alpha=0.6, **look)
    panel.text(end, height, mark.label, ha=_aligned(outwards), va="center", fontsize=LETTERS, **look)


def _aligned(outwards: int) -> str:
    """How a text is set that grows to the left (-1) or to the right (1)."""
    return "right" if outwards < 0 else "left"


def _label_heights(panel: Axes, marks: Sequence[Mark]) -> list[float]:
    """Where the labels stand, as values of the axis: beside the means, and apart from each other."""
    bottom, top = panel.get_ylim()
    points = panel.get_position().height * panel.figure.get_figheight() * 72  # type: ignore[union-attr]
    scale = points / (top - bottom)
    wanted = [(mark.mean - bottom) * scale if np.isfinite(mark.mean) else 0.0 for mark in marks]
    return [bottom + at / scale for at in pushed_apart(wanted, LINE, points)]


def pushed_apart(wanted: Sequence[float], gap: float, room: float) -> list[float]:
    """Return places as near as possible to those wanted, none nearer to another than a gap.

    Places that would overlap lie side by side around the middle of what they want.

    Args:
        wanted: From 0 to `room`.
        gap: Between two places.
        room: The places lie half a gap or more from both of its ends, where there is room for all.
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    least, most = gap / 2, max(gap / 2, room - gap / 2)
    # what the places would want if each took up no room: those out of order are joined to their mean
    groups: list[tuple[float, int]] = []
    for rank, index in enumerate(order):
        groups.append((min(max(wanted[index], least), most) - rank * gap, 1))
        while len(groups) > 1 and groups[-2][0] > groups[-1][0]:
            (above, more), (below, fewer) = groups.pop(), groups.pop()
            groups.append(((above * more + below * fewer) / (more + fewer), more + fewer))
    highest = most - (len(wanted) - 1) * gap
    ranked = [max(min(value, highest), least) for value, size in groups for _ in range(size)]
    places = [0.0] * len(wanted)
    for rank, index in enumerate(order):
        places[index] = ranked[rank] + rank * gap
    return places


def limits_of(marks: Sequence[Mark]) -> tuple[float, float]:
    """Return what an axis reaches over: all that is drawn, and a little more.

    Args:
        marks: Those that are drawn along the axis.
    """
    drawn = [value for mark in marks for value in (*mark.scores, mark.mean, mark.low, mark.high)]
    finite = [value for value in drawn if np.isfinite(value)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    margin = 0.04 * (high - low) or 0.005
    return low - margin, high + margin


def _set_axis(panel: Axes, axis: str, *, share: bool) -> None:
    """The vertical axis with few ticks; the columns have no axis."""
    from matplotlib.ticker import MaxNLocator

    panel.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=STEPS))
    write_ticks(panel, "y", share=share)
    panel.set_ylabel(axis)
    panel.set_xticks([])
    panel.grid(visible=False)
    panel.spines["bottom"].set_visible(False)


def spread(count: int, apart: float, most: float) -> NDArray[np.float64]:
    """Return so many places beside each other, around 0.

    Args:
        count: How many.
        apart: Between two of them, where there is room.
        most: Between the first and the last.
    """
    reach = min(apart * (count - 1), most) / 2
    return np.linspace(-reach, reach, count) if count > 1 else np.zeros(count)


def widest(figure: Figure, labels: Sequence[str]) -> float:
    """Return the width of the longest label, in inches.

    Args:
        figure: That the labels are for.
        labels: Texts of its size of letters.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    texts = [figure.text(0, 0, label, fontsize=LETTERS) for label in labels]
    widths = [text.get_window_extent(renderer).width / figure.dpi for text in texts]
    for text in texts:
        text.remove()
    return 0.04 + 1.03 * float(max(widths, default=0.0))
