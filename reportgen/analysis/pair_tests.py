"""The tests of pairs: every two optimizers of every problem, and the verdicts that the tests allow."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportgen.analysis import sign_flip, two_sample
from reportgen.analysis.intervals import NO_INTERVAL, equal, ignore
from reportgen.analysis.pairs import Pair, Problem, Question, Verdict
from reportgen.analysis.power import detectable_ratio, detectable_shift, effect_ratio, seeds_needed
from reportgen.analysis.sign_flip import SignFlips, sign_flips
from reportgen.analysis.stepwise import adjusted, holm_counts, multiplicities, shaffer_counts
from reportgen.analysis.two_sample import TwoSamples, two_samples

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class _Untested:
    """A pair with all that can be said of it alone, and what is tested.

    first, second: the scores, higher better; where some are lost, their ranks. Paired ones go by seed.
    """

    pair: Pair
    first: Scores
    second: Scores

    @property
    def is_tested(self) -> bool:
        if self.pair.paired:
            return self.pair.n > 0
        return self.pair.n >= two_sample.FEWEST

    @property
    def smallest_p(self) -> float:
        if self.pair.paired:
            return sign_flip.smallest_p(self.pair.n)
        return two_sample.smallest_p(*self.pair.trials)

    @property
    def gain(self) -> Scores:
        """By how much the first is better, seed by seed."""
        return self.first - self.second


def compare_pairs(
    problems: Sequence[Problem], question: Question, *, advance: Callable[[int], None] = ignore
) -> list[tuple[Pair, ...]]:
    """Return the pairs of the optimizers of every problem.

    The verdict: **too few seeds** if the pair could not be told apart with any data, because even the
    smallest p-values that all the pairs of the problem can have leave its corrected p above alpha. Else
    **better** or **worse** if its corrected p is at most alpha. Else **practically the same** if both of two
    one-sided tests say that the difference is smaller than the margin, their p corrected for the family. And
    **not separable** if nothing of this is so, which does not say that they are equal.

    Better and worse are one family, practically the same another: each has the chance alpha of a false one.

    A trial without a score is worse than any that has one, and as good as another such trial. A pair with one
    is tested on ranks: the sign-flip test of signed ranks (Wilcoxon, 1945, "Individual comparisons by ranking
    methods", Biometrics Bulletin 1), or the permutation test of ranks where the trials are unpaired.

    Args:
        problems: The scores of each problem, and its optimizers in order.
        question: What is asked.
        advance: Is told of how many more pairs are done.

    Returns:
        The pairs of each problem, the problems in the order given.
    """
    families = [list(_untested(problem, question)) for problem in problems]
    advance(sum(not pair.is_tested for family in families for pair in family))
    tests: dict[int, Iterator[SignFlips | TwoSamples]] = {}
    for size in sorted({len(family) for family in families}):
        alike = [pair for family in families if len(family) == size for pair in family if pair.is_tested]
        tests[size] = iter(_tests(alike, size, question, advance))
    return [_judged(family, tests[len(family)], question) for family in families]


def _untested(problem: Problem, question: Question) -> Iterator[_Untested]:
    """Every pair that is asked for, with what can be said of it without a test."""
    by_optimizer = {
        name: rows.set_index("seed")["score"] for name, rows in problem.scores.groupby("optimizer")
    }
    for first, second in combinations(problem.order, 2):
        if question.against in (None, first, second):
            scores = by_optimizer[first], by_optimizer[second]
            yield _side_by_side(problem.name, (first, second), scores, question)


def _side_by_side(
    problem: str,
    names: tuple[str, str],
    scores: tuple[pd.Series[float], pd.Series[float]],
    question: Question,
) -> _Untested:
    """One pair. scores: by seed."""
    a, b = scores
    shared = a.index.intersection(b.index)
    compared = [one[shared] if question.paired else one for one in scores]
    first, second = (question.sign * np.asarray(one, dtype=np.float64) for one in compared)
    unscored = int(np.isnan(first).sum()), int(np.isnan(second).sum())
    wins, ties, losses = _wins(first, second, paired=question.paired)
    pair = Pair(
        problem=problem,
        first=names[0],
        second=names[1],
        verdict=Verdict.TOO_FEW_SEEDS,
        within_margin=False,
        paired=question.paired,
        n=min(len(first), len(second)),
        trials=(len(first), len(second)),
        difference=question.sign * _mean_gain(first, second, paired=question.paired) + 0.0,
        low=math.nan,
        high=math.nan,
        interval="",
        wins=wins,
        ties=ties,
        losses=losses,
        p=math.nan,
        p_corrected=math.nan,
        correction="",
        p_same=math.nan,
        p_same_corrected=math.nan,
        exact=sign_flip.is_exact(len(shared))
        if question.paired
        else two_sample.is_exact(len(first), len(second)),
        ranks=any(unscored),
        fewest_seeds=1,
        detectable=math.nan,
        seeds_for_margin=None,
        unscored_first=unscored[0],
        unscored_second=unscored[1],
        only_first=tuple(a.index.difference(b.index)) if question.paired else (),
        only_second=tuple(b.index.difference(a.index)) if question.paired else (),
    )
    if any(unscored):
        first, second = _ranks(first, second, paired=question.paired)
    return _Untested(pair, first, second)


def _mean_gain(first: Scores, second: Scores, *, paired: bool) -> float:
    """By how much the first is better in the mean, of what has a score; NaN where nothing has."""
    if paired:
        gain = first - second
        gain = gain[np.isfinite(gain)]
        return float(gain.mean()) if len(gain) else math.nan
    a, b = first[np.isfinite(first)], second[np.isfinite(second)]
    return float(a.mean() - b.mean()) if len(a) and len(b) else math.nan


def _wins(first: Scores, second: Scores, *, paired: bool) -> tuple[int, int, int]:
    """Wins, ties and losses of the first; a score that is lost is below any other."""
    a, b = (np.nan_to_num(scores, nan=-np.inf) for scores in (first, second))
    if not paired:
        a, b = a[:, np.newaxis], b[np.newaxis, :]
    return int((a > b).sum()), int((a == b).sum()), int((a < b).sum())


def _ranks(first: Scores, second: Scores, *, paired: bool) -> tuple[Scores, Scores]:
    """What is tested where scores are lost: the ranks of all scores, or signed ranks of the gains and 0."""
    a, b = (np.nan_to_num(scores, nan=-np.inf) for scores in (first, second))
    if not paired:
        ranks = _average_ranks(np.concatenate([a, b]))
        return ranks[: len(a)], ranks[len(a) :]
    with np.errstate(invalid="ignore"):
        gain = np.where(a == b, 0.0, a - b)
    signed: Scores = np.sign(gain) * _average_ranks(np.abs(gain))
    return signed, np.zeros(len(signed))


def _average_ranks(values: Scores) -> Scores:
    """The ranks of values from 1; equal ones share the mean of theirs."""
    ranks: Scores = pd.Series(values).rank().to_numpy().astype(np.float64)
    return ranks


def _tests(
    untested: Sequence[_Untested], size: int, question: Question, advance: Callable[[int], None]
) -> list[SignFlips] | list[TwoSamples]:
    """The tests of pairs out of families of one size, in their order."""
    # enough random flips for the smallest p to survive the correction by far
    enough = math.ceil(10 * max(1, size) / question.alpha)
    if question.paired:
        return sign_flips(
            [one.gain for one in untested],
            alpha=question.alpha,
            most=max(1, size),
            margin=question.margin,
            resamples=max(sign_flip.RESAMPLES, enough),
            seed=question.seed,
            advance=advance,
        )
    return two_samples(
        [(one.first, one.second) for one in untested],
        margin=question.margin,
        resamples=max(two_sample.RESAMPLES, enough),
        seed=question.seed,
        advance=advance,
    )


def _judged(
    family: Sequence[_Untested], tests: Iterator[SignFlips | TwoSamples], question: Question
) -> tuple[Pair, ...]:
    """The pairs of a problem with what can be said only of all of them together.

    tests: begins with those of this family.
    """
    alpha = question.alpha
    tested = {index: (one, next(tests)) for index, one in enumerate(family) if one.is_tested}
    of_means = [index for index, (one, _) in tested.items() if not one.pair.ranks]
    correction, counts = _correction([one for one, _ in tested.values()], question)
    p_values = [test.p for _, test in tested.values()]
    corrected = adjusted(p_values, counts)
    least = adjusted([one.smallest_p for one, _ in tested.values()], counts)
    counted = multiplicities(p_values, counts, alpha)
    p_same = [tested[index][1].p_same for index in of_means] if question.margin is not None else []
    same = dict(zip(of_means, adjusted(p_same, holm_counts(len(p_same))), strict=False))
    same_counted = dict(zip(of_means, multiplicities(p_same, holm_counts(len(p_same)), alpha), strict=False))
    level = alpha / max(1, len(tested))
    fewest = sign_flip.fewest_seeds(level) if question.paired else two_sample.fewest_trials(level)
    judged = [replace(one.pair, fewest_seeds=fewest) for one in family]
    for i, (index, (one, test)) in enumerate(tested.items()):
        p_same_corrected = float(same.get(index, math.nan))
        verdict = _verdict(
            float(corrected[i]),
            float(least[i]),
            p_same_corrected,
            float(one.first.mean() - one.second.mean()),
            alpha,
        )
        interval = NO_INTERVAL
        if index in of_means:
            interval = (
                test.interval_within(alpha, same_counted[index])
                if verdict is Verdict.SAME
                else test.interval(alpha, counted[i])
            )
        low, high = sorted((question.sign * interval.low + 0.0, question.sign * interval.high + 0.0))
        judged[index] = replace(
            judged[index],
            verdict=verdict,
            within_margin=verdict is not Verdict.TOO_FEW_SEEDS and p_same_corrected <= alpha,
            low=low,
            high=high,
            interval=interval.method,
            p=test.p,
            p_corrected=float(corrected[i]),
            correction=correction,
            p_same=test.p_same if index in of_means else math.nan,
            p_same_corrected=p_same_corrected,
            detectable=_detectable(one, level),
            seeds_for_margin=_seeds_for_margin(one, level, question.margin),
        )
    return tuple(judged)


def _correction(tested: Sequence[_Untested], question: Question) -> tuple[str, list[int]]:
    """Shaffer's where the tests are of the means of all pairs of some optimizers, else Holm's."""
    names = {name for one in tested for name in (one.pair.first, one.pair.second)}
    whole = len(tested) == math.comb(len(names), 2) and len(tested) > 1
    if question.against is None and whole and not any(one.pair.ranks for one in tested):
        return "Shaffer", shaffer_counts(len(names))
    return "Holm", holm_counts(len(tested))


def _verdict(
    p_corrected: float, least_corrected: float, p_same_corrected: float, gain: float, alpha: float
) -> Verdict:
    if least_corrected > alpha:
        return Verdict.TOO_FEW_SEEDS
    if p_corrected <= alpha:
        return Verdict.BETTER if gain > 0 else Verdict.WORSE
    return Verdict.SAME if p_same_corrected <= alpha else Verdict.NOT_SEPARABLE


def _detectable(one: _Untested, level: float) -> float:
    """The difference that so many seeds would have shown; NaN where no means were tested, or none differ.

    The same scores with every seed have no spread, which does not mean that any difference would be seen.
    """
    if one.pair.ranks or (one.pair.paired and equal(one.gain)):
        return math.nan
    if not one.pair.paired:
        return detectable_shift(one.first, one.second, level)
    spread = float(one.gain.std(ddof=1)) if one.pair.n > 1 else math.nan
    return spread * detectable_ratio(one.pair.n, level)


def _seeds_for_margin(one: _Untested, level: float, margin: float | None) -> int | None:
    """How many seeds would show the margin, with the spread seen."""
    if margin is None or one.pair.ranks or not one.pair.paired or one.pair.n < 2:
        return None
    ratio = effect_ratio(one.gain - one.gain.mean() + margin)
    # to two digits, which is more than the spread is known to, and leaves few to work out
    return seeds_needed(float(f"{ratio:.2g}"), level)
