"""The figures of a search: accuracy against the learning rate, and the best so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reportgen.analysis.search import mean_by_learning_rate, mean_by_number, running_best
from reportgen.report.figures.drawing import legend_above, legend_name
from reportgen.report.figures.marks import MARKERS, color, dashes
from reportgen.report.figures.style import WIDTH
from reportgen.report.figures.svg import SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def learning_rates(search: pd.DataFrame, words: Mapping[str, str], setups: Sequence[str]) -> Figure:
    """Return mean validation accuracy by learning rate, best other settings; the chosen one is ringed.

    Args:
        search: The rows of search.csv of one stage.
        words: The labels learning_rate and validation_accuracy.
        setups: Who has which colour.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, NullFormatter, PercentFormatter

    figure = Figure(figsize=(WIDTH, 2.5))
    panel: Axes = figure.subplots()
    for setup, tried in search.groupby("setup", sort=False):
        number = setups.index(str(setup))
        means = mean_by_learning_rate(tried)
        marker, gid = MARKERS[number % len(MARKERS)], f"{SERIES}{number}"
        panel.plot(
            means.index, means, color=color(number), linestyle=dashes(number), marker=marker, markersize=3.2,
            label=legend_name(setup), gid=gid,
        )  # fmt: skip
        lost = means[means.isna()].index
        if len(lost):
            # a cross at the foot: this learning rate diverged
            panel.plot(
                lost, np.zeros(len(lost)), "x", color=color(number), markersize=4.5, gid=gid, clip_on=False
            )
        chosen = tried[tried["chosen"]]
        panel.plot(
            [chosen["learning_rate"].iloc[0]], [chosen["validation_accuracy"].mean()], "o", markersize=8.5,
            markerfacecolor="none", markeredgecolor=color(number), markeredgewidth=1.2, gid=gid,
        )  # fmt: skip
    panel.set_xscale("log")
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    panel.xaxis.set_minor_formatter(NullFormatter())
    panel.set_ylim(bottom=0)
    panel.yaxis.set_major_formatter(PercentFormatter(1, 0))
    panel.set_xlabel(words["learning_rate"])
    panel.set_ylabel(words["validation_accuracy"])
    if search["setup"].nunique() > 1:
        legend_above(figure)
    return figure


def best_so_far(search: pd.DataFrame, words: Mapping[str, str], setups: Sequence[str]) -> Figure:
    """Return the best mean validation accuracy found so far against the number of settings tried.

    Args:
        search: The rows of search.csv of one stage.
        words: The labels tried and validation_accuracy.
        setups: Who has which colour.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    figure = Figure(figsize=(WIDTH, 2.2))
    panel: Axes = figure.subplots()
    for setup, tried in search.groupby("setup", sort=False):
        number = setups.index(str(setup))
        means = mean_by_number(tried)
        panel.step(
            means.index, running_best(means), where="post",
            color=color(number), linestyle=dashes(number), label=legend_name(setup), gid=f"{SERIES}{number}",
        )  # fmt: skip
        panel.plot(
            means.index, means, MARKERS[number % len(MARKERS)], color=color(number), alpha=0.4, markersize=3,
            markeredgewidth=0, gid=f"{SERIES}{number}",
        )  # fmt: skip
    panel.xaxis.set_major_locator(MaxNLocator(integer=True))
    panel.yaxis.set_major_formatter(PercentFormatter(1, 0))
    panel.set_xlabel(words["tried"])
    panel.set_ylabel(words["validation_accuracy"])
    if search["setup"].nunique() > 1:
        legend_above(figure)
    return figure
