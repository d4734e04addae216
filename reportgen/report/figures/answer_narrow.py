"""The figures of the first page as a phone has room for them: below each other what is else side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from reportgen.report.figures.answer import GRID, LETTERS, Column, Mark, widest
from reportgen.report.figures.answer_rows import EDGE, GAP, draw_mark, set_axes, shortened
from reportgen.report.figures.style import NARROW
from reportgen.report.words.numbers import Unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE, TICKS, AXIS = 0.24, 0.24, 0.2
"""Inches: a title above a panel, the numbers below it, and the name of the axis at the foot."""
LINE = 0.14
"""Inches: a label that stands above its row."""
ROW, DOUBLE = 0.2, 0.3
"""Inches: a row with one mark, and with two."""
APART = 0.36
"""The share of a row that its two marks lie apart."""


def narrow_slopes(before: Column, after: Column, words: Mapping[str, str], unit: Unit) -> Figure:
    """Return a row for each setup with both its means, joined: an outline before, a filled mark after.

    Args:
        before: What is said at the left.
        after: What is said at the right.
        words: The labels axis, before and after.
        unit: How scores are written.
    """
    count = len(after.marks)
    figure, (panel,) = _stacked([count * (LINE + DOUBLE)], EDGE, titles=True)
    set_axes(panel, [*before.marks, *after.marks], count, unit, NARROW - 2 * EDGE)
    panel.set_title(f"○ {words['before']}", fontsize=LETTERS, loc="left", pad=6)
    panel.set_title(f"● {words['after']}", fontsize=LETTERS, loc="right", pad=6)
    middle = LINE / (LINE + DOUBLE) / 2
    reach = APART / 2 * DOUBLE / (LINE + DOUBLE)
    for place, (first, second) in enumerate(zip(before.marks, after.marks, strict=True)):
        values = second.label.removeprefix(second.series.name).strip()
        room = NARROW - 2 * EDGE - widest(figure, [values])
        _write(panel, place, first, shortened(figure, first.label, room))
        _write(panel, place, second, values, right=True)
        heights = place + middle - reach, place + middle + reach
        panel.plot([first.mean, second.mean], heights, linewidth=1.0, **first.series.line)
        for height, mark, hollow in zip(heights, (first, second), (True, False), strict=True):
            draw_mark(panel, height, mark, seeds=reach, hollow=hollow)
    _name_axis(figure, words["axis"])
    return figure


def narrow_rows(columns: Sequence[Column], names: Sequence[str], axis: str, unit: Unit) -> Figure:
    """Return a panel for each column, below each other, with a row for each optimizer.

    Of one column the labels stand above their rows; of several, the names alone, on the left.

    Args:
        columns: Each with the same optimizers, from top to bottom.
        names: Of the optimizers.
        axis: What is measured.
        unit: How scores are written.
    """
    count, alone = len(names), len(columns) == 1
    row = LINE + ROW if alone else ROW
    figure, panels = _stacked([count * row] * len(columns), EDGE, titles=not alone)
    if not alone:
        shown = [shortened(figure, name, NARROW / 3) for name in names]
        beside = widest(figure, shown) + GAP
    for panel, column in zip(panels, columns, strict=True):
        if not alone:
            box = panel.get_position()
            panel.set_position((beside / NARROW, box.y0, (NARROW - beside - EDGE) / NARROW, box.height))
            panel.set_title(
                shortened(figure, column.title, NARROW - beside), fontsize=LETTERS, loc="left", pad=3
            )
        set_axes(panel, column.marks, count, unit, panel.get_position().width * NARROW)
        for place, mark in enumerate(column.marks):
            if alone:
                _write(panel, place, mark, shortened(figure, mark.label, NARROW - 2 * EDGE))
                draw_mark(panel, place + LINE / row / 2, mark, seeds=ROW / row / 2)
                continue
            draw_mark(panel, place, mark)
            panel.axhline(place, color=GRID, linewidth=0.4, zorder=0)
            panel.annotate(
                shown[place], (0, place), (-6, 0), xycoords=("axes fraction", "data"),
                textcoords="offset points", ha="right", va="center", fontsize=LETTERS,
                color=mark.series.look.color, gid=mark.series.gid,
            )  # fmt: skip
    _name_axis(figure, axis)
    return figure


def _stacked(heights: Sequence[float], edge: float, *, titles: bool) -> tuple[Figure, list[Axes]]:
    """A figure with panels of these heights below each other, in inches."""
    from matplotlib.figure import Figure

    title = TITLE if titles else 0.0
    whole = sum(title + height + TICKS for height in heights) + AXIS
    figure = Figure(figsize=(NARROW, whole))
    figure.set_layout_engine("none")
    panels, top = [], whole
    for height in heights:
        top -= title + height
        panels.append(figure.add_axes((edge / NARROW, top / whole, 1 - 2 * edge / NARROW, height / whole)))
        top -= TICKS
    return figure, panels


def _write(panel: Axes, place: int, mark: Mark, label: str, *, right: bool = False) -> None:
    """What stands above a row, at its left or right end."""
    panel.annotate(
        label, (1 if right else 0, place - 0.5), (0, -1), xycoords=("axes fraction", "data"), va="top",
        ha="right" if right else "left", textcoords="offset points", fontsize=LETTERS,
        color=mark.series.look.color, annotation_clip=False, gid=mark.series.gid,
    )  # fmt: skip


def _name_axis(figure: Figure, axis: str) -> None:
    figure.text(0.5, 0.04 / figure.get_figheight(), axis, ha="center")
