"""The figure of how large gradients and steps are over training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reportgen.analysis.findings import FEW
from reportgen.analysis.step_sizes import relative_steps
from reportgen.report.figures.drawing import draw_mean, name_lines, whole_epochs
from reportgen.report.figures.style import PANELS, WIDTH
from reportgen.report.words import numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def step_sizes(epochs: pd.DataFrame, words: Mapping[str, str], setups: Sequence[str]) -> Figure:
    """Return the gradient's length on the left, the step's against the parameters' on the right.

    The lines of more than FEW setups have no bands, which would hide them.

    Args:
        epochs: The rows of metrics.csv of one stage, with its sizes.
        words: The labels epoch, gradient and step.
        setups: Who has which colour.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    many = len(setups) > FEW
    figure = Figure(figsize=(WIDTH, PANELS + many * (0.5 + 0.15 * len(setups) / 4)))
    panels: Sequence[Axes] = figure.subplots(1, 2)
    table = epochs.assign(relative=relative_steps(epochs))
    kinds = (("gradient_norm", "gradient", numbers.plain), ("relative", "step", numbers.two_digits))
    for panel, (column, title, written) in zip(panels, kinds, strict=True):
        positive = table[np.isfinite(table[column]) & (table[column] > 0)]
        for number, setup in enumerate(setups):
            of_setup = positive[positive["setup"] == setup]
            if len(of_setup):
                draw_mean(panel, of_setup, column, number, logarithmic=True, band=not many)
        panel.set_yscale("log")
        panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _, written=written: written(value)))
        panel.yaxis.set_minor_formatter(NullFormatter())
        panel.set_title(words[title])
        whole_epochs(panel, epochs, words)
    name_lines(figure, panels[-1], setups)
    return figure
