"""The figure of a search: accuracy against the learning rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reportgen.analysis.findings import FEW
from reportgen.analysis.search import mean_by_learning_rate
from reportgen.report.figures.drawing import legend_above, legend_name
from reportgen.report.figures.marks import color, dashes, marker
from reportgen.report.figures.small_multiples import small_multiples
from reportgen.report.figures.style import WIDTH
from reportgen.report.figures.svg import SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def learning_rates(search: pd.DataFrame, words: Mapping[str, str], setups: Sequence[str]) -> Figure:
    """Return mean validation accuracy by learning rate, best other settings; the chosen one is ringed.

    More than FEW setups have a panel each.

    Args:
        search: The rows of search.csv of one stage.
        words: The labels learning_rate and validation_accuracy.
        setups: Who has which colour.
    """
    from matplotlib.figure import Figure

    tried = _by_setup(search, setups)
    if len(setups) > FEW:
        means = [mean_by_learning_rate(rows) for rows in tried]
        figure, panels = small_multiples(
            setups,
            means,
            lambda panel, number: _draw_rates(panel, tried[number], number),
            x=words["learning_rate"],
            y=words["validation_accuracy"],
        )
        _set_axes_of_rates(panels[0])
        return figure
    figure = Figure(figsize=(WIDTH, 2.5))
    panel: Axes = figure.subplots()
    for number, rows in enumerate(tried):
        _draw_rates(panel, rows, number)
    _set_axes_of_rates(panel)
    panel.set_xlabel(words["learning_rate"])
    panel.set_ylabel(words["validation_accuracy"])
    if len(setups) > 1:
        legend_above(figure)
    return figure


def _by_setup(search: pd.DataFrame, setups: Sequence[str]) -> list[pd.DataFrame]:
    return [search[search["setup"] == setup] for setup in setups]


def _draw_rates(panel: Axes, tried: pd.DataFrame, number: int) -> None:
    """One setup's accuracy by learning rate; a cross where it diverged, a ring at what was chosen."""
    means = mean_by_learning_rate(tried)
    gid = f"{SERIES}{number}"
    panel.plot(
        means.index, means, color=color(number), linestyle=dashes(number), marker=marker(number),
        markersize=3.2, label=legend_name(tried["setup"].iloc[0]), gid=gid,
    )  # fmt: skip
    lost = means[means.isna()].index
    if len(lost):
        panel.plot(
            lost, np.zeros(len(lost)), "x", color=color(number), markersize=4.5, gid=gid, clip_on=False
        )
    for _, chosen in tried[tried["chosen"]].groupby("learning_rate"):  # each search has one
        panel.plot(
            [chosen["learning_rate"].iloc[0]], [chosen["validation_accuracy"].mean()], "o", markersize=8.5,
            markerfacecolor="none", markeredgecolor=color(number), markeredgewidth=1.2, gid=gid,
        )  # fmt: skip


def _set_axes_of_rates(panel: Axes) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter, PercentFormatter

    panel.set_xscale("log")
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    panel.xaxis.set_minor_formatter(NullFormatter())
    panel.set_ylim(bottom=0)
    panel.yaxis.set_major_formatter(PercentFormatter(1, 0))
