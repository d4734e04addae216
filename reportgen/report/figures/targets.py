"""The figure of when each seed reached the target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reportgen.analysis.findings import FEW
from reportgen.report.figures.drawing import series_of
from reportgen.report.figures.style import COLUMN

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def times_to_target(times: pd.DataFrame, setups: Sequence[str], words: Mapping[str, str]) -> Figure:
    """Return the epoch at which each seed reached the target, the median as a bar; a miss is at the right.

    Args:
        times: Rows of analysis.targets.time_to_target of one problem.
        setups: Who has which colour, in the order to draw; those without times are left out.
        words: The labels epoch and missed.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    all_series = series_of(setups)
    drawn = [name for name in setups if name in set(times["optimizer"])]
    figure = Figure(figsize=(COLUMN, 0.72 + (0.25 if len(drawn) > FEW else 0.34) * len(drawn)))
    panel = figure.subplots()
    reached = times.loc[np.isfinite(times["epoch"]), "epoch"]
    last = float(reached.max()) if len(reached) else 1.0
    missed = last + max(1.0, 0.09 * last)
    for y, name in enumerate(drawn):
        series = all_series[name]
        color, gid = series.look.color, series.gid
        epochs = times.loc[times["optimizer"] == name, "epoch"].to_numpy(dtype=float)
        # seeds of the same epoch beside each other, always in the same order
        places = y + np.linspace(-0.22, 0.22, len(epochs)) if len(epochs) > 1 else np.array([y])
        there = np.isfinite(epochs)
        panel.plot(
            epochs[there], places[there], series.look.marker, color=color, alpha=0.6, markersize=3.6,
            markeredgewidth=0, gid=gid,
        )  # fmt: skip
        if not there.all():
            crosses = np.full((~there).sum(), missed)
            panel.plot(crosses, places[~there], "x", color=color, markersize=4, gid=gid)
        median = float(np.median(epochs))
        if np.isfinite(median):
            panel.plot([median] * 2, [y - 0.34, y + 0.34], color=color, gid=gid)
    panel.set_yticks(range(len(drawn)), drawn)
    panel.set_ylim(len(drawn) - 0.45, -0.55)
    panel.set_xlim(0, missed + 0.03 * last)
    panel.xaxis.set_major_locator(MaxNLocator(integer=True))
    if len(reached) < len(times):
        panel.axvline((last + missed) / 2, color="#98a1ad", linewidth=0.6, linestyle=(0, (2, 2)))
        panel.annotate(
            words["missed"], (missed, 1), xycoords=("data", "axes fraction"), xytext=(0, 2),
            textcoords="offset points", ha="center", va="bottom", fontsize=7.2,
        )  # fmt: skip
    panel.set_xlabel(words["epoch"])
    panel.grid(visible=False, axis="y")
    return figure
