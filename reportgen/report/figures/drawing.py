"""Curves over epochs with their bands and names, shared by the figures that have them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from reportgen.analysis.intervals import CONFIDENCE
from reportgen.report.figures.marks import color, dashes, marker
from reportgen.report.figures.svg import KEY, SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

GAP = 9.0
"""Points that names at the ends of two curves must lie apart."""
LONGEST = 14  # letters of such a name
MARKS = 6  # on a curve


def draw_mean(
    panel: Axes,
    rows: pd.DataFrame,
    column: str,
    number: int,
    *,
    logarithmic: bool = False,
    series: bool = True,
    band: bool = True,
) -> None:
    """Draw the mean over seeds, epoch by epoch, with its interval of 95 % where there are two seeds or more.

    Args:
        panel: What is drawn into.
        rows: The rows of metrics.csv of one setup; the columns epoch and `column`.
        column: What is drawn.
        number: The setup's place, for its looks.
        logarithmic: Whether mean and interval are those of the logarithm.
        series: Whether it is a setup that the page can fade.
        band: Whether the interval is drawn.
    """
    mean, low, high = mean_over_seeds(rows, column, logarithmic=logarithmic)
    gid = f"{SERIES}{number}" if series else None
    if band and np.isfinite(low).any():
        panel.fill_between(mean.index, low, high, color=color(number), alpha=0.18, linewidth=0, gid=gid)
    step = max(1, len(mean) // MARKS)
    panel.plot(
        mean.index, mean, color=color(number), linestyle=dashes(number), marker=marker(number),
        markersize=3.2, markeredgewidth=0, markevery=(min(number, step - 1), step), gid=gid,
    )  # fmt: skip


def draw_steps(panel: Axes, rows: pd.DataFrame, x: str, name: str, number: int) -> None:
    """Draw a share that goes up in steps, and its band.

    Args:
        panel: What is drawn into.
        rows: The columns `x`, share, low and high; the ends NaN where there is no band.
        x: The column of the horizontal axis.
        name: Of the setup, for the legend.
        number: The setup's place, for its looks.
    """
    gid = f"{SERIES}{number}"
    if rows["low"].notna().any():
        panel.fill_between(
            rows[x], rows["low"], rows["high"], step="post", color=color(number), alpha=0.15, linewidth=0,
            gid=gid,
        )  # fmt: skip
    panel.step(
        rows[x], rows["share"], where="post", color=color(number), linestyle=dashes(number),
        label=legend_name(name), gid=gid,
    )  # fmt: skip


def mean_over_seeds(
    rows: pd.DataFrame, column: str, *, logarithmic: bool = False
) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Return a column's mean by epoch and both ends of its interval; those of a share within 0 and 1.

    Args:
        rows: The rows of metrics.csv of one setup; the columns epoch and `column`.
        column: What is averaged.
        logarithmic: Whether mean and interval are those of the logarithm.
    """
    values = rows[column].where(np.isfinite(rows[column]))
    by_epoch = (np.log(values) if logarithmic else values).groupby(rows["epoch"])
    mean, low, high = mean_and_band(by_epoch)
    if logarithmic:
        mean, low, high = np.exp(mean), np.exp(low), np.exp(high)
    elif column.endswith("accuracy"):
        low, high = low.clip(0, 1), high.clip(0, 1)
    return mean, low, high


def mean_and_band(by_epoch: object) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Return, of values grouped by epoch, the mean, and both ends of Student's interval of 95 % of it.

    The ends are NaN where fewer than two seeds got that far. Raises nothing.
    """
    table = by_epoch.agg(["mean", "std", "count"])  # type: ignore[attr-defined]
    n = table["count"]
    reach = stats.t.isf((1 - CONFIDENCE) / 2, (n - 1).clip(lower=1)) * table["std"] / np.sqrt(n.clip(lower=1))
    return table["mean"], table["mean"] - reach, table["mean"] + reach


def whole_epochs(panel: Axes, epochs: pd.DataFrame, words: Mapping[str, str]) -> None:
    """Set the axis of epochs: whole numbers from the first to the last.

    Args:
        panel: Whose axis it is.
        epochs: Rows of metrics.csv; the column epoch.
        words: The label epoch.
    """
    from matplotlib.ticker import MaxNLocator

    panel.set_xlabel(words["epoch"])
    panel.set_xlim(1, max(2, int(epochs["epoch"].max())))
    panel.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))


def name_lines(
    figure: Figure, panel: Axes, names: Sequence[str], *, series: bool = True, first: int = 0
) -> None:
    """Write each line's name at its end in the panel; where they would overlap, draw a legend instead.

    Args:
        figure: The figure that the panel is in.
        panel: Whose lines are named.
        names: Of the lines in the panel, in order.
        series: Whether they are setups that the page can fade.
        first: The number whose looks the first of the lines has.
    """
    from matplotlib.lines import Line2D

    if len(names) < 2:
        return
    looks = range(first, first + len(names))
    gids = [f"{SERIES}{number}" if series else None for number in looks]
    lines = panel.get_lines()
    ends = [_end(panel, line) for line in lines]
    visible_ends = [end for end in ends if end is not None]
    height = 0.65 * figure.get_figheight() * 72
    heights = sorted(share * height for _, _, share in visible_ends)
    apart = all(b - a >= GAP for a, b in itertools.pairwise(heights))
    if len(visible_ends) == len(names) and apart and max(map(len, names)) <= LONGEST:
        for name, number, gid, (x, y, _) in zip(names, looks, gids, visible_ends, strict=True):
            panel.annotate(
                name, (x, y), xytext=(4, 0), textcoords="offset points", va="center", fontsize=7.5,
                color=color(number), annotation_clip=False, gid=gid,
            )  # fmt: skip
        return
    handles = [
        Line2D(
            [], [], color=color(number), linestyle=dashes(number), marker=marker(number), markersize=3.2,
            markeredgewidth=0, gid=gid,
        )
        for number, gid in zip(looks, gids, strict=True)
    ]  # fmt: skip
    legend_above(figure, handles, list(names), length=3.2)


def frame_squares(panel: Axes, size: int) -> None:
    """Show a matrix of as many squares a side, the first row at the top, with nothing around or behind it.

    Args:
        panel: What the matrix is drawn into.
        size: How many squares a side has.
    """
    panel.set_xlim(0, size)
    panel.set_ylim(size, 0)
    panel.grid(visible=False)
    for spine in panel.spines.values():
        spine.set_visible(False)


def legend_above(figure: Figure, *given: object, length: float = 2.6) -> None:
    """Draw a legend over all panels, which the page can leave out where it has one of its own.

    Args:
        figure: What the legend is of.
        *given: Handles and names, where they are not those of the panels.
        length: Of the lines, in letters.
    """
    legend = figure.legend(*given, loc="outside upper center", ncols=4, handlelength=length)
    legend.set_gid(KEY)


def legend_name(name: object) -> str:
    """Return a name for a legend, from which matplotlib leaves out what begins with an underscore."""
    return f" {name}" if str(name).startswith("_") else str(name)


def _end(panel: Axes, line: Line2D) -> tuple[float, float, float] | None:
    """Where a line ends: x, y, and how high that is as a share of the panel; None if not at its right."""
    x, y = (np.asarray(values, dtype=float) for values in line.get_data())
    there = np.flatnonzero(np.isfinite(y))
    if not len(there) or x[there[-1]] < 0.98 * panel.get_xlim()[1]:
        return None
    at = float(x[there[-1]]), float(y[there[-1]])
    share = float(panel.transAxes.inverted().transform(panel.transData.transform(at))[1])
    return (*at, share) if 0 <= share <= 1 else None
