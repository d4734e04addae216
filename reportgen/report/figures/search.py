"""The figure of a search: accuracy against the learning rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reportgen.analysis.findings import FEW
from reportgen.analysis.search import mean_by_learning_rate, range_of_tops, scores_by_learning_rate
from reportgen.report.figures.drawing import Series, series_of
from reportgen.report.figures.marks import INK
from reportgen.report.figures.panels import name_curves, panels_beside
from reportgen.report.figures.small_multiples import small_multiples
from reportgen.report.figures.style import COLUMN, WIDE
from reportgen.report.figures.ticks import MOST, set_logarithmic, write_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

HEIGHT = 2.3
"""Inches."""


def learning_rates(
    search: pd.DataFrame, words: Mapping[str, str], setups: Sequence[str], given: Mapping[str, float]
) -> Figure:
    """Return mean validation accuracy by learning rate, best other settings; the chosen one is ringed.

    Seeds are faint dots, and a vertical line marks the learning rate that the experiment gives. Where the
    tops are flat, a second panel shows them alone. More than FEW setups have a panel each.

    Args:
        search: The rows of search.csv of one stage.
        words: The labels learning_rate_log, validation_accuracy and given_rate.
        setups: Who has which colour.
        given: The learning rate that the experiment gives, by setup; without those that have none.
    """
    tried = [search[search["setup"] == setup] for setup in setups]
    means = [mean_by_learning_rate(rows) for rows in tried]
    by_name = series_of(setups)
    series = [by_name[name] for name in setups]

    def draw(panel: Axes, number: int) -> Line2D:
        own = series[number]
        if own.name in given:
            alone = len(set(given.values())) > 1 or len(setups) > FEW
            _mark_given(panel, given[own.name], own.look.color if alone else INK)
        return _draw_rates(panel, tried[number], own)

    if len(setups) > FEW:
        figure, panels = small_multiples(
            series, means, draw, x=words["learning_rate_log"], y=words["validation_accuracy"]
        )
        _set_axes(panels[0], most=4)
        return figure
    tops = range_of_tops(means)
    width, shared = (WIDE, [False]) if tops else (COLUMN, [])
    figure, panels = panels_beside(width, HEIGHT, series, shared=shared, wide=0.56)
    for panel in panels:
        lines = [draw(panel, number) for number in range(len(series))]
        _set_axes(panel)
        panel.set_xlabel(words["learning_rate_log"])
    panels[0].set_ylabel(words["validation_accuracy"])
    if tops:
        panels[1].set_ylim(*tops)
        write_ticks(panels[1], "y", share=True)
    if len(set(given.values())) == 1:
        panels[0].annotate(
            words["given_rate"], (next(iter(given.values())), 1), xycoords=("data", "axes fraction"),
            xytext=(0, 3), textcoords="offset points", ha="center", va="bottom", fontsize=7.2, color=INK,
        )  # fmt: skip
    name_curves(panels[-1], series, lines)
    return figure


def _mark_given(panel: Axes, rate: float, color: str) -> None:
    panel.axvline(rate, color=color, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1.5)


def _draw_rates(panel: Axes, tried: pd.DataFrame, series: Series) -> Line2D:
    """One setup's accuracy by learning rate; a cross where it diverged, a ring at what was chosen."""
    means = mean_by_learning_rate(tried)
    color, gid = series.look.color, series.gid
    (line,) = panel.plot(means.index, means, marker=series.look.marker, markersize=3.2, **series.line)
    seeds = scores_by_learning_rate(tried)
    if seeds.index.duplicated().any():
        panel.plot(
            seeds.index, seeds, "o", color=color, alpha=0.35, markersize=2.2, markeredgewidth=0, gid=gid
        )
    lost = means[means.isna()].index
    if len(lost):
        panel.plot(lost, np.zeros(len(lost)), "x", color=color, markersize=4.5, gid=gid, clip_on=False)
    for _, chosen in tried[tried["chosen"]].groupby("learning_rate"):  # each search has one
        panel.plot(
            [chosen["learning_rate"].iloc[0]], [chosen["validation_accuracy"].mean()], "o", markersize=8.5,
            markerfacecolor="none", markeredgecolor=color, markeredgewidth=1.2, gid=gid,
        )  # fmt: skip
    return line


def _set_axes(panel: Axes, most: int = MOST) -> None:
    panel.set_ylim(bottom=0)
    set_logarithmic(panel, "x", most=most)
    write_ticks(panel, "y", share=True)
