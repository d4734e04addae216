"""The figure of how large gradients and steps are over training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reportgen.analysis.findings import FEW
from reportgen.analysis.step_sizes import relative_steps
from reportgen.report.figures.drawing import draw_mean, series_of, whole_epochs
from reportgen.report.figures.panels import LINE, POINTS, name_curves, panels_beside
from reportgen.report.figures.style import PANELS, WIDE
from reportgen.report.figures.ticks import set_logarithmic

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def step_sizes(epochs: pd.DataFrame, words: Mapping[str, str], setups: Sequence[str]) -> Figure:
    """Return the gradient's length on the left, the step's against the parameters' on the right.

    The lines of more than FEW setups have no bands, which would hide them.

    Args:
        epochs: The rows of metrics.csv of one stage, with its sizes.
        words: The labels epoch, gradient, step and log_scale.
        setups: Who has which colour.
    """
    many = len(setups) > FEW
    by_name = series_of(setups)
    series = [by_name[setup] for setup in setups]
    height = max(PANELS, 0.7 + LINE * len(setups) / POINTS)
    figure, panels = panels_beside(WIDE, height, series, shared=[False])
    table = epochs.assign(relative=relative_steps(epochs))
    for panel, column, title in zip(panels, ("gradient_norm", "relative"), ("gradient", "step"), strict=True):
        positive = table[np.isfinite(table[column]) & (table[column] > 0)]
        for own in series:
            of_setup = positive[positive["setup"] == own.name]
            draw_mean(panel, of_setup, column, own, logarithmic=True, band=not many)
        set_logarithmic(panel, "y", share=column == "relative")
        panel.set_title(words[title])
        whole_epochs(panel, epochs, words)
    panels[0].set_ylabel(words["log_scale"])
    name_curves(panels[-1], series)
    return figure
