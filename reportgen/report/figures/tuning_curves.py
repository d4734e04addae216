"""The figure of tuning curves: what the best of k trials of a search reaches, against k."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from reportgen.analysis.findings import FEW
from reportgen.analysis.tuning_curves import TuningCurve
from reportgen.report.figures.drawing import legend_above, legend_name
from reportgen.report.figures.marks import color, dashes, marker
from reportgen.report.figures.small_multiples import small_multiples
from reportgen.report.figures.style import WIDTH
from reportgen.report.figures.svg import SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARKED = 30
"""The most trials of a curve that has a mark at each."""


def tuning_curves(curves: Sequence[TuningCurve], words: Mapping[str, str], method: str) -> Figure:
    """Return the curves with their bands; more than FEW have a panel each.

    Args:
        curves: A setup each, in the order of their colours.
        words: The labels tried and validation_accuracy.
        method: Of the search. The course of Optuna's stays until it finds something better.
    """
    from matplotlib.figure import Figure

    steps = method == "optuna"
    if len(curves) > FEW:
        figure, panels = small_multiples(
            [curve.setup for curve in curves],
            [curve.series for curve in curves],
            lambda panel, number: _draw(panel, curves[number], number, steps),
            x=words["tried"],
            y=words["validation_accuracy"],
            steps=steps,
        )
        _set_axes(panels[0])
        return figure
    figure = Figure(figsize=(WIDTH, 2.4))
    panel: Axes = figure.subplots()
    for number, curve in enumerate(curves):
        _draw(panel, curve, number, steps)
    _set_axes(panel)
    panel.set_xlabel(words["tried"])
    panel.set_ylabel(words["validation_accuracy"])
    if len(curves) > 1:
        legend_above(figure)
    return figure


def _draw(panel: Axes, curve: TuningCurve, number: int, steps: bool) -> None:
    """One setup's curve, with its band where it has one."""
    line = curve.series
    gid = f"{SERIES}{number}"
    if curve.low is not None and curve.high is not None:
        panel.fill_between(
            line.index, curve.low, curve.high, step="post" if steps else None,
            color=color(number), alpha=0.16, linewidth=0, gid=gid,
        )  # fmt: skip
    panel.plot(
        line.index, line, color=color(number), linestyle=dashes(number),
        marker=marker(number) if len(line) <= MARKED else "", markersize=3,
        drawstyle="steps-post" if steps else "default", label=legend_name(curve.setup), gid=gid,
    )  # fmt: skip


def _set_axes(panel: Axes) -> None:
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    panel.xaxis.set_major_locator(MaxNLocator(integer=True))
    panel.yaxis.set_major_formatter(PercentFormatter(1, 0))
