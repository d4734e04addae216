"""The figure of drift: every headline, run after run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from reportgen.analysis.findings import FEW
from reportgen.report.figures.drawing import legend_above
from reportgen.report.figures.marks import color, dashes
from reportgen.report.figures.small_multiples import small_multiples
from reportgen.report.figures.style import WIDTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def history_figure(means: pd.DataFrame, words: Mapping[str, str]) -> Figure:
    """Return every headline's mean test accuracy, run after run.

    More than FEW setups have a panel each.

    Args:
        means: Of analysis.drift.means_over_time.
        words: The labels accuracy and run.
    """
    from matplotlib.figure import Figure

    setups, stages = list(dict.fromkeys(means["setup"])), list(dict.fromkeys(means["stage"]))
    if len(setups) > FEW:
        return _panel_each(means, setups, stages, words)
    runs = _runs(means)
    figure = Figure(figsize=(WIDTH, 2.6))
    panel = figure.subplots()
    for (stage, setup), of_setup in means.groupby(["stage", "setup"], sort=False):
        look = {"color": color(setups.index(str(setup))), "linestyle": dashes(stages.index(str(stage)))}
        _draw_course(panel, of_setup, runs, label=f"{setup} ({stage})", **look)
    _set_axes(panel, means, days=6)
    panel.set_xlabel(words["run"])
    panel.set_ylabel(words["accuracy"])
    legend_above(figure)
    return figure


def _panel_each(
    means: pd.DataFrame, setups: Sequence[str], stages: Sequence[str], words: Mapping[str, str]
) -> Figure:
    """A panel for each setup, a line in it for each stage, which a legend names."""
    from matplotlib.lines import Line2D

    runs = _runs(means)

    def draw(panel: Axes, number: int) -> None:
        for stage, rows in means[means["setup"] == setups[number]].groupby("stage", sort=False):
            _draw_course(panel, rows, runs, color=color(number), linestyle=dashes(stages.index(str(stage))))
        _set_axes(panel, means, days=2)

    figure, _ = small_multiples(setups, [], draw, x=words["run"], y=words["accuracy"])
    looks = [Line2D([], [], color="0.3", linestyle=dashes(number)) for number in range(len(stages))]
    legend_above(figure, looks, stages)
    return figure


def _runs(means: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(means["run"]))


def _draw_course(panel: Axes, rows: pd.DataFrame, runs: Sequence[str], **look: Any) -> None:
    panel.plot([runs.index(run) for run in rows["run"]], rows["mean"], "o", markersize=3, **look)


def _set_axes(panel: Axes, means: pd.DataFrame, days: int) -> None:
    """So many days, at most, below the runs, the last of them on a grey bar."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

    runs = _runs(means)
    day_of = dict(zip(means["run"], means["started"].str.slice(0, 10), strict=True))
    panel.axvline(len(runs) - 1, color="0.8", linewidth=5, zorder=0)
    panel.xaxis.set_major_locator(MaxNLocator(nbins=days, integer=True))
    panel.xaxis.set_major_formatter(
        FuncFormatter(lambda position, _: day_of[runs[int(position)]] if 0 <= position < len(runs) else "")
    )
    panel.yaxis.set_major_formatter(PercentFormatter(1, 1))
