"""The figure of drift: every headline, run after run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from reportgen.report.figures.drawing import legend_above
from reportgen.report.figures.marks import color, dashes
from reportgen.report.figures.style import WIDTH

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def history_figure(means: pd.DataFrame, words: Mapping[str, str]) -> Figure:
    """Return every headline's mean test accuracy, run after run.

    Args:
        means: Of analysis.drift.means_over_time.
        words: The labels accuracy and run.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

    runs: Sequence[str] = list(dict.fromkeys(means["run"]))
    days = dict(zip(means["run"], means["started"].str.slice(0, 10), strict=True))
    figure = Figure(figsize=(WIDTH, 2.6))
    panel = figure.subplots()
    setups, stages = list(dict.fromkeys(means["setup"])), list(dict.fromkeys(means["stage"]))
    for (stage, setup), of_setup in means.groupby(["stage", "setup"], sort=False):
        panel.plot(
            [runs.index(run) for run in of_setup["run"]], of_setup["mean"], "o",
            color=color(setups.index(str(setup))), linestyle=dashes(stages.index(str(stage))), markersize=3,
            label=f"{setup} ({stage})",
        )  # fmt: skip
    panel.axvline(len(runs) - 1, color="0.8", linewidth=5, zorder=0)
    panel.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    panel.xaxis.set_major_formatter(
        FuncFormatter(lambda position, _: days[runs[int(position)]] if 0 <= position < len(runs) else "")
    )
    panel.yaxis.set_major_formatter(PercentFormatter(1, 1))
    panel.set_xlabel(words["run"])
    panel.set_ylabel(words["accuracy"])
    legend_above(figure)
    return figure
