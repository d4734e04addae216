"""The figure of all problems together: how often one optimizer beats another, with both intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from reportgen.analysis.across_problems import EVEN, PairAcross
from reportgen.analysis.pairs import Verdict
from reportgen.report.figures.drawing import legend_above
from reportgen.report.figures.style import WIDE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# blue and orange differ for every kind of colour vision; a filled mark says the same in grey
LOOKS = {Verdict.BETTER: "#2f6fd0", Verdict.WORSE: "#b35c00"}
OPEN = "#7d8590"
ROW = 0.21
"""Inches: the height of a row."""


def probability_forest(
    pairs: Sequence[PairAcross], words: Mapping[str, str], *, width: float = WIDE
) -> Figure:
    """Return a row for each pair: its probability of improvement, and both intervals.

    The interval of the pair alone is thick, the corrected one thin; a mark is filled where the verdict on
    these problems is better or worse.

    Args:
        pairs: From top to bottom.
        words: The labels axis, alone and corrected.
        width: Of the figure, in inches.
    """
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    figure = Figure(figsize=(width, 0.75 + ROW * len(pairs)))
    panel = figure.subplots()
    panel.axvline(EVEN, color="#2b303a", linewidth=0.8, zorder=1)
    for row, pair in enumerate(pairs):
        look = LOOKS.get(pair.verdict, OPEN)
        if np.isfinite(pair.low):
            panel.plot([pair.low, pair.high], [row, row], color=look, linewidth=0.9, zorder=2)
            panel.plot(
                [pair.low_alone, pair.high_alone], [row, row], color=look, linewidth=3, zorder=3,
                solid_capstyle="butt",
            )  # fmt: skip
        panel.plot(
            [pair.probability], [row], "o", color=look, markersize=5, zorder=4,
            markerfacecolor=look if pair.verdict in LOOKS else "white", markeredgewidth=1.1,
        )  # fmt: skip
    panel.set_yticks(range(len(pairs)), [f"{pair.first} vs. {pair.second}" for pair in pairs])
    panel.set_ylim(len(pairs) - 0.5, -0.5)
    panel.set_xlim(-0.02, 1.02)
    panel.set_xlabel(words["axis"])
    lines = [Line2D([], [], color=OPEN, linewidth=thick) for thick in (3, 0.9)]
    legend_above(figure, lines, [words["alone"], words["corrected"]])
    return figure
