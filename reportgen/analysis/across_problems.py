"""Optimizers over all problems together: how often one beats another, what that shows, and of what.

Two questions, each with a test of its own. *These problems, new seeds*: trials are given to the two
optimizers anew within every problem, as the seeds could have been others. *New problems of this kind*: the
problems could have been others, and each counts once however many seeds it has (Demšar, 2006, "Statistical
comparisons of classifiers over multiple data sets", JMLR 7). The second says more and needs many problems.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportgen.analysis.comparison import Comparison
from reportgen.analysis.intervals import CONFIDENCE, Interval
from reportgen.analysis.pairs import MIRRORED, Verdict
from reportgen.analysis.problem_grids import grids_of
from reportgen.analysis.rank_strata import RESAMPLES, Stratum, mean_probability, permutation_tests
from reportgen.analysis.scores import checked
from reportgen.analysis.seed_bootstrap import Resampled
from reportgen.analysis.sign_flip import RESAMPLES as FLIPS
from reportgen.analysis.sign_flip import fewest_seeds, sign_flips
from reportgen.analysis.standings import Standing
from reportgen.analysis.stepwise import holm, holm_counts, multiplicities

EVEN = 0.5
"""The probability of improvement where neither beats the other more often."""


@dataclass(frozen=True)
class PairAcross:
    """Two optimizers on all problems that both have.

    Attributes:
        first: The optimizer from whose side the probability is seen.
        second: The one that it is compared with.
        problems: How many problems both have.
        paired: On how many of them the seeds are paired; on the others all trials are used.
        trials_first: How many trials of the first are used.
        trials_second: How many of the second.
        lost_first: How many trials of the first have no score (a miss, a divergence). They rank behind all
            others; two of them are a tie.
        lost_second: How many of the second.
        ahead: On how many problems the first is the better one in more than half of the pairs of trials.
        behind: On how many in fewer than half.
        probability: That a trial of the first is better than one of the second, a tie counting half: the mean
            over the problems.
        low_alone: The lower end of the interval of 95 % of the probability, of this pair for itself.
        high_alone: Its upper end.
        low: The lower end of the interval at the level that Holm's correction gives this pair. It leaves out
            1/2 exactly where the verdict is better or worse: where the test and the bootstrap differ, the
            interval is drawn as far as 1/2, or ends just before it.
        high: Its upper end.
        p: Of "no difference on any of these problems", by permutations within problems.
        p_corrected: The same, corrected for all pairs by Holm's procedure.
        exact: Whether all permutations were counted, or random ones.
        verdict: On these problems, were the seeds others.
        p_new: Of "no difference on problems like these", by the signs of probability - 1/2 of the problems.
        p_new_corrected: The same, corrected for all pairs.
        verdict_new: On new problems of this kind.
    """

    first: str
    second: str
    problems: int
    paired: int
    trials_first: int
    trials_second: int
    lost_first: int
    lost_second: int
    ahead: int
    behind: int
    probability: float
    low_alone: float
    high_alone: float
    low: float
    high: float
    p: float
    p_corrected: float
    exact: bool
    verdict: Verdict
    p_new: float
    p_new_corrected: float
    verdict_new: Verdict

    @property
    def difference(self) -> float:
        """By how much the first beats the second more often than not."""
        return self.probability - EVEN

    def mirrored(self) -> PairAcross:
        """Return the same, seen from the second."""
        return replace(
            self,
            first=self.second,
            second=self.first,
            trials_first=self.trials_second,
            trials_second=self.trials_first,
            lost_first=self.lost_second,
            lost_second=self.lost_first,
            ahead=self.behind,
            behind=self.ahead,
            probability=1 - self.probability,
            low_alone=1 - self.high_alone,
            high_alone=1 - self.low_alone,
            low=1 - self.high,
            high=1 - self.low,
            verdict=MIRRORED.get(self.verdict, self.verdict),
            verdict_new=MIRRORED.get(self.verdict_new, self.verdict_new),
        )


@dataclass(frozen=True)
class AcrossProblems:
    """What a table of several problems supports over all of them.

    Attributes:
        problems: Their names.
        optimizers: Their names, in the order of their probability of beating another one.
        probabilities: For each optimizer the mean, over all others, of the probability that it beats them.
        pairs: The pairs that are tested, the one that comes first in the order first; all of them, or those
            with `against`.
        against: The optimizer that all others are held against; None where all pairs are tested.
        alpha: The chance of any false verdict among the pairs, for each of the two questions.
        standing: The order, with the verdicts on these problems.
        standing_new: The order, with the verdicts on new problems.
        fewest_problems: How many problems all pairs need for any verdict on new ones.
        lacking: The optimizers that are not on all problems, with the number of those that they have.
    """

    problems: tuple[str, ...]
    optimizers: tuple[str, ...]
    probabilities: Mapping[str, float]
    pairs: tuple[PairAcross, ...]
    against: str | None
    alpha: float
    standing: Standing
    standing_new: Standing
    fewest_problems: int
    lacking: Mapping[str, int]

    def pair(self, first: str, second: str) -> PairAcross:
        """Return the pair as the first sees it.

        Args:
            first: The optimizer from whose side it is seen.
            second: The one that it is compared with.

        Raises:
            KeyError: The two have no problem in common, or were not tested.
        """
        for pair in self.pairs:
            if (pair.first, pair.second) == (first, second):
                return pair
            if (pair.first, pair.second) == (second, first):
                return pair.mirrored()
        raise KeyError((first, second))

    def table(self) -> pd.DataFrame:
        """Return the pairs as a table, a column for each field of PairAcross."""
        table = pd.DataFrame(
            [asdict(pair) for pair in self.pairs], columns=list(PairAcross.__dataclass_fields__)
        )
        return table.astype({"verdict": str, "verdict_new": str})


def across_problems(
    scores: pd.DataFrame,
    *,
    alpha: float = 0.05,
    higher_is_better: bool = True,
    against: str | None = None,
    paired: bool = True,
    resamples: int | None = None,
    seed: int = 0,
) -> AcrossProblems | None:
    """Compare the optimizers over all problems of a table.

    Problems weigh alike. A trial without a score ranks behind all others of its problem, since it is known to
    be no better; two of them are a tie. A row that is not there is a trial that was not made.

    Args:
        scores: The columns problem, optimizer, seed, score, as for comparison.compare.
        alpha: The chance of any false verdict among the pairs, for each of the two questions.
        higher_is_better: Whether a higher score is the better one.
        against: Only the pairs with this optimizer are tested.
        paired: Whether trials of one problem with the same seed share what is random besides the optimizer.
            Then two optimizers are compared with the seeds that both have; where they have none in common,
            with all.
        resamples: Of the bootstrap; without, seed_bootstrap.RESAMPLES.
        seed: Of random numbers.

    Returns:
        What the table supports; None where fewer than two problems have several optimizers.

    Raises:
        AnalysisError: The table is not one of scores.
    """
    table = checked(scores)
    # what a single optimizer has been tried on compares nothing
    table = table[table.groupby("problem")["optimizer"].transform("nunique") > 1]
    problems = tuple(sorted(set(table["problem"])))
    if len(problems) < 2:
        return None
    grids = grids_of(table, higher_is_better)
    names = sorted(set(table["optimizer"]))
    strata = {
        pair: found
        for pair in combinations(names, 2)
        if (found := [grid.stratum(*pair, paired) for grid in grids if grid.has(*pair)])
    }
    probabilities = _against_others(names, strata)
    order = tuple(sorted(names, key=lambda name: -probabilities[name]))
    tested = {pair: found for pair, found in strata.items() if against is None or against in pair}
    pairs = _judged(tested, alpha, resamples, seed)
    rank = {name: place for place, name in enumerate(order)}
    seen = [pair if rank[pair.first] < rank[pair.second] else pair.mirrored() for pair in pairs]
    seen.sort(key=lambda pair: (rank[pair.first], rank[pair.second]))
    counts = {name: sum(grid.has(name) for grid in grids) for name in names}
    return AcrossProblems(
        problems=problems,
        optimizers=order,
        probabilities={name: probabilities[name] for name in order},
        pairs=tuple(seen),
        against=against,
        alpha=alpha,
        standing=Standing("", order, _better(pairs, new=False), {}),
        standing_new=Standing("", order, _better(pairs, new=True), {}),
        fewest_problems=fewest_seeds(alpha / len(pairs)),
        lacking={name: counts[name] for name in order if counts[name] < len(problems)},
    )


def over_problems(
    comparison: Comparison, scores: pd.DataFrame, *, stages: bool = False
) -> AcrossProblems | None:
    """Return what a table supports over all problems, by the same rules as within each.

    Args:
        comparison: Of the scores.
        scores: The table that was compared.
        stages: Whether its problems are stages of a run: the same trainings at other settings are no further
            problem, and nothing is said over all of them.
    """
    if stages:
        return None
    return across_problems(
        scores,
        alpha=comparison.alpha,
        higher_is_better=comparison.higher_is_better,
        against=comparison.against,
        paired=comparison.paired,
    )


def _against_others(
    names: Sequence[str], strata: Mapping[tuple[str, str], Sequence[Stratum]]
) -> dict[str, float]:
    """The mean probability of each to beat another one, over the others that share a problem with it."""
    beaten: dict[str, list[float]] = {name: [] for name in names}
    for (first, second), found in strata.items():
        probability = mean_probability(found)
        beaten[first].append(probability)
        beaten[second].append(1 - probability)
    return {name: float(np.mean(values)) if values else math.nan for name, values in beaten.items()}


def _judged(
    strata: Mapping[tuple[str, str], Sequence[Stratum]], alpha: float, resamples: int | None, seed: int
) -> list[PairAcross]:
    """The pairs with what can be said only of all of them together."""
    found = list(strata.values())
    # enough random permutations for the smallest p to survive the correction by far
    permutations = max(RESAMPLES, math.ceil(10 * len(found) / alpha))
    tests = permutation_tests(found, resamples=permutations, seed=seed)
    corrected = holm([test.p for test in tests])
    least = holm([test.smallest_p for test in tests])
    counted = multiplicities([test.p for test in tests], holm_counts(len(tests)), alpha)
    leads = [np.array([stratum.probability - EVEN for stratum in of_pair]) for of_pair in found]
    flips = sign_flips(leads, alpha=alpha, most=len(found), resamples=max(FLIPS, permutations), seed=seed)
    corrected_new = holm([flip.p for flip in flips])
    least_new = holm([flip.smallest_p for flip in flips])
    resampled = Resampled(found, resamples=resamples, seed=seed)
    pairs = []
    for index, ((first, second), of_pair) in enumerate(strata.items()):
        probability = mean_probability(of_pair)
        verdict = _verdict(probability, corrected[index], least[index], alpha, Verdict.TOO_FEW_SEEDS)
        alone = resampled.interval(index, 1 - CONFIDENCE)
        interval = _agreeing(resampled.interval(index, alpha / counted[index]), verdict)
        pairs.append(
            PairAcross(
                first=first,
                second=second,
                problems=len(of_pair),
                paired=sum(stratum.paired for stratum in of_pair),
                trials_first=sum(len(stratum.first) for stratum in of_pair),
                trials_second=sum(len(stratum.second) for stratum in of_pair),
                lost_first=_lost(stratum.first for stratum in of_pair),
                lost_second=_lost(stratum.second for stratum in of_pair),
                ahead=sum(stratum.lead > 0 for stratum in of_pair),
                behind=sum(stratum.lead < 0 for stratum in of_pair),
                probability=probability,
                low_alone=alone.low,
                high_alone=alone.high,
                low=interval.low,
                high=interval.high,
                p=tests[index].p,
                p_corrected=float(corrected[index]),
                exact=tests[index].exact,
                verdict=verdict,
                p_new=flips[index].p,
                p_new_corrected=float(corrected_new[index]),
                verdict_new=_verdict(
                    probability, corrected_new[index], least_new[index], alpha, Verdict.TOO_FEW_PROBLEMS
                ),
            )
        )
    return pairs


def _lost(samples: Iterator[NDArray[np.float64]]) -> int:
    return sum(int(np.isneginf(scores).sum()) for scores in samples)


def _verdict(probability: float, corrected: float, least: float, alpha: float, too_few: Verdict) -> Verdict:
    if least > alpha:
        return too_few
    if corrected > alpha:
        return Verdict.NOT_SEPARABLE
    return Verdict.BETTER if probability > EVEN else Verdict.WORSE


def _agreeing(interval: Interval, verdict: Verdict) -> Interval:
    """The interval as far as 1/2 where the test leaves that open, and ending just before where not."""
    match verdict:
        case Verdict.BETTER:
            return replace(interval, low=max(interval.low, math.nextafter(EVEN, 1)))
        case Verdict.WORSE:
            return replace(interval, high=min(interval.high, math.nextafter(EVEN, 0)))
    return replace(interval, low=min(interval.low, EVEN), high=max(interval.high, EVEN))


def _better(pairs: Sequence[PairAcross], *, new: bool) -> frozenset[tuple[str, str]]:
    """Every two of which the first is shown to beat the second more often than not."""
    both = [seen for pair in pairs for seen in (pair, pair.mirrored())]
    verdicts = ((pair, pair.verdict_new if new else pair.verdict) for pair in both)
    return frozenset((pair.first, pair.second) for pair, verdict in verdicts if verdict is Verdict.BETTER)
