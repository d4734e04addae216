"""The figure of a comparison: final scores seed by seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reportgen.analysis.findings import FEW
from reportgen.report.figures.marks import color, marker
from reportgen.report.figures.style import WIDTH
from reportgen.report.figures.svg import SERIES

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def final_scores(
    scores: pd.DataFrame,
    summary: pd.DataFrame,
    setups: Sequence[str],
    label: str,
    write: Callable[[float], str],
) -> Figure:
    """Return each optimizer's score with every seed as a dot, its mean and interval beside them.

    More than FEW optimizers stand in the order of their means, closer to each other.

    Args:
        scores: The columns optimizer, seed, score.
        summary: Rows of Comparison.summaries, the best first.
        setups: Who has which colour, in the order to draw.
        label: Of the axis.
        write: Gives a score as text.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter

    many = len(setups) > FEW
    order = [name for name in (summary["optimizer"] if many else setups) if name in set(scores["optimizer"])]
    figure = Figure(figsize=(WIDTH, 0.62 + (0.3 if many else 0.42) * len(order)))
    panel = figure.subplots()
    for y, name in enumerate(order):
        number = setups.index(name)
        row = summary[summary["optimizer"] == name].iloc[0]
        values = scores.loc[scores["optimizer"] == name, "score"].dropna().to_numpy()
        # seeds next to each other, always in the same order: no random jitter
        offsets = np.linspace(-0.16, 0.16, len(values)) if len(values) > 1 else np.zeros(len(values))
        panel.plot(
            values, y - 0.12 + offsets, marker(number), color=color(number), alpha=0.45,
            markersize=3.4, markeredgewidth=0, gid=f"{SERIES}{number}",
        )  # fmt: skip
        if np.isfinite(row["mean"]):
            panel.plot(
                [row["mean"]], [y + 0.22], "|", color=color(number), markersize=9, markeredgewidth=1.8,
                gid=f"{SERIES}{number}",
            )  # fmt: skip
            if np.isfinite(row["low"]):
                panel.plot(
                    [row["low"], row["high"]], [y + 0.22] * 2, color=color(number), linewidth=1.8,
                    gid=f"{SERIES}{number}",
                )  # fmt: skip
            panel.annotate(
                write(float(row["mean"])), (float(np.nanmax([row["high"], row["mean"]])), y + 0.22),
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
