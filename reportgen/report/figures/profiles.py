"""The figure of performance profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from reportgen.report.figures.drawing import legend_above, legend_name
from reportgen.report.figures.marks import color, dashes
from reportgen.report.figures.style import WIDTH
from reportgen.report.figures.svg import SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def profiles(table: pd.DataFrame, words: Mapping[str, str], setups: Sequence[str]) -> Figure:
    """Return performance profiles with their bands.

    Args:
        table: Of analysis.profiles.performance_profile.
        words: The labels factor and share.
        setups: Who has which colour.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, PercentFormatter

    figure = Figure(figsize=(WIDTH, 2.5))
    panel: Axes = figure.subplots()
    for name, rows in table.groupby("optimizer", sort=False):
        number = setups.index(str(name))
        gid = f"{SERIES}{number}"
        panel.fill_between(
            rows["tau"], rows["low"], rows["high"], step="post", color=color(number), alpha=0.15, linewidth=0,
            gid=gid,
        )  # fmt: skip
        panel.step(
            rows["tau"], rows["share"], where="post", color=color(number), linestyle=dashes(number),
            label=legend_name(name), gid=gid,
        )  # fmt: skip
    panel.set_xscale("log")
    panel.set_xlim(1, float(table["tau"].max()))
    panel.xaxis.set_major_locator(LogLocator(subs=(1, 1.2, 1.5, 2, 3, 5, 7)))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    panel.xaxis.set_minor_formatter(NullFormatter())
    panel.yaxis.set_major_formatter(PercentFormatter(1, 0))
    panel.set_ylim(-0.02, 1.02)
    panel.set_xlabel(words["factor"])
    panel.set_ylabel(words["share"])
    legend_above(figure)
    return figure
