"""Tables of scores for tests."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def table(problem: str = "p", **scores: Sequence[float | None]) -> pd.DataFrame:
    """Scores by optimizer and seed 0, 1, ...; None is a seed that is not there."""
    return pd.DataFrame(
        [
            {"problem": problem, "optimizer": optimizer, "seed": seed, "score": score}
            for optimizer, values in scores.items()
            for seed, score in enumerate(values)
            if score is not None
        ]
    )


def random_table(k: int, n: int, *, effect: float = 0.0, seed: int = 0, problem: str = "p") -> pd.DataFrame:
    """k optimizers A, B, ... with n seeds, each better than the one before by the effect on average."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(n, 1)) + rng.normal(size=(n, k)) + effect * np.arange(k)
    return table(problem, **{chr(ord("A") + i): scores[:, i].tolist() for i in range(k)})


def brute_force_p(differences: NDArray[np.float64]) -> float:
    """The sign-flip test by writing every flip down."""
    flips = np.array(list(itertools.product((1, -1), repeat=len(differences))))
    observed = abs(differences.sum())
    return float((np.abs(flips @ differences) >= observed - 1e-9).mean())


RISING = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]


def plus(values: list[float], step: float) -> list[float]:
    return [value + step for value in values]
