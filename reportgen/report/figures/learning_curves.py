"""The figures of learning curves: loss and accuracy over the epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from reportgen.analysis.findings import FEW
from reportgen.report.figures.drawing import (
    Series,
    draw_mean,
    mean_over_seeds,
    series_of,
    whole_epochs,
)
from reportgen.report.figures.marks import LINES, TRAINING, VALIDATION
from reportgen.report.figures.panels import name_curves, panels_beside
from reportgen.report.figures.small_multiples import small_multiples
from reportgen.report.figures.style import PANELS, WIDE
from reportgen.report.figures.ticks import MOST, set_logarithmic, write_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def curves(epochs: pd.DataFrame, metric: str, words: Mapping[str, str]) -> Figure:
    """Return a metric over the epochs, training on the left, validation on the right.

    Lines are means over seeds, bands their interval of 95 %. More than FEW setups have a panel each.

    Args:
        epochs: The rows of metrics.csv of one stage.
        metric: "loss" or "accuracy".
        words: The labels epoch, training, validation, loss, loss_log and accuracy.
    """
    setups = list(dict.fromkeys(epochs["setup"]))
    if len(setups) > FEW:
        return _panel_each(epochs, metric, setups, words)
    by_name = series_of(setups)
    series = [by_name[setup] for setup in setups]
    figure, panels = panels_beside(WIDE, PANELS, series, shared=[True])
    for panel, part in zip(panels, ("training", "validation"), strict=True):
        for own in series:
            draw_mean(panel, epochs[epochs["setup"] == own.name], f"{part}_{metric}", own)
        panel.set_title(words[part])
        whole_epochs(panel, epochs, words)
    panels[0].set_ylabel(_choose_scale(panels[0], epochs, metric, words))
    name_curves(panels[1], series)
    return figure


def _panel_each(epochs: pd.DataFrame, metric: str, setups: Sequence[str], words: Mapping[str, str]) -> Figure:
    """A panel for each setup: validation as a line with its band, training dotted; the others in grey."""
    rows = [epochs[epochs["setup"] == setup] for setup in setups]
    validation = [mean_over_seeds(of_setup, f"validation_{metric}") for of_setup in rows]

    series = series_of(setups)

    def draw(panel: Axes, number: int) -> None:
        mean, low, high = validation[number]
        own = series[setups[number]]
        look: dict[str, Any] = {"color": own.look.color, "gid": own.gid}
        if np.isfinite(low).any():
            panel.fill_between(mean.index, low, high, alpha=0.25, linewidth=0, **look)
        panel.plot(mean.index, mean, **look)
        training, _, _ = mean_over_seeds(rows[number], f"training_{metric}")
        panel.plot(training.index, training, linestyle=LINES[2], linewidth=1, **look)

    grey = [mean for mean, _, _ in validation]
    figure, panels = small_multiples([series[setup] for setup in setups], grey, draw, x=words["epoch"])
    whole_epochs(panels[0], epochs, {"epoch": ""})
    figure.supylabel(_choose_scale(panels[0], epochs, metric, words, most=4))
    return figure


def loss_and_accuracy(epochs: pd.DataFrame, words: Mapping[str, str]) -> Figure:
    """Return loss on the left, accuracy on the right, training and validation in each: one setup's course.

    Args:
        epochs: The rows of metrics.csv of one stage and one setup.
        words: The labels epoch, training, validation, loss and accuracy.
    """
    parts = {"training": TRAINING, "validation": VALIDATION}
    series = {part: Series(words[part], look) for part, look in parts.items()}
    figure, panels = panels_beside(WIDE, PANELS, list(series.values()), shared=[False])
    for panel, metric in zip(panels, ("loss", "accuracy"), strict=True):
        for part in parts:
            draw_mean(panel, epochs, f"{part}_{metric}", series[part])
        panel.set_ylabel(words[metric])
        whole_epochs(panel, epochs, words)
    write_ticks(panels[0], "y", share=False)
    write_ticks(panels[1], "y", share=True)
    name_curves(panels[1], list(series.values()))
    return figure


def spans_decades(epochs: pd.DataFrame) -> bool:
    """Return whether losses differ by more than a factor of 30: then their axis is logarithmic.

    Args:
        epochs: The rows of metrics.csv of one stage.
    """
    losses = epochs[["training_loss", "validation_loss"]].to_numpy(dtype=float)
    losses = losses[np.isfinite(losses) & (losses > 0)]
    return bool(losses.size) and bool(losses.max() / losses.min() > 30)


def _choose_scale(
    panel: Axes, epochs: pd.DataFrame, metric: str, words: Mapping[str, str], most: int = MOST
) -> str:
    """Make the axis logarithmic where losses differ by more than a factor of 30; returns its label.

    most: so many numbers have room.
    """
    if metric == "loss" and spans_decades(epochs):
        set_logarithmic(panel, "y", most=most)
        return words["loss_log"]
    write_ticks(panel, "y", share=metric == "accuracy")
    return words[metric]
