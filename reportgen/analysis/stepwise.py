"""Several tests at once: Holm's correction, and Shaffer's where the tests are all pairs of some optimizers.

Both go from the smallest p to the largest and stop at the first that is not rejected. They differ in how many
times each p counts: in Holm's, as often as there are tests left; in Shaffer's, as often as tests left can be
true null hypotheses together. Of three optimizers, once one pair is told apart, at most one of the other two
pairs can still be equal.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray


def holm_counts(tests: int) -> list[int]:
    """Return how many times each p counts, the smallest first: m, m - 1, ..., 1.

    Holm (1979), "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics
    6. It holds however the tests depend on each other.

    Args:
        tests: How many there are, m.
    """
    return list(range(tests, 0, -1))


def shaffer_counts(optimizers: int) -> list[int]:
    """Return how many times each p counts where the tests are all pairs of k optimizers, the smallest first.

    Shaffer (1986), "Modified sequentially rejective multiple test procedures", JASA 81, procedure S1: the
    i-th p counts as often as the largest number, at most m - i + 1, of pairs that can be equal together.
    For three optimizers 3, 1, 1; for four 6, 3, 3, 3, 2, 1.

    Args:
        optimizers: How many there are, k; the tests are the m = k (k - 1) / 2 pairs.
    """
    tests = math.comb(optimizers, 2)
    possible = sorted(_equal_pairs(optimizers))
    return [max(count for count in possible if count <= tests - step) for step in range(tests)]


@cache
def _equal_pairs(optimizers: int) -> frozenset[int]:
    """How many pairs of k optimizers can be equal: they fall into groups of equals, in any way."""
    if optimizers < 2:
        return frozenset({0})
    return frozenset(
        math.comb(group, 2) + rest
        for group in range(1, optimizers + 1)
        for rest in _equal_pairs(optimizers - group)
    )


def holm(p_values: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the adjusted p-values (m,) of a family of m tests by Holm's procedure, in the order given."""
    return adjusted(p_values, holm_counts(len(p_values)))


def adjusted(p_values: Sequence[float] | NDArray[np.float64], counts: Sequence[int]) -> NDArray[np.float64]:
    """Return the adjusted p-values (m,) of a family, in the order given.

    Rejecting where the adjusted p is at most alpha keeps the chance of even one false rejection in the family
    at most alpha.

    Args:
        p_values: The p of each of the m tests (m,).
        counts: How many times each counts, the smallest first (m,).
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(np.maximum.accumulate(p[order] * np.asarray(counts, dtype=float)), 1.0)
    return corrected


def multiplicities(
    p_values: Sequence[float] | NDArray[np.float64], counts: Sequence[int], alpha: float
) -> list[int]:
    """Return how many times each p counts where the procedure ends for it, in the order given.

    A test is rejected exactly where its p, counted so many times, is at most alpha. After one that is not
    rejected all that follow count as often as that one.

    Args:
        p_values: The p of each of the m tests (m,).
        counts: How many times each counts, the smallest first (m,).
        alpha: The chance of any false rejection among them.
    """
    p = np.asarray(p_values, dtype=float)
    counted = [0] * len(p)
    step, rejects = 0, True
    for index in np.argsort(p, kind="stable").tolist():
        counted[index] = counts[step]
        rejects = rejects and bool(counts[step] * p[index] <= alpha)
        step += rejects
    return counted
