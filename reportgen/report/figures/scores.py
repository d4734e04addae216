"""The figure of a comparison: final scores seed by seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reportgen.analysis.findings import FEW
from reportgen.report.figures.drawing import series_of
from reportgen.report.figures.style import COLUMN
from reportgen.report.figures.ticks import write_ticks
from reportgen.report.words.numbers import Unit

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def final_scores(
    scores: pd.DataFrame,
    summary: pd.DataFrame,
    setups: Sequence[str],
    label: str,
    unit: Unit,
    *,
    width: float = COLUMN,
) -> Figure:
    """Return each optimizer's score with every seed as a dot, its mean and interval beside them.

    More than FEW optimizers stand in the order of their means, closer to each other. One without any score
    is left out.

    Args:
        scores: The columns optimizer, seed, score.
        summary: Rows of Comparison.summaries, the best first.
        setups: Who has which colour, in the order to draw.
        label: Of the axis.
        unit: How scores are written.
        width: Of the figure, in inches.
    """
    from matplotlib.figure import Figure

    many = len(setups) > FEW
    all_series = series_of(setups)
    scored = set(scores.dropna(subset="score")["optimizer"])
    order = [name for name in (summary["optimizer"] if many else setups) if name in scored]
    figure = Figure(figsize=(width, 0.62 + (0.3 if many else 0.42) * len(order)))
    panel = figure.subplots()
    for y, name in enumerate(order):
        series = all_series[name]
        color, gid = series.look.color, series.gid
        row = summary[summary["optimizer"] == name].iloc[0]
        values = scores.loc[scores["optimizer"] == name, "score"].dropna().to_numpy()
        # seeds next to each other, always in the same order: no random jitter
        offsets = np.linspace(-0.16, 0.16, len(values)) if len(values) > 1 else np.zeros(len(values))
        panel.plot(
            values, y - 0.12 + offsets, series.look.marker, color=color, alpha=0.45,
            markersize=3.4, markeredgewidth=0, gid=gid,
        )  # fmt: skip
        if np.isfinite(row["mean"]):
            panel.plot(
                [row["mean"]], [y + 0.22], "|", color=color, markersize=9, markeredgewidth=1.8,
                gid=gid,
            )  # fmt: skip
            if np.isfinite(row["low"]):
                panel.plot(
                    [row["low"], row["high"]], [y + 0.22] * 2, color=color, linewidth=1.8,
                    gid=gid,
                )  # fmt: skip
            panel.annotate(
                unit.value(float(row["mean"])), (float(np.nanmax([row["high"], row["mean"]])), y + 0.22),
                xytext=(5, 0), textcoords="offset points", va="center", fontsize=7.2, color=color,
                gid=gid,
            )  # fmt: skip
    panel.set_yticks(range(len(order)), order)
    panel.set_ylim(len(order) - 0.45, -0.55)
    panel.margins(x=0.09)
    write_ticks(panel, "x", share=unit.share)
    panel.set_xlabel(label)
    panel.grid(visible=False, axis="y")
    return figure
