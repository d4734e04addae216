"""Curves over the epochs: their means over seeds."""

from __future__ import annotations

import numpy as np
import pandas as pd


def mean_curves(epochs: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return, by setup and epoch, the means over seeds, of setups of which no trial diverged.

    An epoch counts where all seeds of its setup got so far.

    Args:
        epochs: The rows of metrics.csv of one stage.
        metric: "loss" or "accuracy", of which training and validation are two columns.
    """
    columns = [f"training_{metric}", f"validation_{metric}"]
    finite = epochs[columns].replace([np.inf, -np.inf], np.nan).notna().all(axis=1)
    ended = epochs[finite.groupby(epochs["setup"]).transform("all")]
    seeds = ended.groupby("setup")["seed"].transform("nunique")
    reached = ended[ended.groupby(["setup", "epoch"])["seed"].transform("nunique") == seeds]
    means: pd.DataFrame = reached.groupby(["setup", "epoch"], sort=False)[columns].mean()
    return means
