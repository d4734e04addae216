"""Several tests at once: Holm's correction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def holm(p_values: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the adjusted p-values (m,) of a family of m tests, in the order given.

    Rejecting where the adjusted p is at most alpha keeps the chance of even one false rejection in the family
    at most alpha, however the tests depend on each other. Holm (1979), "A simple sequentially rejective
    multiple test procedure", Scandinavian Journal of Statistics 6: the smallest p counts m times, the next
    m - 1 times, and none less than the one before it.
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    return adjusted


def holm_multiplicities(p_values: Sequence[float] | NDArray[np.float64], alpha: float) -> list[int]:
    """Return how many times each p counts where Holm's procedure ends for it, in the order given.

    A test is rejected exactly where its p, counted so many times, is at most alpha: the smallest counts m
    times, the next m - 1 times, and so on until one is not rejected; all that follow count as often as that.

    Args:
        p_values: The p of each of the m tests (m,).
        alpha: The chance of any false rejection among them.
    """
    p = np.asarray(p_values, dtype=float)
    counted = [0] * len(p)
    multiplicity, rejects = len(p), True
    for index in np.argsort(p, kind="stable").tolist():
        counted[index] = multiplicity
        rejects = rejects and bool(multiplicity * p[index] <= alpha)
        multiplicity -= rejects
    return counted
