"""Tails and quantiles of a few distributions, by scipy.special: to import scipy.stats takes a second."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Values = NDArray[np.float64]


def student_quantile(tail: ArrayLike, freedom: ArrayLike) -> Values:
    """Return what Student's t exceeds with this chance.

    Args:
        tail: The chance, between 0 and 1.
        freedom: The degrees of freedom.
    """
    return _floats(-special.stdtrit(_floats(freedom), _floats(tail)))


def student_tail(t: ArrayLike, freedom: ArrayLike) -> Values:
    """Return the chance that Student's t exceeds a value.

    Args:
        t: The value.
        freedom: The degrees of freedom.
    """
    return _floats(special.stdtr(_floats(freedom), -_floats(t)))


def satterthwaite_freedom(first: float, of_first: float, second: float, of_second: float) -> float:
    """Return the degrees of freedom of a sum of two estimated variances (Satterthwaite, Biometrics 2, 1946).

    Args:
        first: The one variance.
        of_first: Its degrees of freedom.
        second: The other.
        of_second: Its degrees of freedom.
    """
    total = first + second
    if total == 0:
        return of_first
    # shares first, so that the squares of tiny variances are not lost
    return 1 / ((first / total) ** 2 / of_first + (second / total) ** 2 / of_second)


def poisson_probability(counts: ArrayLike, mean: float) -> Values:
    """Return the chance of each count where so many are expected.

    Args:
        counts: Whole numbers from 0.
        mean: How many are expected.
    """
    counts = _floats(counts)
    return _floats(np.exp(special.xlogy(counts, mean) - special.gammaln(counts + 1) - mean))


def share_interval(successes: int, trials: int, confidence: float) -> tuple[float, float]:
    """Return the interval of a chance of which some trials were successes (Clopper & Pearson, 1934).

    Args:
        successes: How many.
        trials: Of how many.
        confidence: The least chance with which the interval holds it, between 0 and 1.
    """
    tail, failures = (1 - confidence) / 2, trials - successes
    low = float(special.betaincinv(successes, failures + 1, tail)) if successes else 0.0
    high = float(special.betaincinv(successes + 1, failures, 1 - tail)) if failures else 1.0
    return low, high


def hypergeometric_tails(drawn: int, marked: int, draws: int, total: int) -> tuple[float, float]:
    """Return the chances of at most, and of at least, so many marked ones among those drawn.

    Args:
        drawn: How many marked ones were drawn.
        marked: How many there are.
        draws: How many were drawn, without putting any back.
        total: From how many.
    """
    counts = np.arange(max(0, draws + marked - total), min(marked, draws) + 1)
    probability = np.exp(
        _log_choose(marked, counts) + _log_choose(total - marked, draws - counts) - _log_choose(total, draws)
    )
    return float(probability[counts <= drawn].sum()), float(probability[counts >= drawn].sum())


def _log_choose(n: int, k: ArrayLike) -> Values:
    """The logarithm of the number of ways to choose k of n."""
    k = _floats(k)
    return _floats(special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1))


def _floats(values: ArrayLike) -> Values:
    return np.asarray(values, dtype=np.float64)
