"""The exchange rate of a better end: how many epochs earlier the one is where the other arrives."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reportgen.analysis.any_time.bands import sign_matrix
from reportgen.analysis.any_time.trial_curves import ProblemCurves
from reportgen.analysis.intervals import CONFIDENCE
from reportgen.analysis.sign_flip import TOLERANCE
from reportgen.analysis.tails import student_tail

FLIPS = 9_999
HALVINGS = 12


@dataclass(frozen=True)
class Lead:
    """By how many epochs one optimizer is ahead of another.

    Let `last` be the last epoch that all trials have, and the level the mean score there of the one whose
    mean is worse. If the other's mean first reaches that level at epoch x, it is ahead by last - x.

    Attributes:
        problem: The name of the problem.
        first: The optimizer from whose side the lead is seen.
        second: The optimizer that it is compared with.
        n: How many seeds the means are of; the lesser number where they are not paired.
        epochs: The lead of the first, negative where it is behind; NaN where a trial of one of the two
            diverged, or they have no seed in common.
        censored: Whether the level is reached from the start, so that the lead is more than `epochs` says.
        low: The lower end of its interval: minus infinity where it is farther behind than can be seen. NaN
            where there are too few seeds for one.
        high: The upper end, likewise.
    """

    problem: str
    first: str
    second: str
    n: int
    epochs: float
    censored: bool
    low: float
    high: float

    def mirrored(self) -> Lead:
        """Return the same, seen from the second."""
        return replace(
            self,
            first=self.second,
            second=self.first,
            epochs=0.0 - self.epochs,
            low=0.0 - self.high,
            high=0.0 - self.low,
        )


def exchange_rates(curves: ProblemCurves, confidence: float = CONFIDENCE) -> list[Lead]:
    """Return the lead of every two optimizers, seen from the one whose mean is better at the last epoch.

    The interval holds every lead s that a test does not reject: that the one's mean score at epoch last - s
    is the other's at the last, seed by seed by the sign-flip test, or by Welch's where seeds share nothing.
    The tests are corrected for the number of pairs (Bonferroni), so that all intervals of a problem hold
    together. It needs no bootstrap, and covers the first crossing of the true mean curves as often as
    promised where those differences are symmetric.

    Args:
        curves: Of one problem.
        confidence: That all the intervals hold together.

    Returns:
        One for each of ProblemCurves.pairs, in its order.
    """
    alpha = (1 - confidence) / len(curves.pairs)
    return [_lead(curves, first, second, alpha) for first, second in curves.pairs]


def _lead(curves: ProblemCurves, first: str, second: str, alpha: float) -> Lead:
    """The lead of a pair, its interval at the level alpha."""
    sign = 1.0 if curves.higher_is_better else -1.0
    trials = [curves.trials[name] for name in (first, second)]
    if curves.paired:
        common = tuple(seed for seed in trials[0].seeds if seed in set(trials[1].seeds))
        own, other = (
            sign * curves.trials[name].scores[curves.rows_of(name, common)] for name in (first, second)
        )
    else:
        own, other = (sign * of_one.scores for of_one in trials)
    n = min(len(own), len(other))
    if n == 0 or any(of_one.diverged.any() for of_one in trials):
        return Lead(curves.problem, first, second, n, math.nan, False, math.nan, math.nan)
    if own[:, -1].mean() < other[:, -1].mean():
        first, second, own, other = second, first, other, own
    last = float(curves.epochs[-1])
    level = float(other[:, -1].mean())
    reached = first_crossing(curves.epochs, own.mean(axis=0), level)
    low, high = _interval(curves.epochs, own, other, paired=curves.paired, alpha=alpha)
    censored = reached <= curves.epochs[0]
    return Lead(curves.problem, first, second, n, last - reached, bool(censored), low, high)


def first_crossing(epochs: NDArray[np.float64], curve: NDArray[np.float64], level: float) -> float:
    """Return when a curve first reaches a level, on straight lines between its epochs; infinite if never.

    What the curve does after its best epoch changes nothing: it is the inverse of its running best.

    Args:
        epochs: Rising (m,).
        curve: Its values there (m,), higher is better.
        level: To be reached.
    """
    there = np.flatnonzero(curve >= level)
    if not len(there):
        return math.inf
    index = int(there[0])
    if index == 0:
        return float(epochs[0])
    share = (level - curve[index - 1]) / (curve[index] - curve[index - 1])
    return float(epochs[index - 1] + share * (epochs[index] - epochs[index - 1]))


def _interval(
    epochs: NDArray[np.float64],
    own: NDArray[np.float64],
    other: NDArray[np.float64],
    *,
    paired: bool,
    alpha: float,
) -> tuple[float, float]:
    """Both ends of the leads that are not rejected; infinite where the first or last lead of all is kept.

    own, other: curves (n, m), higher is better.
    """
    m = len(epochs)
    # a lead of s >= 0 holds the one's epoch last - s against the other's last; of s < 0, the other way round
    leads = np.concatenate([epochs - epochs[-1], (epochs[-1] - epochs[:-1])[::-1]])
    ours = np.hstack([np.repeat(own[:, -1:], m, axis=1), own[:, :-1][:, ::-1]])
    theirs = np.hstack([other, np.repeat(other[:, -1:], m - 1, axis=1)])
    rejects = _paired_test(len(own), alpha) if paired else _welch_test(alpha)
    if rejects is None or min(len(own), len(other)) < 2:
        return math.nan, math.nan

    def kept(at: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether each of these leads is not rejected."""
        index = np.clip(np.searchsorted(leads, at, side="right") - 1, 0, len(leads) - 2)
        share = (at - leads[index]) / (leads[index + 1] - leads[index])
        one, two = (
            values[:, index] * (1 - share) + values[:, index + 1] * share for values in (ours, theirs)
        )
        return ~rejects(one, two)

    # where the means cross, a lead is kept that its neighbours on the grid need not be
    gaps = ours.mean(axis=0) - theirs.mean(axis=0)
    turns = np.flatnonzero(gaps[:-1] * gaps[1:] < 0)
    crossings = leads[turns] + gaps[turns] / (gaps[turns] - gaps[turns + 1]) * np.diff(leads)[turns]
    points = np.union1d(leads, crossings)
    inside = np.flatnonzero(kept(points))
    if not len(inside):  # ahead from the start, beyond doubt
        return float(leads[-1]), math.inf
    # between the outermost that is kept and its neighbour, by halving; both ends at once
    within = points[inside[[0, -1]]]
    outside = points[np.clip([inside[0] - 1, inside[-1] + 1], 0, len(points) - 1)]
    unseen = (within == outside) | [False, gaps[-1] > 0]
    for _ in range(HALVINGS):
        middle = (within + outside) / 2
        is_kept = kept(middle)
        within, outside = np.where(is_kept, middle, within), np.where(is_kept, outside, middle)
    low, high = np.where(unseen, [-math.inf, math.inf], within)
    return float(low), float(high)


