"""Learning curves for tests, in closed form or drawn at random."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd


def curves_table(problem: str = "p", **by_optimizer: Sequence[Sequence[float]]) -> pd.DataFrame:
    """A curve for each seed of each optimizer, at epochs 1, 2, ...; NaN is no score."""
    return pd.DataFrame(
        [
            {"problem": problem, "optimizer": optimizer, "seed": seed, "epoch": epoch, "score": float(score)}
            for optimizer, seeds in by_optimizer.items()
            for seed, curve in enumerate(seeds)
            for epoch, score in enumerate(curve, start=1)
        ]
    )


def exponentials(
    *, epochs: int, seeds: int, noise: float = 0.0, seed: int = 0, level: float = 1.0, **rates: float
) -> pd.DataFrame:
    """Curves level * (1 - exp(-rate * epoch)); noise is that of a trial's level, alike at all its epochs."""
    rng = np.random.default_rng(seed)
    t = np.arange(1, epochs + 1)
    return curves_table(
        **{
            name: [level * (1 - np.exp(-rate * t)) + noise * rng.normal() for _ in range(seeds)]
            for name, rate in rates.items()
        }
    )
