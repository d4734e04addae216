"""The figures of learning curves: loss and accuracy over the epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from reportgen.analysis.findings import FEW
from reportgen.report.figures.drawing import draw_mean, mean_over_seeds, name_lines, whole_epochs
from reportgen.report.figures.marks import color
from reportgen.report.figures.small_multiples import small_multiples
from reportgen.report.figures.style import PANELS, WIDTH
from reportgen.report.figures.svg import SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def curves(epochs: pd.DataFrame, metric: str, words: Mapping[str, str]) -> Figure:
    """Return a metric over the epochs, training on the left, validation on the right.

    Lines are means over seeds, bands their interval of 95 %. More than FEW setups have a panel each.

    Args:
        epochs: The rows of metrics.csv of one stage.
        metric: "loss" or "accuracy".
        words: The labels epoch, training, validation, loss and accuracy.
    """
    from matplotlib.figure import Figure

    setups = list(dict.fromkeys(epochs["setup"]))
    if len(setups) > FEW:
        return _panel_each(epochs, metric, setups, words)
    figure = Figure(figsize=(WIDTH, PANELS))
    panels: Sequence[Axes] = figure.subplots(1, 2, sharey=True)
    for panel, part in zip(panels, ("training", "validation"), strict=True):
        for number, setup in enumerate(setups):
            draw_mean(panel, epochs[epochs["setup"] == setup], f"{part}_{metric}", number)
        panel.set_title(words[part])
        whole_epochs(panel, epochs, words)
    panels[0].set_ylabel(words[metric])
    _choose_scale(panels[0], epochs, metric)
    name_lines(figure, panels[1], setups)
    return figure


def _panel_each(epochs: pd.DataFrame, metric: str, setups: Sequence[str], words: Mapping[str, str]) -> Figure:
    """A panel for each setup: validation as a line with its band, training dotted; the others in grey."""
    rows = [epochs[epochs["setup"] == setup] for setup in setups]
    validation = [mean_over_seeds(of_setup, f"validation_{metric}") for of_setup in rows]

    def draw(panel: Axes, number: int) -> None:
        mean, low, high = validation[number]
        look: dict[str, Any] = {"color": color(number), "gid": f"{SERIES}{number}"}
        if np.isfinite(low).any():
            panel.fill_between(mean.index, low, high, alpha=0.25, linewidth=0, **look)
        panel.plot(mean.index, mean, **look)
        training, _, _ = mean_over_seeds(rows[number], f"training_{metric}")
        panel.plot(training.index, training, linestyle=(0, (1.2, 1.2)), linewidth=1, **look)

    grey = [mean for mean, _, _ in validation]
    figure, panels = small_multiples(setups, grey, draw, x=words["epoch"], y=words[metric])
    whole_epochs(panels[0], epochs, {"epoch": ""})
    _choose_scale(panels[0], epochs, metric, labels=4)
    return figure


def loss_and_accuracy(epochs: pd.DataFrame, words: Mapping[str, str]) -> Figure:
    """Return loss on the left, accuracy on the right, training and validation in each: one setup's course.

    Args:
        epochs: The rows of metrics.csv of one stage and one setup.
        words: The labels epoch, training, validation, loss and accuracy.
    """
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


def _choose_scale(panel: Axes, epochs: pd.DataFrame, metric: str, labels: int | None = None) -> None:
    """Accuracies in per cent; a logarithmic axis where losses differ by more than a factor of 30.

    labels: so many have room in a small panel.
    """
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator, PercentFormatter

    if metric == "accuracy":
        panel.yaxis.set_major_formatter(PercentFormatter(1, 0))
        return
    losses = epochs[["training_loss", "validation_loss"]].to_numpy(dtype=float)
    losses = losses[np.isfinite(losses) & (losses > 0)]
    if losses.size and losses.max() / losses.min() > 30:
        panel.set_yscale("log")
        panel.yaxis.set_major_locator(
            LogLocator(subs=(1, 2, 5)) if labels is None else LogLocator(numticks=labels)
        )
        panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        panel.yaxis.set_minor_locator(NullLocator())