_Test = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.bool_]]


def _paired_test(n: int, alpha: float) -> _Test | None:
    """The sign-flip test of columns of n pairs each; None where it cannot reject anything at this level."""
    signs = sign_matrix(n, flips=FLIPS)
    if 1 / len(signs) > alpha:
        return None

    def rejects(one: NDArray[np.float64], two: NDArray[np.float64]) -> NDArray[np.bool_]:
        differences = one - two
        observed = np.abs(differences.sum(axis=0)) - TOLERANCE * np.abs(differences).sum(axis=0)
        reached: NDArray[np.float64] = (np.abs(signs @ differences) >= observed).mean(axis=0)
        return reached <= alpha

    return rejects


def _welch_test(alpha: float) -> _Test:
    """Welch's test of columns of two samples."""

    def rejects(one: NDArray[np.float64], two: NDArray[np.float64]) -> NDArray[np.bool_]:
        squared = [sample.var(axis=0, ddof=1) / len(sample) for sample in (one, two)]
        error = squared[0] + squared[1]
        with np.errstate(divide="ignore", invalid="ignore"):
            freedom = error**2 / (squared[0] ** 2 / (len(one) - 1) + squared[1] ** 2 / (len(two) - 1))
            t = np.abs(one.mean(axis=0) - two.mean(axis=0)) / np.sqrt(error)
        return np.asarray(2 * student_tail(t, freedom) <= alpha)

    return rejects
