"""Two samples that share nothing: the permutation test of their means, and the interval that it gives.

If neither optimizer were better, any of the scores could have come from either. The test deals them out anew
in every way and asks how often the two means lie at least as far apart, measured by Welch's statistic, which
keeps the level where the two spread differently, in large samples at least (Janssen, 1997, "Studentized
permutation tests for non-i.i.d. hypotheses and the generalized Behrens-Fisher problem", Statistics &
Probability Letters 36).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, combinations

import numpy as np
from numpy.typing import NDArray

from reportgen.analysis.intervals import NO_INTERVAL, Interval, ignore

MOST_DEALS = 50_000
"""So many ways to deal out the scores are all counted; of more, RESAMPLES random ones."""

RESAMPLES = 19_999

TOLERANCE = 1e-9
"""Statistics that are equal on paper differ in their last digits."""

FEWEST = 2
"""Trials of each, without which there is no spread to measure."""


@dataclass(frozen=True)
class Deals:
    """Sums over every way of dealing out the scores of two samples.

    Attributes:
        counts: How many scores of the first sample each deal leaves in the first (k,).
        sums: Of what each deal puts into the first (k,).
        squares: Of the same, squared (k,).
        sums_of_first: Of the scores of the first sample among them (k,).
    """

    counts: NDArray[np.float64]
    sums: NDArray[np.float64]
    squares: NDArray[np.float64]
    sums_of_first: NDArray[np.float64]


@dataclass(frozen=True)
class TwoSamples:
    """The test of one pair of samples: its p-value, and the interval that it gives at any level.

    Attributes:
        p: Two-sided, of "the two have the same mean".
        smallest_p: The least that so many scores can give.
        exact: Whether all deals were counted.
        p_same: The larger p of the two one-sided tests at the margin; NaN without one.
    """

    first: NDArray[np.float64]
    second: NDArray[np.float64]
    p: float
    smallest_p: float
    exact: bool
    p_same: float
    margin: float | None
    p_at: Callable[[float], float]

    def interval(self, alpha: float, multiplicity: int = 1) -> Interval:
        """Return the interval of the difference of the means: every shift that the test does not reject.

        Args:
            alpha: The level of the test.
            multiplicity: How many times p counts.

        Returns:
            The interval; none where the samples are too small to reject anything.
        """
        if not multiplicity * self.smallest_p <= alpha:
            return NO_INTERVAL
        low, high = self._ends(alpha, multiplicity)
        if multiplicity * self.p > alpha:  # zero may be an end itself, and be missed by a rounding
            low, high = min(low, 0.0), max(high, 0.0)
        return Interval(low, high, "permutations")

    def interval_within(self, alpha: float, multiplicity: int = 1) -> Interval:
        """Return the interval of the two one-sided tests, as SignFlips.interval_within does.

        Args:
            alpha: The level of each of the two tests.
            multiplicity: How many times their p count.
        """
        if not multiplicity * self.smallest_p / 2 <= alpha:
            return NO_INTERVAL
        low, high = self._ends(min(2 * alpha, 0.99), multiplicity)
        if self.margin is not None and multiplicity * self.p_same <= alpha:
            low, high = max(low, -self.margin), min(high, self.margin)
        return Interval(low, high, "two one-sided permutations")

    def _ends(self, alpha: float, multiplicity: int) -> tuple[float, float]:
        """The shifts farthest from the difference seen that are not rejected."""
        middle = float(self.first.mean() - self.second.mean())
        step = float(np.ptp(np.concatenate([self.first, self.second]))) or 1.0
        ends = []
        for side in (-1.0, 1.0):
            kept, rejected = 0.0, step
            while multiplicity * self.p_at(middle + side * rejected) > alpha and rejected < 1e6 * step:
                kept, rejected = rejected, 2 * rejected
            for _ in range(40):
                half = (kept + rejected) / 2
                if multiplicity * self.p_at(middle + side * half) > alpha:
                    kept = half
                else:
                    rejected = half
            ends.append(middle + side * kept)
        return ends[0], ends[1]


def two_samples(
    pairs: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]],
    *,
    margin: float | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
    advance: Callable[[int], None] = ignore,
) -> list[TwoSamples]:
    """Return the test of every pair of samples, each of at least FEWEST scores.

    Exact where there are at most MOST_DEALS ways to deal the scores out; beyond, `resamples` random ones from
    their own seed, with the observed one counted among them.

    Args:
        pairs: The scores of the first (n,) and of the second (m,) of each pair.
        margin: Up to where a difference of the means is as good as none; without, p_same is NaN.
        resamples: How many random deals are drawn where there are too many to count all.
        seed: Of the random deals.
        advance: Is told of how many more pairs the test is done.
    """
    tests = []
    for first, second in pairs:
        # the order of the scores says nothing, and must not choose the random deals either
        tests.append(_test(np.sort(first), np.sort(second), margin, resamples, seed))
        advance(1)
    return tests


def is_exact(first: int, second: int) -> bool:
    """Return whether the test of samples of these sizes counts all deals.

    Args:
        first: Scores of the one.
        second: Scores of the other.
    """
    return math.comb(first + second, first) <= MOST_DEALS


def smallest_p(first: int, second: int, resamples: int = RESAMPLES) -> float:
    """Return the least p that samples of these sizes can give; 1 where there is no test.

    Args:
        first: Scores of the one.
        second: Scores of the other.
        resamples: How many random deals are drawn where there are too many to count all.
    """
    if min(first, second) < FEWEST:
        return 1.0
    if not is_exact(first, second):
        return 1 / (resamples + 1)
    # of two samples of one size, exchanging them gives the same distance
    return (2 if first == second else 1) / math.comb(first + second, first)


def fewest_trials(level: float) -> int:
    """Return the least number of trials of each of two optimizers at which the test can give p <= level.

    Args:
        level: The largest p that rejects.
    """
    trials = FEWEST
    while smallest_p(trials, trials) > level and is_exact(trials, trials):
        trials += 1
    return trials


def _test(
    first: NDArray[np.float64], second: NDArray[np.float64], margin: float | None, resamples: int, seed: int
) -> TwoSamples:
    n, m = len(first), len(second)
    exact = is_exact(n, m)
    # about their common mean, so that squares lose no digits
    middle = float(np.concatenate([first, second]).mean())
    x, y = first - middle, second - middle
    deals = _deals(x, y, None if exact else resamples, seed)
    total = float(x.sum() + y.sum()), float((x**2).sum() + (y**2).sum())

    def statistics(shift: float) -> tuple[NDArray[np.float64], float]:
        """Welch's statistic, squared with its sign, of every deal and of what was observed.

        shift: taken from every score of the first sample.
        """
        sums = deals.sums - shift * deals.counts
        squares = deals.squares - 2 * shift * deals.sums_of_first + shift**2 * deals.counts
        whole = total[0] - shift * n, total[1] - 2 * shift * float(x.sum()) + shift**2 * n
        moved = x - shift
        own = _welch(np.array([moved.sum()]), np.array([(moved**2).sum()]), whole, n, m)
        return _welch(sums, squares, whole, n, m), float(own[0])

    def p_at(shift: float) -> float:
        dealt, seen = statistics(shift)
        return _share(int((np.abs(dealt) >= abs(seen) * (1 - TOLERANCE)).sum()), len(dealt), exact)

    def p_one_sided(shift: float, sign: float) -> float:
        dealt, seen = statistics(shift)
        reached = sign * seen - (TOLERANCE * abs(seen) if math.isfinite(seen) else 0.0)
        return _share(int((sign * dealt >= reached).sum()), len(dealt), exact)

    p_same = math.nan
    if margin is not None:
        p_same = max(p_one_sided(-margin, 1.0), p_one_sided(margin, -1.0))
    return TwoSamples(first, second, p_at(0.0), smallest_p(n, m, resamples), exact, p_same, margin, p_at)


def _share(hits: int, deals: int, exact: bool) -> float:
    return hits / deals if exact else (1 + hits) / (deals + 1)


def _welch(
    sums: NDArray[np.float64], squares: NDArray[np.float64], whole: tuple[float, float], n: int, m: int
) -> NDArray[np.float64]:
    """t |t| of every deal: infinite where neither side spreads, 0 where the means are equal."""
    difference = sums / n - (whole[0] - sums) / m
    spread = (squares - sums**2 / n) / (n * (n - 1))
    spread += (whole[1] - squares - (whole[0] - sums) ** 2 / m) / (m * (m - 1))
    # what is equal on paper spreads by a rounding
    least = 1e-13 * max(whole[1], 1e-300)
    signed = np.sign(difference) * difference**2
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.where(spread > least, signed / np.maximum(spread, least), np.sign(difference) * np.inf)
    equal = np.abs(difference) <= 1e-13 * math.sqrt(max(whole[1], 0.0))
    dealt: NDArray[np.float64] = np.where(equal, 0.0, values)
    return dealt


def _deals(
    first: NDArray[np.float64], second: NDArray[np.float64], resamples: int | None, seed: int
) -> Deals:
    """All deals, or so many random ones."""
    n, size = len(first), len(first) + len(second)
    scores = np.concatenate([first, second])
    of_first = np.arange(size) < n
    columns = np.stack([of_first.astype(float), scores, scores**2, scores * of_first], axis=1)
    if resamples is None:
        return Deals(*columns[_every_choice(size, n)].sum(axis=1).T)
    rng = np.random.default_rng(seed)
    batch = max(1, 2**20 // size)
    parts = []
    for start in range(0, resamples, batch):
        keys = rng.random((min(batch, resamples - start), size))
        parts.append(columns[np.argpartition(keys, n - 1, axis=1)[:, :n]].sum(axis=1))
    return Deals(*np.concatenate(parts).T)


@lru_cache(maxsize=4)
def _every_choice(size: int, chosen: int) -> NDArray[np.int8]:
    """Every way to choose so many places of so many, (k, chosen)."""
    places = chain.from_iterable(combinations(range(size), chosen))
    return np.fromiter(places, dtype=np.int8).reshape(-1, chosen)
