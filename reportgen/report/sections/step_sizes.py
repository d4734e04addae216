"""How large gradients and steps are over training: the figure and its sentence."""

from __future__ import annotations

from typing import Any

import pandas as pd

from reportgen.analysis.step_sizes import at_the_end
from reportgen.records.run_folder import SIZE_COLUMNS
from reportgen.report.figures.step_sizes import step_sizes
from reportgen.report.figures.svg import drawn
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue
from reportgen.report.words.labels import figure_labels


def has_sizes(epochs: pd.DataFrame) -> bool:
    """Return whether the sizes were measured, up to the last epoch of some setup.

    Args:
        epochs: The rows of metrics.csv of one stage.
    """
    if not set(SIZE_COLUMNS) <= set(epochs) or epochs[list(SIZE_COLUMNS)].isna().all(axis=None):
        return False
    return bool(at_the_end(epochs)["relative"].notna().any())


def steps_block(epochs: pd.DataFrame, t: Catalogue, *, key: str) -> dict[str, Any] | None:
    """Return what the templates show of gradients and steps; None where the sizes were not measured.

    Args:
        epochs: The rows of metrics.csv of one stage.
        t: The words, in the report's languages.
        key: What the figure's ids begin with.
    """
    if not has_sizes(epochs):
        return None
    setups = list(dict.fromkeys(epochs["setup"]))
    last = at_the_end(epochs)
    steps = last["relative"].dropna()
    values = "; ".join(
        f"{name} {row['gradient_norm']:.2g}, {numbers.two_digits(row['relative'])}"
        for name, row in last.iterrows()
    )
    alt = t("alt.steps", values=values)
    return {
        "key": f"{key}-steps",
        "text": "steps.text" if len(steps) > 1 else "steps.text_one",
        "facts": {
            "largest": steps.idxmax(),
            "largest_step": numbers.two_digits(steps.max()),
            "smallest": steps.idxmin(),
            "smallest_step": numbers.two_digits(steps.min()),
        },
        "alt": alt,
        "figure": drawn(step_sizes, epochs, figure_labels(t), setups, prefix=f"{key}-steps"),
    }
