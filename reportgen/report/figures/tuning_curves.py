"""The figure of tuning curves: what the best of k trials of a search reaches, against k."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from reportgen.analysis.findings import FEW
from reportgen.analysis.tuning_curves import TuningCurve
from reportgen.report.figures.drawing import Series, series_of
from reportgen.report.figures.panels import name_curves, panels_beside
from reportgen.report.figures.small_multiples import small_multiples
from reportgen.report.figures.style import COLUMN, PANELS
from reportgen.report.figures.ticks import write_ticks

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
    steps = method == "optuna"
    by_name = series_of([curve.setup for curve in curves])
    series = [by_name[curve.setup] for curve in curves]
    if len(curves) > FEW:
        figure, panels = small_multiples(
            series,
            [curve.series for curve in curves],
            lambda panel, number: _draw(panel, curves[number], series[number], steps),
            x=words["tried"],
            y=words["validation_accuracy"],
            steps=steps,
        )
        _set_axes(panels[0])
        return figure
    figure, (panel,) = panels_beside(COLUMN, PANELS, series)
    for curve, own in zip(curves, series, strict=True):
        _draw(panel, curve, own, steps)
    _set_axes(panel)
    panel.set_xlabel(words["tried"])
    panel.set_ylabel(words["validation_accuracy"])
    name_curves(panel, series)
    return figure


def _draw(panel: Axes, curve: TuningCurve, series: Series, steps: bool) -> None:
    """One setup's curve, with its band where it has one."""
    line = curve.series
    if curve.low is not None and curve.high is not None:
        panel.fill_between(
            line.index, curve.low, curve.high, step="post" if steps else None,
            color=series.look.color, alpha=0.16, linewidth=0, gid=series.gid,
        )  # fmt: skip
    panel.plot(
        line.index, line, marker=series.look.marker if len(line) <= MARKED else "", markersize=3,
        drawstyle="steps-post" if steps else "default", **series.line,
    )  # fmt: skip


def _set_axes(panel: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    panel.xaxis.set_major_locator(MaxNLocator(integer=True))
    write_ticks(panel, "y", share=True)
