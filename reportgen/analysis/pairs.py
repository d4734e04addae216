"""Two optimizers on one problem: how far apart they are, and whether that can be said."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import pandas as pd


class Verdict(StrEnum):
    """What the data say about the first optimizer of a pair, seen against the second."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "practically the same"
    NOT_SEPARABLE = "not separable"
    TOO_FEW_SEEDS = "too few seeds"
    TOO_FEW_PROBLEMS = "too few problems"


class Lost(StrEnum):
    """What a trial without a score is called."""

    NO_SCORE = "no score"
    DIVERGED = "diverged"
    MISSED = "missed"


SEPARATED = (Verdict.BETTER, Verdict.WORSE)

TESTED = (*SEPARATED, Verdict.SAME, Verdict.NOT_SEPARABLE)
"""The verdicts of a test; the other one says why there was none."""

MIRRORED = {Verdict.BETTER: Verdict.WORSE, Verdict.WORSE: Verdict.BETTER}


@dataclass(frozen=True)
class Pair:
    """Two optimizers on one problem, compared with the seeds that both have, or trial against trial.

    Attributes:
        problem: The name of the problem.
        first: The optimizer from whose side the difference is seen.
        second: The optimizer that it is compared with.
        verdict: What can be said of the first against the second.
        within_margin: Whether it is shown that they differ by less than the margin, which may be so of one
            that is better, too.
        paired: Whether trials of one seed belong together.
        n: How many seeds both have; of unpaired ones, the smaller number of trials.
        trials: How many trials each has that count.
        difference: Mean of first minus second, in the unit of the score, of the trials that have one; NaN
            where there is none.
        low: The lower end of the interval of the difference, which is that of the verdict: every difference
            that the test does not reject at the level that the correction gives this pair. It leaves out 0
            exactly where the verdict is better or worse, and lies within the margin where it is practically
            the same. NaN where there was no test of the means, or one that could not reject anything.
        high: Its upper end, likewise.
        interval: Its method; "" where there is none.
        wins: On how many of the n seeds the first is the better one; of unpaired trials, in how many pairs of
            one of each. A trial without a score is worse than any with one.
        ties: On how many it is as good.
        losses: On how many it is the worse one.
        p: Of the test of no difference, two-sided. A pair without a common seed has none (NaN).
        p_corrected: The p, corrected for the family, which is all tested pairs of the problem.
        correction: How: "Shaffer" or "Holm"; "" without a test.
        p_same: Of the two one-sided tests at the margin, the larger; NaN without a margin, or where scores
            are lost.
        p_same_corrected: The same, corrected for the family by Holm's procedure.
        exact: Whether the test counts all flips (or deals), or random ones.
        ranks: Whether the test is of ranks, since some trials have no score.
        fewest_seeds: How many seeds every pair of this problem needs for any verdict.
        detectable: The difference that so many seeds would have shown with a chance of 80 %, at the level of
            the family and with the spread seen; NaN where there was no test of the means.
        seeds_for_margin: How many seeds would show a difference as large as the margin with that chance; None
            without a margin, or where that takes more than power.MOST_SEEDS or is not known.
        unscored_first: How many trials of the first have no score, of those that count.
        unscored_second: How many of the second.
        only_first: The seeds that the second lacks, which are not used.
        only_second: The seeds that the first lacks, which are not used.
    """

    problem: str
    first: str
    second: str
    verdict: Verdict
    within_margin: bool
    paired: bool
    n: int
    trials: tuple[int, int]
    difference: float
    low: float
    high: float
    interval: str
    wins: int
    ties: int
    losses: int
    p: float
    p_corrected: float
    correction: str
    p_same: float
    p_same_corrected: float
    exact: bool
    ranks: bool
    fewest_seeds: int
    detectable: float
    seeds_for_margin: int | None
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
            trials=(self.trials[1], self.trials[0]),
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


@dataclass(frozen=True)
class Question:
    """What is asked of every pair.

    Attributes:
        alpha: The chance of a false verdict in a problem, of a difference and of none.
        higher_is_better: Whether a higher score is the better one.
        margin: Up to where a difference is as good as none, in the unit of the score; without, none is.
        against: The optimizer that all others are compared with; without, all pairs are.
        paired: Whether trials of one seed belong together.
        seed: Of random flips and deals.
    """

    alpha: float
    higher_is_better: bool
    margin: float | None = None
    against: str | None = None
    paired: bool = True
    seed: int = 0

    @property
    def sign(self) -> float:
        """What makes a gain of a difference."""
        return 1.0 if self.higher_is_better else -1.0
