"""The figures of the any-time comparison: curves, runtime profiles, and differences of profiles."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reportgen.analysis.findings import FEW
from reportgen.report.figures.drawing import (
    draw_mean,
    draw_steps,
    mean_over_seeds,
    series_of,
)
from reportgen.report.figures.panels import name_curves, panels_beside
from reportgen.report.figures.small_multiples import COLUMNS, ROW, small_multiples
from reportgen.report.figures.style import COLUMN, PANELS, WIDE
from reportgen.report.figures.ticks import write_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def score_curves(
    rows: pd.DataFrame,
    column: str,
    setups: Sequence[str],
    words: Mapping[str, str],
    share: bool,
) -> Figure:
    """Return the mean score over the epochs with its interval of 95 %; more than FEW have a panel each.

    Args:
        rows: The columns optimizer, seed, epoch and `column`.
        column: That of the scores; one that ends in accuracy is a share.
        setups: Who has which colour, in the order to draw; those without rows are left out.
        words: The labels epoch and score.
        share: Whether scores are shares, written in per cent.
    """
    by_name = {name: rows[rows["optimizer"] == name] for name in setups if name in set(rows["optimizer"])}
    names = list(by_name)
    all_series = series_of(setups)
    series = [all_series[name] for name in names]
    if len(by_name) > FEW:
        figure, panels = small_multiples(
            series,
            [mean_over_seeds(by_name[name], column)[0] for name in names],
            lambda panel, place: draw_mean(panel, by_name[names[place]], column, series[place]),
            x=words["epoch"],
            y=words["score"],
        )
        _set_epochs(panels[0], rows["epoch"])
    else:
        figure, panels = panels_beside(COLUMN, PANELS, series)
        for own in series:
            draw_mean(panels[0], by_name[own.name], column, own)
        _set_epochs(panels[0], rows["epoch"])
        panels[0].set_xlabel(words["epoch"])
        panels[0].set_ylabel(words["score"])
        name_curves(panels[0], series)
    write_ticks(panels[0], "y", share=share)
    return figure


def profile_curves(table: pd.DataFrame, setups: Sequence[str], words: Mapping[str, str]) -> Figure:
    """Return runtime profiles with their bands; more than FEW have a panel each.

    Args:
        table: Of analysis.any_time.runtime_profiles.
        setups: Who has which colour; those without a profile are left out.
        words: The labels epoch and reached_share.
    """
    own = {str(name): _held(rows) for name, rows in table.groupby("optimizer", sort=False)}
    by_name = {name: own[name] for name in setups if name in own}
    names = list(by_name)
    all_series = series_of(setups)
    series = [all_series[name] for name in names]
    if len(names) > FEW:
        figure, panels = small_multiples(
            series,
            [by_name[name].set_index("epoch")["share"] for name in names],
            lambda panel, place: draw_steps(panel, by_name[names[place]], "epoch", series[place]),
            x=words["epoch"],
            y=words["reached_share"],
            steps=True,
        )
    else:
        figure, panels = panels_beside(COLUMN, PANELS, series)
        for each in series:
            draw_steps(panels[0], by_name[each.name], "epoch", each)
        panels[0].set_xlabel(words["epoch"])
        panels[0].set_ylabel(words["reached_share"])
    _set_epochs(panels[0], own[names[0]]["epoch"])
    write_ticks(panels[0], "y", share=True)
    panels[0].set_ylim(-0.02, 1.02)
    if len(names) <= FEW:
        name_curves(panels[0], series)
    return figure


def profile_gaps(
    differences: pd.DataFrame,
    pairs: Sequence[tuple[str, str]],
    setups: Sequence[str],
    words: Mapping[str, str],
    title: Callable[[str, str], str],
) -> Figure:
    """Return the difference of the profiles of each pair with its band, a panel each.

    Args:
        differences: Of analysis.any_time.profile_differences.
        pairs: In the order to draw; the one whose profile counts as positive first.
        setups: Who has which colour: a panel has that of the first.
        words: The labels epoch and gap.
        title: Names a pair.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter

    all_series = series_of(setups)
    columns = min(COLUMNS, len(pairs))
    rows = math.ceil(len(pairs) / columns)
    figure = Figure(figsize=(COLUMN if columns < 3 else WIDE, 0.4 + 1.15 * ROW * rows))
    grid = list(figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).flat)
    for panel, (first, second) in zip(grid, pairs, strict=False):
        rows_of_pair, sign = _seen_from(differences, first, second)
        own = _held(rows_of_pair)
        series = all_series[first]
        ends = sign * own[["low", "high"]].to_numpy()
        panel.axhline(0, color="#98a1ad", linewidth=0.7)
        if np.isfinite(ends).any():
            panel.fill_between(
                own["epoch"], ends.min(axis=1), ends.max(axis=1), step="post",
                color=series.look.color, alpha=0.18, linewidth=0, gid=series.gid,
            )  # fmt: skip
        panel.step(own["epoch"], sign * own["difference"], where="post", **series.line)
        panel.set_title(title(first, second), fontsize=7.2, loc="left", pad=2)
        panel.tick_params(labelsize=6.8)
        _set_epochs(panel, own["epoch"])
    for panel in grid[len(pairs) :]:
        panel.set_axis_off()
    for panel in grid[max(0, len(pairs) - columns) : len(pairs)]:
        panel.tick_params(labelbottom=True)
    grid[0].yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:+.0f}" if value else "0"))
    figure.supxlabel(words["epoch"])
    figure.supylabel(words["gap"])
    return figure


def _seen_from(differences: pd.DataFrame, first: str, second: str) -> tuple[pd.DataFrame, float]:
    """The rows of a pair, and the sign with which they are the first less the second."""
    rows = differences[(differences["first"] == first) & (differences["second"] == second)]
    if len(rows):
        return rows, 1.0
    return differences[(differences["first"] == second) & (differences["second"] == first)], -1.0


def _held(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of steps over epochs, the last one held for half a step more, so that it can be seen."""
    more = rows.iloc[[-1]].assign(epoch=lambda row: row["epoch"] + np.diff(rows["epoch"])[-1] / 2)
    return pd.concat([rows, more], ignore_index=True)


def _set_epochs(panel: Axes, epochs: pd.Series[float]) -> None:
    """From the first to the last epoch."""
    from matplotlib.ticker import MaxNLocator

    panel.set_xlim(float(epochs.min()), float(epochs.max()))
    panel.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
