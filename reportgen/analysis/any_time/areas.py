"""The area under each trial's curve, as its mean score over the epochs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportgen.analysis.any_time.trial_curves import ProblemCurves


def areas(problems: Iterable[ProblemCurves]) -> pd.DataFrame:
    """Return the area under the curve of every trial, as scores that `comparison.compare` takes.

    By the trapezoidal rule between the first and the last epoch that all trials have, over their distance: so
    it is a mean, in the metric's own unit. Of a trial that diverged there is none (NaN).

    Args:
        problems: The curves of each problem.

    Returns:
        The columns problem, optimizer, seed, score.
    """
    parts = [
        pd.DataFrame(
            {
                "problem": curves.problem,
                "optimizer": name,
                "seed": list(trials.seeds),
                "score": np.where(
                    trials.diverged,
                    np.nan,
                    _trapezoids(trials.scores, curves.epochs) / np.ptp(curves.epochs),
                ),
            }
        )
        for curves in problems
        for name, trials in curves.trials.items()
    ]
    columns = ["problem", "optimizer", "seed", "score"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _trapezoids(scores: NDArray[np.float64], epochs: NDArray[np.float64]) -> NDArray[np.float64]:
    """The area under each row of scores (trials, epochs)."""
    areas: NDArray[np.float64] = (np.diff(epochs) * (scores[:, 1:] + scores[:, :-1]) / 2).sum(axis=1)
    return areas
