"""The figures: functions from plain tables to matplotlib figures."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportgen.report.figures import marks
from reportgen.report.figures.drawing import draw_mean, name_lines, whole_epochs
from reportgen.report.fonts import faces
from reportgen.report.words import numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLORS, color = marks.COLORS, marks.color
WIDTH = 6.5  # inches: the text width of an A4 page
PANELS = 2.1  # inches: two panels beside each other; three such figures fit a page with their sentences
MANY_CLASSES = 20  # above this, a confusion matrix has no room for numbers


@contextlib.contextmanager
def style() -> Iterator[None]:
    """The look that all figures share; leaves matplotlib as it was."""
    import matplotlib as mpl

    mpl.use("svg")
    faces.register_with_matplotlib()
    ink, grid = "#2b303a", "#dfe2e7"
    settings: Any = {
        "font.family": ["Report Sans", "Report Hei TC"],
        "font.size": 8,
        "axes.titlesize": 8.5,
        "axes.labelsize": 8,
        "xtick.labelsize": 7.5,
        "ytick.labelsize": 7.5,
        "legend.fontsize": 8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": "#7d8590",
        "axes.linewidth": 0.6,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": grid,
        "grid.linewidth": 0.5,
        "xtick.bottom": False,  # the grid's lines reach the axis: marks beside them would say it twice
        "ytick.left": False,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
        "text.color": ink,
        "axes.labelcolor": ink,
        "xtick.color": ink,
        "ytick.color": ink,
        "lines.linewidth": 1.3,
        "legend.frameon": False,
        "figure.constrained_layout.use": True,
        "svg.fonttype": "none",  # texts stay texts: searchable, and in the page's fonts
        "svg.hashsalt": "reportgen",  # the same ids every time
        "text.parse_math": False,  # a label with two dollar signs is a label
    }
    with mpl.rc_context(settings):
        yield


def curves(epochs: pd.DataFrame, metric: str, words: Mapping[str, str]) -> Figure:
    """A metric over the epochs, training on the left, validation on the right.

    epochs: rows of metrics.csv of one stage. metric: 'loss' or 'accuracy'. words: the labels epoch,
    training, validation, loss and accuracy. Lines are means over seeds, bands their interval of 95 %.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    setups = list(dict.fromkeys(epochs["setup"]))
    figure = Figure(figsize=(WIDTH, PANELS))
    panels: Sequence[Axes] = figure.subplots(1, 2, sharey=True)
    for panel, part in zip(panels, ("training", "validation"), strict=True):
        for number, setup in enumerate(setups):
            draw_mean(panel, epochs[epochs["setup"] == setup], f"{part}_{metric}", number)
        panel.set_title(words[part])
        whole_epochs(panel, epochs, words)
    panels[0].set_ylabel(words[metric])
    if metric == "accuracy":
        panels[0].yaxis.set_major_formatter(PercentFormatter(1, 0))
    else:
        _choose_scale(panels[0], epochs)
    name_lines(figure, panels[1], setups)
    return figure


def loss_and_accuracy(epochs: pd.DataFrame, words: Mapping[str, str]) -> Figure:
    """Loss on the left, accuracy on the right, training and validation in each: one setup's course."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    figure = Figure(figsize=(WIDTH, PANELS))
    panels: Sequence[Axes] = figure.subplots(1, 2)
    parts = ("training", "validation")
    for panel, metric in zip(panels, ("loss", "accuracy"), strict=True):
        for number, part in enumerate(parts, start=1):
            draw_mean(panel, epochs, f"{part}_{metric}", number, series=False)
        panel.set_ylabel(words[metric])
        whole_epochs(panel, epochs, words)
    panels[1].yaxis.set_major_formatter(PercentFormatter(1, 0))
    name_lines(figure, panels[1], [words[part] for part in parts], series=False, first=1)
    return figure


def confusion(matrix: NDArray[np.float64], classes: Sequence[str], words: Mapping[str, str]) -> Figure:
    """How often each true class (row) was taken for each class (column), in per cent of the row."""
    from matplotlib.figure import Figure

    size = len(classes)
    side = min(WIDTH, 2.2 + 0.34 * size)
    figure = Figure(figsize=(side, side * 0.86))
    panel = figure.subplots()
    totals = matrix.sum(axis=1, keepdims=True)
    shares = matrix / np.where(totals > 0, totals, 1)
    panel.pcolormesh(shares, cmap="Blues", vmin=0, vmax=1, edgecolors="white", linewidth=0.8)
    if size <= MANY_CLASSES:
        for row, column in np.ndindex(size, size):
            if not matrix[row, column]:
                continue
            shade = "white" if shares[row, column] > 0.55 else "#2b303a"
            panel.text(
                column + 0.5,
                row + 0.5,
                numbers.mean_count(float(100 * shares[row, column])),
                ha="center",
                va="center",
                color=shade,
                fontsize=7,
            )
    places = np.arange(size) + 0.5
    panel.set_xticks(places, classes, rotation=45, ha="right", rotation_mode="anchor")
    panel.set_yticks(places, classes)
    panel.set_xlim(0, size)
    panel.set_ylim(size, 0)
    panel.set_xlabel(words["predicted"])
    panel.set_ylabel(words["true"])
    panel.grid(visible=False)
    for spine in panel.spines.values():
        spine.set_visible(False)
    return figure


def _choose_scale(panel: Axes, epochs: pd.DataFrame) -> None:
    """A logarithmic axis where losses differ by more than a factor of 30."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    losses = epochs[["training_loss", "validation_loss"]].to_numpy(dtype=float)
    losses = losses[np.isfinite(losses) & (losses > 0)]
    if losses.size and losses.max() / losses.min() > 30:
        panel.set_yscale("log")
        panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        panel.yaxis.set_minor_locator(NullLocator())
