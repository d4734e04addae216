"""Which of a trial's epochs is its best: by what it is chosen, and how good every epoch is by that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd


def chosen_by(trial: Mapping[str, Any]) -> str:
    """Return by what a trial of the manifest chose its best epoch, as training/trainer.py has it."""
    if trial["defects"]["best_epoch_by_objective"]:
        return "objective"
    return str(trial["setup"]["best_epoch_by"])


def costs(epochs: pd.DataFrame, by: str) -> pd.Series[float]:
    """Return what is lowest at the best epoch, for every epoch of a trial; the first of equals is best.

    Args:
        epochs: The rows of metrics.csv of one trial, in order.
        by: As `chosen_by` says.
    """
    match by:
        case "validation_loss":
            return epochs["validation_loss"]
        case "validation_accuracy":
            return -epochs["validation_accuracy"]
        case "objective":
            return epochs["validation_loss"] + epochs["l2_term"]
    raise KeyError(by)
