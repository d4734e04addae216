"""The figure of verdicts: every pair of optimizers as a matrix."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np

from reportgen.analysis.findings import FEW
from reportgen.analysis.pairs import Verdict
from reportgen.report.figures.drawing import frame_squares
from reportgen.report.figures.panels import wrapped
from reportgen.report.figures.style import COLUMN, WIDE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# blue and orange differ for every kind of colour vision; the sign says the same in grey
LOOKS = {
    Verdict.BETTER: ("#cfe2f7", "▲"),
    Verdict.WORSE: ("#fbdcae", "▼"),
    Verdict.SAME: ("#d9efe0", "="),
    Verdict.NOT_SEPARABLE: ("#eef0f3", "≈"),
    Verdict.TOO_FEW_SEEDS: ("#ffffff", "?"),
    Verdict.TOO_FEW_PROBLEMS: ("#ffffff", "?"),
}


class Compared(Protocol):
    """Two optimizers with a verdict: on one problem, or over all."""

    @property
    def first(self) -> str:
        """From whose side it is seen."""

    @property
    def second(self) -> str:
        """The other one."""

    @property
    def verdict(self) -> Verdict:
        """What can be said of the first."""

    @property
    def difference(self) -> float:
        """By how much the first is better, or worse."""

    def mirrored(self) -> Self:
        """Return the same, seen from the second."""


def verdict_matrix(
    pairs: Sequence[Compared], order: Sequence[str], write: Callable[[float], str], words: Mapping[str, str]
) -> Figure:
    """Return a row for each optimizer against a column for each: the mean difference, the verdict as a sign.

    Of more than FEW optimizers the difference stands below the sign, in a narrow cell, and columns have the
    numbers of the rows.

    Args:
        pairs: Of one problem, or over all.
        order: The names of the optimizers, best first.
        write: Gives a difference as text.
        words: The labels row and column.
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    size = len(order)
    many = size > FEW
    sizes = (WIDE, 0.5 + 0.31 * size) if many else (min(COLUMN, 1.7 + 0.85 * size), 0.7 + 0.36 * size)
    figure = Figure(figsize=sizes)
    separator = "\n" if many else " "
    panel = figure.subplots()
    both = {(pair.first, pair.second): pair for compared in pairs for pair in (compared, compared.mirrored())}
    for (row, column), pair in (
        ((order.index(first), order.index(second)), pair) for (first, second), pair in both.items()
    ):
        shade, sign = LOOKS[pair.verdict]
        panel.add_patch(Rectangle((column, row), 1, 1, facecolor=shade, edgecolor="white", linewidth=1.5))
        text = f"{sign}{separator}{write(pair.difference)}"
        panel.text(
            column + 0.5, row + 0.52, text, ha="center", va="center", fontsize=6.6 if many else 7.5,
            linespacing=1.05,
        )  # fmt: skip
    places = np.arange(size) + 0.5
    rows, columns = list(order), list(order)
    if many:
        columns = [str(number) for number in range(1, size + 1)]
        rows = [f"{wrapped(name)}  {number}" for name, number in zip(order, columns, strict=True)]
    panel.set_xticks(places, columns)
    panel.set_yticks(places, rows)
    panel.xaxis.tick_top()
    panel.xaxis.set_label_position("top")
    panel.set_xlabel(words["column"])
    panel.set_ylabel(words["row"])
    frame_squares(panel, size)
    return figure
