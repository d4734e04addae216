"""Two optimizers on one problem, seed by seed: how far apart they are, and whether that can be said."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportgen.analysis.holm import holm, holm_multiplicities
from reportgen.analysis.intervals import ignore
from reportgen.analysis.power import effect_ratio, seeds_needed
from reportgen.analysis.sign_flip import RESAMPLES, SignFlips, fewest_seeds, is_exact, sign_flips


class Verdict(StrEnum):
    """What the data say about the first optimizer of a pair, seen against the second."""

    BETTER = "better"
    WORSE = "worse"
    NOT_SEPARABLE = "not separable"
    NO_SCORE = "no score"
    DIVERGED = "diverged"
    TOO_FEW_SEEDS = "too few seeds"
    TOO_FEW_PROBLEMS = "too few problems"


TESTED = (Verdict.BETTER, Verdict.WORSE, Verdict.NOT_SEPARABLE)
"""The verdicts of a test; the others say why there was none."""

_Untested = tuple["Pair", NDArray[np.float64]]

MIRRORED = {Verdict.BETTER: Verdict.WORSE, Verdict.WORSE: Verdict.BETTER}


@dataclass(frozen=True)
class Pair:
    """Two optimizers on one problem, compared with the seeds that both have.

    Attributes:
        problem: The name of the problem.
        first: The optimizer from whose side the difference is seen.
        second: The optimizer that it is compared with.
        verdict: What can be said of the first against the second.
        shared: How many seeds both have.
        n: On how many of them both scores are finite; what follows is of these.
        difference: Mean of first minus second, in the unit of the score, NaN without a common seed.
        low: The lower end of the interval of the difference, which is that of the verdict: every difference
            that the test does not reject at the level that Holm's correction gives this pair. It leaves out 0
            exactly where the verdict is better or worse. NaN where there was no test, or one that could not
            reject anything.
        high: Its upper end, likewise.
        interval: Its method; "" where there is none.
        wins: On how many of the n seeds the first is the better one.
        ties: On how many it is as good.
        losses: On how many it is the worse one.
        p: Of the sign-flip test, two-sided. A pair without a common seed, or of which one lacks a score, has
            none (NaN).
        p_holm: The p, corrected for the family, which is all pairs of the problem that have a p.
        exact: Whether the test counts all flips, or random ones.
        fewest_seeds: How many seeds every pair of this problem needs for any verdict.
        seeds_needed: How many would show a difference like this one with a chance of 80 %; None if there is
            none, or that takes more than power.MOST_SEEDS.
        unscored_first: On how many shared seeds the first has no score.
        unscored_second: On how many shared seeds the second has no score.
        only_first: The seeds that the second lacks, which are not used.
        only_second: The seeds that the first lacks, which are not used.
    """

    problem: str
    first: str
    second: str
    verdict: Verdict
    shared: int
    n: int
    difference: float
    low: float
    high: float
    interval: str
    wins: int
    ties: int
    losses: int
    p: float
    p_holm: float
    exact: bool
    fewest_seeds: int
    seeds_needed: int | None
    unscored_first: int
    unscored_second: int
    only_first: tuple[Hashable, ...]
    only_second: tuple[Hashable, ...]

    def mirrored(self) -> Pair:
        """Return the same, seen from the second."""
        return replace(
            self,
            first=self.second,
            second=self.first,
            verdict=MIRRORED.get(self.verdict, self.verdict),
            difference=0.0 - self.difference,
            low=0.0 - self.high,
            high=0.0 - self.low,
            wins=self.losses,
            losses=self.wins,
            unscored_first=self.unscored_second,
            unscored_second=self.unscored_first,
            only_first=self.only_second,
            only_second=self.only_first,
        )


@dataclass(frozen=True)
class Problem:
    """What is compared on one problem.

    Attributes:
        name: Of the problem.
        scores: The rows of scores.checked for it; NaN is no score, a missing row is a missing seed.
        order: Of its optimizers; the first of each pair stands before the second.
    """

    name: str
    scores: pd.DataFrame
    order: Sequence[str]


def compare_pairs(
    problems: Sequence[Problem],
    *,
    alpha: float,
    higher_is_better: bool,
    lost: Verdict = Verdict.NO_SCORE,
    seed: int = 0,
    advance: Callable[[int], None] = ignore,
) -> list[tuple[Pair, ...]]:
    """Return all pairs of the optimizers of every problem.

    The verdict: `lost` if either has no score on a shared seed, whatever the rest says, since the seeds that
    are left are not a fair sample any more. **Too few seeds** if the pair could not be told apart with any
    data, because even the smallest p-values that all the pairs of the problem can have leave its Holm p above
    alpha. Else **better** or **worse** if its Holm p is at most alpha, and **not separable** if not: which
    does not say that they are equal.

    seeds_needed takes the differences as normal with the mean and the deviation seen here, and asks for a
    power of 80 % at the level that Holm's procedure has for the pair: alpha / m for the one of the clearest
    effect (mean over deviation), alpha / (m - 1) for the next, and so on, and never fewer seeds than the
    pairs before it, which must be rejected first. It is as uncertain as the effect that it starts from.

    Args:
        problems: The scores of each problem, and its optimizers in order.
        alpha: The chance of a false verdict in a problem.
        higher_is_better: Whether a higher score is the better one.
        lost: The verdict where a score is missing.
        seed: Of random sign flips.
        advance: Is told of how many more pairs are done.

    Returns:
        The pairs of each problem, the problems in the order given.
    """
    sign = 1.0 if higher_is_better else -1.0
    families = [list(_untested(problem, sign, lost)) for problem in problems]
    advance(sum(len(family) - len(_tested(family)) for family in families))
    tests: dict[int, Iterator[SignFlips]] = {}
    for size in sorted({len(family) for family in families}):
        # enough random flips for the smallest p to survive the correction by far
        resamples = max(RESAMPLES, math.ceil(10 * size / alpha))
        gains = [gain for family in families if len(family) == size for gain in _tested(family).values()]
        flips = sign_flips(gains, alpha=alpha, most=size, resamples=resamples, seed=seed, advance=advance)
        tests[size] = iter(flips)
    return [_judged(family, tests[len(family)], sign, alpha) for family in families]


def _untested(problem: Problem, sign: float, lost: Verdict) -> Iterator[_Untested]:
    """Every pair with what can be said without a test, and by how much the first is better, seed by seed."""
    by_optimizer = {
        name: rows.set_index("seed")["score"] for name, rows in problem.scores.groupby("optimizer")
    }
    for first, second in combinations(problem.order, 2):
        a, b = by_optimizer[first], by_optimizer[second]
        shared = a.index.intersection(b.index)
        gain = sign * (a[shared] - b[shared]).dropna().to_numpy()
        unscored = int(a[shared].isna().sum()), int(b[shared].isna().sum())
        n = len(gain)
        pair = Pair(
            problem=problem.name,
            first=first,
            second=second,
            verdict=lost if any(unscored) else Verdict.TOO_FEW_SEEDS,
            shared=len(shared),
            n=n,
            difference=sign * float(gain.mean()) + 0.0 if n else math.nan,
            low=math.nan,
            high=math.nan,
            interval="",
            wins=int((gain > 0).sum()),
            ties=int((gain == 0).sum()),
            losses=int((gain < 0).sum()),
            p=math.nan,
            p_holm=math.nan,
            exact=is_exact(n),
            fewest_seeds=1,
            seeds_needed=None,
            unscored_first=unscored[0],
            unscored_second=unscored[1],
            only_first=tuple(a.index.difference(b.index)),
            only_second=tuple(b.index.difference(a.index)),
        )
        yield pair, gain


def _tested(family: Sequence[_Untested]) -> dict[int, NDArray[np.float64]]:
    """The gains of the pairs that are tested, by their place: those with common seeds and all scores."""
    return {
        index: gain
        for index, (pair, gain) in enumerate(family)
        if pair.n and pair.verdict is Verdict.TOO_FEW_SEEDS
    }


def _judged(
    family: Sequence[_Untested], tests: Iterator[SignFlips], sign: float, alpha: float
) -> tuple[Pair, ...]:
    """The pairs of a problem with what can be said only of all of them together.

    tests: begins with those of this family.
    """
    tested = {index: (gain, next(tests)) for index, gain in _tested(family).items()}
    p_values = [test.p for _, test in tested.values()]
    p_holm = holm(p_values)
    least = holm([test.smallest_p for _, test in tested.values()])
    multiplicities = holm_multiplicities(p_values, alpha)
    needed = _seeds_needed([gain for gain, _ in tested.values()], alpha)
    fewest = fewest_seeds(alpha / max(1, len(tested)))
    judged = [replace(pair, fewest_seeds=fewest) for pair, _ in family]
    for i, (index, (gain, test)) in enumerate(tested.items()):
        interval = test.interval(alpha, multiplicities[i])
        low, high = sorted((sign * interval.low + 0.0, sign * interval.high + 0.0))
        judged[index] = replace(
            judged[index],
            verdict=_verdict(float(p_holm[i]), float(least[i]), float(gain.mean()), alpha),
            low=low,
            high=high,
            interval=interval.method,
            p=test.p,
            p_holm=float(p_holm[i]),
            seeds_needed=needed[i],
        )
    return tuple(judged)


def _verdict(p_holm: float, least_holm: float, gain: float, alpha: float) -> Verdict:
    if least_holm > alpha:
        return Verdict.TOO_FEW_SEEDS
    if p_holm > alpha:
        return Verdict.NOT_SEPARABLE
    return Verdict.BETTER if gain > 0 else Verdict.WORSE


def _seeds_needed(gains: Sequence[NDArray[np.float64]], alpha: float) -> list[int | None]:
    """For each pair of the family, along Holm's steps; see compare_pairs."""
    ratios = np.array([abs(effect_ratio(gain)) if len(gain) > 1 else 0.0 for gain in gains])
    needed: list[int | None] = [None] * len(gains)
    before = 0
    for step, i in enumerate(np.argsort(-ratios, kind="stable")):
        seeds = seeds_needed(float(ratios[i]), alpha / (len(gains) - step)) if ratios[i] else None
        if seeds is None:
            break  # the effects that follow are no clearer
        before = max(before, seeds)
        needed[i] = before
    return needed
