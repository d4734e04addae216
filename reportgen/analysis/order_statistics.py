"""Bands that hold the distribution function behind independent draws, everywhere at once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from reportgen.analysis.tails import poisson_probability

MOST = 200
"""Of more draws the band is that of Kolmogorov and Smirnov, which is exact too and quick, and wider where a
tuning curve needs it."""


@lru_cache(maxsize=64)
def distribution_band(draws: int, confidence: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return bounds of the distribution function at the ordered draws, all of which hold at once.

    The share of the distribution below the i-th smallest draw follows Beta(i, n + 1 - i). Equal-tailed
    intervals of these are widened together until all of them hold at once with the confidence asked for, no
    more and no less where the distribution is continuous; with ties they hold more often.

    Source: Learned-Miller & DeStefano, A probabilistic upper bound on differential entropy (2008); for tuning
    curves Lourie, Cho & He, Show your work with confidence (NAACL 2024). The coverage is computed, not
    simulated (Noé, Annals of Mathematical Statistics, 1972).

    Args:
        draws: How many there are, n.
        confidence: That all bounds hold.

    Returns:
        Lower and upper bounds (n,) of the distribution function, just above and just below each draw.
    """
    if draws > MOST:
        from scipy.stats import kstwo  # slow to import

        half = float(kstwo.ppf(confidence, draws))
        steps = np.arange(1, draws + 1) / draws
        return tuple(np.clip(steps - half, 0, 1)), tuple(np.clip(steps - 1 / draws + half, 0, 1))

    from scipy.optimize import brentq  # slow to import

    def excess(each: float) -> float:
        return coverage(*_intervals(draws, each)) - confidence

    # each alone has to be surer than all together, and no surer than if only all of them failed apart
    each = brentq(excess, confidence, 1 - (1 - confidence) / draws / 2, xtol=1e-12)
    low, high = _intervals(draws, each)
    return tuple(low), tuple(high)


def _intervals(draws: int, each: float) -> tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]:
    """Equal-tailed intervals of the shares below the ordered draws, each of this confidence."""
    places = np.arange(1, draws + 1)
    tail = (1 - each) / 2
    return (
        betaincinv(places, draws + 1 - places, tail),
        betaincinv(places, draws + 1 - places, 1 - tail),
    )


def coverage(low: NDArray[np.floating[Any]], high: NDArray[np.floating[Any]]) -> float:
    """Return the probability that n ordered uniform draws all lie within their bounds.

    Counts how many draws lie below each bound, from left to right: as a Poisson process of n points, given
    that there are n of them at the end.

    Args:
        low: Lower bounds (n,), rising.
        high: Upper bounds (n,), rising.
    """
    draws = len(low)
    counts = np.arange(draws + 1)
    weights = (counts == 0).astype(float)
    before = 0.0
    for at in np.unique(np.concatenate([low, high, [1.0]])):
        weights = np.convolve(weights, poisson_probability(counts, draws * (at - before)))[: draws + 1]
        # below a lower bound lie fewer draws than its number, below an upper bound as many at least
        weights[(counts > np.sum(low < at)) | (counts < np.sum(high <= at))] = 0
        before = at
    return float(weights[draws] / poisson_probability(draws, draws))
