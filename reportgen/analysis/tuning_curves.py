"""Tuning curves: what a search of k trials may be expected to find, for every k."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaln

from reportgen.analysis.order_statistics import distribution_band
from reportgen.analysis.search import mean_by_number, repeats_of, running_best

CONFIDENCE = 0.95

Curve = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class TuningCurve:
    """The validation accuracy that k trials of a search reach at best, for k = 1 ... n.

    Attributes:
        setup: Whose search it is.
        best: The expected best of k trials; of a method whose trials depend on those before, the best of the
            first k (n,).
        low: Where a band or a spread ends below; None where nothing is known of it.
        high: Where it ends above.
    """

    setup: str
    best: Curve
    low: Curve | None = None
    high: Curve | None = None

    @property
    def series(self) -> pd.Series[float]:
        """The curve by number of trials."""
        return pd.Series(self.best, index=range(1, len(self.best) + 1))


def tuning_curves(search: pd.DataFrame, method: str) -> list[TuningCurve]:
    """Return the tuning curve of every setup.

    Trials of a random search are independent draws, so that they tell what other such searches would find:
    where it was made once, the curves have bands that hold for all k and all setups together with CONFIDENCE.
    Trials of a grid are no draws: the curve is the mean over all orders of these points, without a band.
    What Optuna tries depends on what it tried before: its curve is its own course. Of several searches the
    curve is the mean, and low and high are the lowest and the highest of them.

    Args:
        search: The rows of search.csv of one stage.
        method: Of the search.
    """
    of_setup = {str(setup): _by_repeat(tried) for setup, tried in search.groupby("setup", sort=False)}
    confidence = CONFIDENCE ** (1 / len(of_setup))  # the searches of the setups are independent
    return [_curve(setup, searches, method, confidence) for setup, searches in of_setup.items()]


def _by_repeat(tried: pd.DataFrame) -> list[pd.Series[float]]:
    """The scores of each search of a setup, in the order in which they were tried; 0 where one diverged."""
    return [mean_by_number(of_one).fillna(0.0) for _, of_one in tried.groupby(repeats_of(tried))]


def _curve(setup: str, searches: Sequence[pd.Series[float]], method: str, confidence: float) -> TuningCurve:
    if method == "optuna":
        curves = [running_best(scores).to_numpy(dtype=float) for scores in searches]
    else:
        curves = [expected_best(scores.to_numpy(dtype=float)) for scores in searches]
    if len(curves) > 1:
        every = np.stack(curves)
        return TuningCurve(setup, every.mean(axis=0), every.min(axis=0), every.max(axis=0))
    if method == "random":
        return TuningCurve(setup, curves[0], *band(searches[0].to_numpy(dtype=float), confidence))
    return TuningCurve(setup, curves[0])


def expected_best(scores: Curve) -> Curve:
    """Return the mean over all ways to pick k of the scores of the best among them, for k = 1 ... n.

    Of independent draws this is the unbiased estimate of what the best of k draws reaches.

    Source: Dodge et al., Show your work (EMNLP 2019); without replacement Tang et al., Showing your work
    doesn't always work (ACL 2020).

    Args:
        scores: Of all trials (n,).
    """
    ordered, n = np.sort(scores), len(scores)
    places = np.arange(1, n + 1)
    # the i-th smallest is the best of C(i - 1, k - 1) of the C(n, k) ways
    return np.array(
        [
            float(np.exp(_log_ways(places[k - 1 :] - 1, k - 1) - _log_ways(n, k)) @ ordered[k - 1 :])
            for k in range(1, n + 1)
        ]
    )


def _log_ways(things: Any, picked: int) -> Any:
    """The logarithm of the number of ways to pick some of these things."""
    return gammaln(things + 1) - gammaln(picked + 1) - gammaln(things - picked + 1)


def band(scores: Curve, confidence: float) -> tuple[Curve, Curve]:
    """Return bounds of the expected best of k independent draws that hold for all k = 1 ... n at once.

    The expected best of k is 1 less the integral of the k-th power of the distribution function, so that a
    band of the one is a band of the other. Where few were drawn nothing bounds what better settings there
    may be: the upper bound comes near 1.

    Args:
        scores: Of the draws (n,), between 0 and 1.
        confidence: That all bounds hold.
    """
    below, above = distribution_band(len(scores), confidence)
    gaps = np.diff(np.concatenate([[0.0], np.sort(scores), [1.0]]))
    counts = np.arange(1, len(scores) + 1)[:, np.newaxis]
    low = 1 - np.power([*above, 1.0], counts) @ gaps
    high = 1 - np.power([0.0, *below], counts) @ gaps
    return low, high


@dataclass(frozen=True)
class Ranking:
    """The order of the setups by their curves, from a number of trials on.

    Attributes:
        trials: The first number of trials with this order.
        order: The setups, the highest curve first.
    """

    trials: int
    order: tuple[str, ...]


def rankings(curves: Sequence[TuningCurve], first: int | None = None) -> list[Ranking]:
    """Return every order of the curves, from k = 1 on; of equals the one that is named first leads.

    Args:
        curves: A setup each, all of as many trials.
        first: How many of the highest are looked at; None for all.
    """
    found: list[Ranking] = []
    for k, best in enumerate(zip(*(curve.best for curve in curves), strict=True), start=1):
        places = sorted(range(len(curves)), key=lambda place: -round(float(best[place]), 12))
        order = tuple(curves[place].setup for place in places[:first])
        if not found or found[-1].order != order:
            found.append(Ranking(k, order))
    return found


@dataclass(frozen=True)
class Apart:
    """Two setups whose bands do not touch.

    Attributes:
        higher: The one whose band lies above.
        lower: The other.
        trials: The numbers of trials at which it does.
    """

    higher: str
    lower: str
    trials: tuple[int, ...]


def bands_apart(curves: Sequence[TuningCurve]) -> list[Apart]:
    """Return who lies above whom with bands that do not touch, and at how many trials."""
    found = []
    for higher, lower in itertools.permutations(curves, 2):
        assert higher.low is not None
        assert lower.high is not None
        trials = tuple(int(place) + 1 for place in np.flatnonzero(higher.low > lower.high))
        if trials:
            found.append(Apart(higher.setup, lower.setup, trials))
    return found
