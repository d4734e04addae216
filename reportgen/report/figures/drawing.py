"""Curves over epochs with their bands and names, shared by the figures that have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportgen.analysis.intervals import CONFIDENCE
from reportgen.analysis.tails import student_quantile
from reportgen.report.figures.marks import Look, looks
from reportgen.report.figures.svg import SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARKS = 6  # on a curve


@dataclass(frozen=True)
class Series:
    """A curve's name and looks.

    Attributes:
        name: As it stands at the curve.
        look: How it is drawn.
        place: Of its setup among those of the report, for the class by which a page fades it; None for a
            curve that is no setup's.
    """

    name: str
    look: Look
    place: int | None = None

    @property
    def gid(self) -> str | None:
        """What becomes the class."""
        return None if self.place is None else f"{SERIES}{self.place}"

    @property
    def line(self) -> dict[str, Any]:
        """Colour, dashes and class of a line, for matplotlib."""
        return {"color": self.look.color, "linestyle": self.look.dashes, "gid": self.gid}


def series_of(setups: Sequence[str]) -> dict[str, Series]:
    """Return the series of each setup by its name.

    Args:
        setups: All setups of the report, in its order.
    """
    return {name: Series(name, look, setups.index(name)) for name, look in looks(setups).items()}


def draw_mean(
    panel: Axes,
    rows: pd.DataFrame,
    column: str,
    series: Series,
    *,
    logarithmic: bool = False,
    band: bool = True,
) -> None:
    """Draw the mean over seeds, epoch by epoch, with its interval of 95 % where there are two seeds or more.

    Args:
        panel: What is drawn into.
        rows: The rows of metrics.csv of one setup; the columns epoch and `column`.
        column: What is drawn.
        series: The setup's.
        logarithmic: Whether mean and interval are those of the logarithm.
        band: Whether the interval is drawn.
    """
    mean, low, high = mean_over_seeds(rows, column, logarithmic=logarithmic)
    if band and np.isfinite(low).any():
        panel.fill_between(
            mean.index, low, high, color=series.look.color, alpha=0.18, linewidth=0, gid=series.gid
        )
    step = max(1, len(mean) // MARKS)
    panel.plot(
        mean.index, mean, marker=series.look.marker, markersize=3.2, markeredgewidth=0,
        markevery=(min(series.place or 0, step - 1), step), **series.line,
    )  # fmt: skip


def draw_steps(panel: Axes, rows: pd.DataFrame, x: str, series: Series) -> None:
    """Draw a share that goes up in steps, and its band.

    Args:
        panel: What is drawn into.
        rows: The columns `x`, share, low and high; the ends NaN where there is no band.
        x: The column of the horizontal axis.
        series: The setup's.
    """
    if rows["low"].notna().any():
        panel.fill_between(
            rows[x], rows["low"], rows["high"], step="post", color=series.look.color, alpha=0.15,
            linewidth=0, gid=series.gid,
        )  # fmt: skip
    panel.step(rows[x], rows["share"], where="post", **series.line)


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
    reach = (
        student_quantile((1 - CONFIDENCE) / 2, (n - 1).clip(lower=1))
        * table["std"]
        / np.sqrt(n.clip(lower=1))
    )
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


def beside_each_other(values: NDArray[np.float64], *, within: float, room: float) -> NDArray[np.float64]:
    """Return how far points of equal values stand off a common line, so that each can be seen.

    Args:
        values: In rising order.
        within: Values so near to each other count as equal.
        room: Between the outermost places.
    """
    groups = np.cumsum(np.diff(values, prepend=values[:1]) > within)
    sizes = np.bincount(groups)
    nth = np.arange(len(values)) - np.searchsorted(groups, groups)
    step = min(0.22, room / max(1, sizes.max() - 1))
    offsets: NDArray[np.float64] = step * (nth - (sizes[groups] - 1) / 2)
    return offsets


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


def legend_above(figure: Figure, *given: object) -> None:
    """Draw a legend over all panels.

    Args:
        figure: What the legend is of.
        *given: Handles and names.
    """
    figure.legend(*given, loc="outside upper center", ncols=4, handlelength=2.6)


def legend_name(name: object) -> str:
    """Return a name for a legend, from which matplotlib leaves out what begins with an underscore."""
    return f" {name}" if str(name).startswith("_") else str(name)
