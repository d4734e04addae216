"""The figures of a comparison: final scores seed by seed, learning rates, and the course of a search."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reportgen.analysis.findings import mean_by_learning_rate
from reportgen.report.figures.drawing import legend_above
from reportgen.report.figures.learning_curves import WIDTH
from reportgen.report.figures.marks import MARKERS, color, dashes
from reportgen.report.figures.svg import SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def final_scores(
    scores: pd.DataFrame,
    summary: pd.DataFrame,
    setups: Sequence[str],
    label: str,
    write: Callable[[float], str],
) -> Figure:
    """Each optimizer's score with every seed as a dot, its mean and interval beside them.

    scores: columns optimizer, seed, score. summary: rows of Comparison.summaries. setups: who has which
    colour, in the order to draw. label: of the axis. write: a score as text.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter

    order = [name for name in setups if name in set(scores["optimizer"])]
    figure = Figure(figsize=(WIDTH, 0.62 + 0.42 * len(order)))
    panel = figure.subplots()
    for place, name in enumerate(order):
        number = setups.index(name)
        row = summary[summary["optimizer"] == name].iloc[0]
        values = scores.loc[scores["optimizer"] == name, "score"].dropna().to_numpy()
        # seeds next to each other, always in the same order: no random jitter
        offsets = np.linspace(-0.16, 0.16, len(values)) if len(values) > 1 else np.zeros(len(values))
        panel.plot(
            values, place - 0.12 + offsets, MARKERS[number % len(MARKERS)], color=color(number), alpha=0.45,
            markersize=3.4, markeredgewidth=0, gid=f"{SERIES}{number}",
        )  # fmt: skip
        if np.isfinite(row["mean"]):
            panel.plot(
                [row["mean"]], [place + 0.22], "|", color=color(number), markersize=9, markeredgewidth=1.8,
                gid=f"{SERIES}{number}",
            )  # fmt: skip
            if np.isfinite(row["low"]):
                panel.plot(
                    [row["low"], row["high"]], [place + 0.22] * 2, color=color(number), linewidth=1.8,
                    gid=f"{SERIES}{number}",
                )  # fmt: skip
            panel.annotate(
                write(float(row["mean"])), (float(np.nanmax([row["high"], row["mean"]])), place + 0.22),
                xytext=(5, 0), textcoords="offset points", va="center", fontsize=7.2, color=color(number),
                gid=f"{SERIES}{number}",
            )  # fmt: skip
    panel.set_yticks(range(len(order)), order)
    panel.set_ylim(len(order) - 0.45, -0.55)
    panel.margins(x=0.09)
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: write(float(value))))
    panel.set_xlabel(label)
    panel.grid(visible=False, axis="y")
    return figure


def learning_rates(search: pd.DataFrame, words: Mapping[str, str], setups: Sequence[str]) -> Figure:
    """Mean validation accuracy against the learning rate, best other settings; the chosen one is ringed.

    search: the rows of search.csv of one stage. words: the labels learning_rate and validation_accuracy.
    setups: who has which colour.
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
            label=_label(setup), gid=gid,
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
    """The best mean validation accuracy found so far against the number of settings tried.

    search, setups: as for learning_rates. words: the labels tried and validation_accuracy.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    figure = Figure(figsize=(WIDTH, 2.2))
    panel: Axes = figure.subplots()
    for setup, tried in search.groupby("setup", sort=False):
        number = setups.index(str(setup))
        finished = tried["validation_accuracy"].where(tried["status"] == "finished").astype(float)
        means = finished.groupby(tried["number"]).agg(lambda values: values.mean(skipna=False))
        panel.step(
            means.index, means.fillna(-np.inf).cummax().replace(-np.inf, np.nan), where="post",
            color=color(number), linestyle=dashes(number), label=_label(setup), gid=f"{SERIES}{number}",
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


def profiles(table: pd.DataFrame, words: Mapping[str, str], setups: Sequence[str]) -> Figure:
    """Performance profiles with their bands.

    table: of analysis.profiles.performance_profile. words: the labels factor and share. setups: who has
    which colour.
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
            label=_label(name), gid=gid,
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


def _label(name: object) -> str:
    """A name for a legend, from which matplotlib leaves out what begins with an underscore."""
    return f" {name}" if str(name).startswith("_") else str(name)
