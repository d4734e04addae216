"""Two optimizers on several problems by ranks: how often one beats the other, and whether that is chance.

On a problem, the probability of improvement is the share of all pairs of a trial of the first and a trial of
the second in which the first is the better one, a tie counting half: the statistic of Mann & Whitney (1947,
Annals of Mathematical Statistics 18) over n * m, Vargha & Delaney's A (2000, Journal of Educational and
Behavioral Statistics 25). Over problems it is their mean (Agarwal et al., 2021, "Deep reinforcement learning
at the edge of the statistical precipice", NeurIPS).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from reportgen.randomness import stream

MOST_COUNTED = 32
"""Of so many trials of each optimizer on a problem all permutations are counted; of more, random ones."""

LONGEST = 2**19
"""So many values at most may the mean take for its distribution to be written down."""

RESAMPLES = 9_999


@dataclass(frozen=True)
class Stratum:
    """Two optimizers on one problem.

    Attributes:
        problem: The place of the problem, which its random numbers go by.
        first: The scores (n,) of the first optimizer, higher is better; -inf for a trial that is lost.
        second: Those (m,) of the second.
        paired: Whether first[i] and second[i] have the same seed, so that n = m.
    """

    problem: int
    first: NDArray[np.float64]
    second: NDArray[np.float64]
    paired: bool

    @property
    def size(self) -> tuple[int, int]:
        """How many trials each has."""
        return len(self.first), len(self.second)

    @cached_property
    def ranks(self) -> NDArray[np.int64]:
        """Twice the ranks (n + m,) of all trials among each other, the worst first; ties share theirs."""
        both = np.concatenate([self.first, self.second])
        ordered = np.sort(both)
        return 1 + ordered.searchsorted(both) + ordered.searchsorted(both, "right")

    @cached_property
    def lead(self) -> int:
        """In how many more of the n * m pairs of trials the first is better than in how many it is worse."""
        n, m = self.size
        return int(self.ranks[:n].sum()) - n * (n + m + 1)

    @property
    def probability(self) -> float:
        """The probability that a trial of the first is better than one of the second."""
        n, m = self.size
        return 0.5 + self.lead / (2 * n * m)

    @property
    def arrangements(self) -> int:
        """In how many ways the trials can be given to the two."""
        n, m = self.size
        return int(2**n) if self.paired else math.comb(n + m, n)

    def wins(self) -> NDArray[np.float64]:
        """Return the pairs of trials (n, m): 1 where the first is better, 1/2 for a tie, 0 where worse."""
        better = self.first[:, np.newaxis] > self.second
        return np.asarray(better + 0.5 * (self.first[:, np.newaxis] == self.second), dtype=np.float64)


@dataclass(frozen=True)
class PermutationTest:
    """The p-value of a test within problems.

    Attributes:
        p: Two-sided.
        smallest_p: The least that trials so many can give.
        exact: Whether all permutations are counted, or random ones.
    """

    p: float
    smallest_p: float
    exact: bool


def permutation_tests(
    pairs: Sequence[Sequence[Stratum]], *, resamples: int = RESAMPLES, seed: int = 0
) -> list[PermutationTest]:
    """Return the test of "neither optimizer is better on any problem" for every pair of optimizers.

    If that were so, which of the two a trial belongs to would be chance within its problem: where seeds are
    paired, the two trials of a seed are swapped; else all trials of the problem are dealt out anew. The p is
    the share of ways in which the mean probability over problems lies at least as far from 1/2 as it does.

    All ways are counted, by the distribution of the sum of ranks on each problem and the convolution of
    these, where problems have few trials; else random ones, the observed one among them.

    Args:
        pairs: The strata of each pair, one a problem.
        resamples: How many random ways are drawn where not all are counted.
        seed: Of the random ones.
    """
    tests: list[PermutationTest | None] = [None] * len(pairs)
    drawn = [index for index, strata in enumerate(pairs) if not _is_counted(strata)]
    random = _random_tests([pairs[index] for index in drawn], resamples, seed)
    for index, test in zip(drawn, random, strict=True):
        tests[index] = test
    return [
        test or PermutationTest(_counted_p(strata), smallest_p(strata), True)
        for test, strata in zip(tests, pairs, strict=True)
    ]


def smallest_p(strata: Sequence[Stratum]) -> float:
    """Return the least p that trials so many can give: one optimizer is the better one in every pair.

    Args:
        strata: Of a pair of optimizers, one a problem.
    """
    return min(1.0, 2 / math.prod(stratum.arrangements for stratum in strata))


def mean_probability(strata: Sequence[Stratum]) -> float:
    """Return the probability of improvement over problems, which all weigh alike.

    Args:
        strata: Of a pair of optimizers, one a problem.
    """
    return float(np.mean([stratum.probability for stratum in strata]))


# ---------------------------------------------------------------- all permutations


def _unit(strata: Sequence[Stratum]) -> int:
    """What leads are fractions of, so that their mean is a sum of whole numbers."""
    return math.lcm(*(math.prod(stratum.size) for stratum in strata))


def _is_counted(strata: Sequence[Stratum]) -> bool:
    few = all(max(stratum.size) <= MOST_COUNTED for stratum in strata)
    return few and len(strata) * _unit(strata) <= LONGEST


def _counted_p(strata: Sequence[Stratum]) -> float:
    unit = _unit(strata)
    shares: list[NDArray[np.float64]] = []
    observed = 0
    for stratum in strata:
        step = unit // math.prod(stratum.size)
        observed += step * stratum.lead
        of_problem = _leads(stratum)
        spread = np.zeros(step * (len(of_problem) - 1) + 1)
        spread[::step] = of_problem
        shares.append(spread)
    while len(shares) > 1:  # neighbours, so that both factors are short for as long as may be
        odd = shares[len(shares) - len(shares) % 2 :]
        shares = [_convolved(a, b) for a, b in zip(shares[::2], shares[1::2], strict=False)] + odd
    leads = np.arange(len(shares[0])) - len(shares[0]) // 2
    p = float(shares[0][np.abs(leads) >= abs(observed)].sum())
    return float(np.clip(p, smallest_p(strata), 1.0))


def _leads(stratum: Stratum) -> NDArray[np.float64]:
    """The share of arrangements that give each lead, from -n m to n m."""
    n, m = stratum.size
    if stratum.paired:
        sums = _swapped(stratum.ranks[:n], stratum.ranks[n:])
    else:
        sums = _dealt(tuple(np.sort(stratum.ranks).tolist()), n)
    lowest = n * (n + m + 1) - n * m
    return sums[lowest : lowest + 2 * n * m + 1]


def _swapped(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.float64]:
    """The share of swaps that give each sum of the first's ranks."""
    shares = np.zeros(2 * len(first) * (2 * len(first) + 1) + 1)
    shares[0] = 1.0
    for one, other in zip(first.tolist(), second.tolist(), strict=True):
        moved = np.zeros_like(shares)
        moved[one:] += 0.5 * shares[: len(shares) - one]
        moved[other:] += 0.5 * shares[: len(shares) - other]
        shares = moved
    return shares


