"""Intervals of the probability of improvement: a bootstrap over the seeds, within each problem.

On each problem the seeds are drawn anew, those of the two optimizers together where they are paired. Of n
seeds n - 1 are drawn: n would be too few by 1 - 1/n of the variance in every problem, which many problems of
few seeds add up (Rao & Wu, 1988, "Resampling inference with complex survey data", JASA 83).
`tools/problems_simulation.py` has the coverage.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reportgen.analysis.intervals import DECIMALS, NO_INTERVAL, Interval
from reportgen.analysis.rank_strata import Stratum, alike_strata
from reportgen.randomness import stream

RESAMPLES, FEWEST_RESAMPLES = 9_999, 999
METHOD = "stratified bootstrap"

# so many products of two trials are summed over in some seconds; tables of more have fewer resamples
MOST_PRODUCTS = 3 * 10**10


class Resampled:
    """The resampled probabilities of every pair of optimizers.

    Args:
        pairs: The strata of each pair of optimizers, one a problem.
        resamples: How many; without, RESAMPLES, and fewer of very large tables.
        seed: Of the random numbers.
    """

    def __init__(
        self, pairs: Sequence[Sequence[Stratum]], *, resamples: int | None = None, seed: int = 0
    ) -> None:
        products = sum(len(s.first) * len(s.second) for strata in pairs for s in strata)
        if resamples is None:
            resamples = int(np.clip(MOST_PRODUCTS // max(1, products), FEWEST_RESAMPLES, RESAMPLES))
        self.means = np.zeros((len(pairs), resamples))
        for (problem, (n, m), paired), alike in alike_strata(pairs).items():
            if min(n, m) < 2:
                continue
            rng = stream(seed, f"bootstrap {problem} {n} {m} {paired}")
            first = _weights(rng, resamples, n)
            second = first if paired else _weights(rng, resamples, m)
            wins = np.stack([pairs[index][place].wins() for index, place in alike], axis=1)
            weights = np.asarray([1 / len(pairs[index]) for index, _ in alike])
            wins = (wins * weights[:, np.newaxis]).reshape(
                n, -1
            )  # (seeds of the first, pairs x of the second)
            places = [index for index, _ in alike]
            at_once = max(1, 2**22 // (len(alike) * m))
            for start in range(0, resamples, at_once):
                some = slice(start, start + at_once)
                against = (first[some] @ wins).reshape(-1, len(alike), m)
                self.means[places, some] += np.einsum("rpm,rm->pr", against, second[some])
        # last digits depend on how many are summed at once
        self.means = np.round(self.means, DECIMALS)
        for index, strata in enumerate(pairs):
            if any(min(stratum.size) < 2 for stratum in strata):
                self.means[index] = np.nan  # one seed does not show how far seeds lie apart

    def interval(self, index: int, alpha: float) -> Interval:
        """Return the interval of a pair: all but alpha / 2 of its resamples at either end.

        Args:
            index: Of the pair.
            alpha: The chance with which the interval may miss.

        Returns:
            The interval; none where a problem has a single seed, or where all resamples are alike, as where
            one optimizer wins in every pair of trials: they then do not show how sure that is.
        """
        means = self.means[index]
        if np.isnan(means).any() or np.ptp(means) == 0:
            return NO_INTERVAL
        low, high = np.quantile(means, [alpha / 2, 1 - alpha / 2])
        return Interval(float(low), float(high), METHOD)


def _weights(rng: np.random.Generator, resamples: int, n: int) -> NDArray[np.float64]:
    """How much each of n seeds weighs in each resample (resamples, n), of n - 1 drawn ones."""
    drawn = rng.integers(0, n, (resamples, n - 1)) + n * np.arange(resamples)[:, np.newaxis]
    return np.bincount(drawn.ravel(), minlength=resamples * n).reshape(resamples, n) / (n - 1)
