"""Which of a trial's epochs is its best: by what it is chosen, and how good every epoch is by that."""

from __future__ import annotations

import pandas as pd

from reportgen.experiment.trial import Trial


def chosen_by(trial: Trial) -> str:
    """Return by what a trial chose its best epoch, as training/trainer.py has it."""
    return "objective" if trial.defects.best_epoch_by_objective else trial.setup.best_epoch_by


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