@lru_cache(maxsize=1_000)
def _dealt(ranks: tuple[int, ...], n: int) -> NDArray[np.float64]:
    """The share of choices of n of the ranks that give each sum (Streitberg & Röhmel, 1986).

    By how many are chosen so far, and their sum: every rank is taken in turn.
    """
    ways = np.zeros((n + 1, sum(ranks) + 1))
    ways[0, 0] = 1.0
    for rank in ranks:
        ways[1:, rank:] += ways[:-1, : ways.shape[1] - rank].copy()
    return np.asarray(ways[n] / math.comb(len(ranks), n))


def _convolved(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """The distribution of the sum of two independent numbers."""
    if min(len(a), len(b)) < 500:
        return np.convolve(a, b)
    length = len(a) + len(b) - 1
    fast = 2 ** math.ceil(math.log2(length))
    product = np.fft.irfft(np.fft.rfft(a, fast) * np.fft.rfft(b, fast), fast)[:length]
    return np.maximum(product, 0.0)


# ---------------------------------------------------------------- random permutations


def _random_tests(pairs: Sequence[Sequence[Stratum]], resamples: int, seed: int) -> list[PermutationTest]:
    """Pairs of optimizers that have as many trials on a problem share its random permutations."""
    sums = np.zeros((len(pairs), resamples))
    for (problem, (n, m), paired), alike in alike_strata(pairs).items():
        rng = stream(seed, f"permutations {problem} {n} {m} {paired}")
        ranks = np.stack([pairs[index][place].ranks for index, place in alike]).astype(np.float64)
        at_once = max(1, 2**22 // (n + m))
        for start in range(0, resamples, at_once):
            rows = min(at_once, resamples - start)
            mine = _random_choices(rng, rows, n, m, paired)
            leads = (mine @ ranks.T - n * (n + m + 1)).T / (n * m)
            for (index, _), lead in zip(alike, leads, strict=True):
                sums[index, start : start + rows] += lead
    observed = [sum(stratum.lead / math.prod(stratum.size) for stratum in strata) for strata in pairs]
    hits = [int((np.abs(row) >= abs(lead) - 1e-9).sum()) for row, lead in zip(sums, observed, strict=True)]
    return [
        PermutationTest((1 + hit) / (resamples + 1), max(smallest_p(strata), 1 / (resamples + 1)), False)
        for hit, strata in zip(hits, pairs, strict=True)
    ]


def _random_choices(rng: np.random.Generator, rows: int, n: int, m: int, paired: bool) -> NDArray[np.float64]:
    """Which trials (rows, n + m) belong to the first, as 1 or 0."""
    if paired:
        kept = rng.integers(0, 2, (rows, n), dtype=np.uint8)
        return np.hstack([kept, 1 - kept]).astype(np.float64)
    each = np.tile(np.repeat(np.array([1, 0], dtype=np.uint8), [n, m]), (rows, 1))
    return rng.permuted(each, axis=1).astype(np.float64)


Kind = tuple[int, tuple[int, int], bool]


def alike_strata(pairs: Sequence[Sequence[Stratum]]) -> dict[Kind, list[tuple[int, int]]]:
    """Return the strata that may share random numbers: of one problem, of one size, paired or not.

    Args:
        pairs: The strata of each pair of optimizers.

    Returns:
        By problem, size and pairing: which pair's stratum it is, and its place among them.
    """
    alike: dict[Kind, list[tuple[int, int]]] = {}
    for index, strata in enumerate(pairs):
        for place, stratum in enumerate(strata):
            alike.setdefault((stratum.problem, stratum.size, stratum.paired), []).append((index, place))
    return alike
