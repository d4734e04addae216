"""The figure of drift: every headline, run after run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from reportgen.analysis.findings import FEW
from reportgen.report.figures.drawing import Series, legend_above, series_of
from reportgen.report.figures.marks import INK, LINES, Look
from reportgen.report.figures.panels import name_curves, panels_beside
from reportgen.report.figures.small_multiples import small_multiples
from reportgen.report.figures.style import WIDE
from reportgen.report.figures.ticks import write_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

HEIGHT = 2.3
"""Inches."""
LEGEND = 26.0
"""Points above the panel, for the names of the stages."""


def history_figure(means: pd.DataFrame, words: Mapping[str, str], stages: Mapping[str, str]) -> Figure:
    """Return every headline's mean test accuracy, run after run.

    Colours are those of the setups, dashes those of the stages. More than FEW setups have a panel each.

    Args:
        means: Of analysis.drift.means_over_time.
        words: The labels accuracy and run.
        stages: The labels of the stages, by their names.
    """
    setups = list(dict.fromkeys(means["setup"]))
    there = [stage for stage in stages if stage in set(means["stage"])]
    by_name = series_of(setups)
    if len(setups) > FEW:
        return _panel_each(means, [by_name[name] for name in setups], there, words, stages)
    headlines = {
        (stage, setup): _of_stage(by_name[setup], there.index(stage))
        for stage in there
        for setup in setups
        if ((means["stage"] == stage) & (means["setup"] == setup)).any()
    }
    figure, (panel,) = panels_beside(WIDE, HEIGHT, list(headlines.values()), top=LEGEND)
    for (stage, setup), series in headlines.items():
        _draw_course(panel, means, stage, setup, series)
    _set_axes(panel, means, days=6)
    panel.set_xlabel(words["run"])
    panel.set_ylabel(words["accuracy"])
    name_curves(panel, list(headlines.values()))
    if len(there) > 1:
        figure.legend(_keys(there), [stages[name] for name in there], loc="upper center", ncols=len(there))
    return figure


def _panel_each(
    means: pd.DataFrame,
    series: Sequence[Series],
    there: Sequence[str],
    words: Mapping[str, str],
    stages: Mapping[str, str],
) -> Figure:
    """A panel for each setup, a line in it for each stage, which a legend names."""

    def draw(panel: Axes, number: int) -> None:
        own = series[number]
        for place, stage in enumerate(there):
            _draw_course(panel, means, stage, own.name, _of_stage(own, place))
        _set_axes(panel, means, days=2)

    figure, _ = small_multiples(series, [], draw, x=words["run"], y=words["accuracy"])
    legend_above(figure, _keys(there), [stages[name] for name in there])
    return figure


def _of_stage(series: Series, number: int) -> Series:
    """The setup's colour with the dashes of a stage; a page does not fade it, since it has two curves."""
    return Series(series.name, Look(series.look.color, LINES[number % len(LINES)], "o"))


def _keys(there: Sequence[str]) -> list[Line2D]:
    from matplotlib.lines import Line2D

    return [Line2D([], [], color=INK, linestyle=LINES[place % len(LINES)]) for place in range(len(there))]


def _runs(means: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(means["run"]))


def _draw_course(panel: Axes, means: pd.DataFrame, stage: str, setup: str, series: Series) -> None:
    rows = means[(means["stage"] == stage) & (means["setup"] == setup)]
    places = [_runs(means).index(run) for run in rows["run"]]
    look: dict[str, Any] = series.line | {"marker": series.look.marker, "markersize": 3}
    panel.plot(places, rows["mean"], **look)


def _set_axes(panel: Axes, means: pd.DataFrame, days: int) -> None:
    """So many days, at most, below the runs, the last of them on a grey bar."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    runs = _runs(means)
    day_of = dict(zip(means["run"], means["started"].str.slice(0, 10), strict=True))
    panel.axvline(len(runs) - 1, color="0.8", linewidth=5, zorder=0)
    panel.xaxis.set_major_locator(MaxNLocator(nbins=days, integer=True))
    panel.xaxis.set_major_formatter(
        FuncFormatter(lambda position, _: day_of[runs[int(position)]] if 0 <= position < len(runs) else "")
    )
    write_ticks(panel, "y", share=True)
