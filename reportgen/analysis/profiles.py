"""Performance profiles: in what share of the cases an optimizer is within a factor of the best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportgen.analysis.intervals import CONFIDENCE
from reportgen.analysis.scores import AnalysisError, names, numbers, refuse_duplicates, require, seeds

COLUMNS = ("problem", "optimizer", "seed", "cost")
RESAMPLES, FEWEST_RESAMPLES = 2_000, 200
MANY_CASES = 20_000
POINTS = 101


class NegativeCostError(AnalysisError):
    """Costs of which there is no ratio."""


class NoCommonSeedError(AnalysisError):
    """A problem without a seed that every optimizer has."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(
            f"problem {problem}: has no seed that every optimizer has; leave out the problem or an optimizer"
        )


def performance_profile(
    costs: pd.DataFrame,
    *,
    factors: Sequence[float] | None = None,
    confidence: float = CONFIDENCE,
    resamples: int | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the performance profile of the optimizers: a row for each of them and each factor tau.

    share is the share of cases in which the optimizer's cost is at most tau times the least cost of any of
    them (Dolan & Moré, 2002, "Benchmarking optimization software with performance profiles", Mathematical
    Programming 91). Where the curve starts, at tau = 1, it says how often the optimizer is the best; where it
    ends, how often it does not fail.

    A case is a problem with a seed, which all optimizers must have: the trials of one seed start alike, and a
    single problem has a profile too. Seeds weigh alike within their problem and problems weigh alike, however
    many seeds they have. low and high are the pointwise interval of the confidence by the percentile
    bootstrap over the seeds, stratified by problem: it says how sure the curve is for these problems, not for
    others.

    Args:
        costs: A row for each trial; the columns of COLUMNS. A cost is 0 or more and lower is better (seconds
            to a target, a loss, an error), infinite or missing where the optimizer failed.
        factors: The values of tau; without, POINTS of them at equal ratios from 1 to the largest finite
            ratio.
        confidence: Of the interval, between 0 and 1.
        resamples: Of the bootstrap; without, RESAMPLES, and beyond MANY_CASES cases the fewer the more there
            are, down to FEWEST_RESAMPLES: the bands are narrow then.
        seed: Of the bootstrap.

    Returns:
        The columns optimizer, tau, share, low, high.

    Raises:
        NegativeCostError: A cost is less than 0.
        NoCommonSeedError: A problem has no seed that every optimizer has.
        AnalysisError: Columns are missing, costs are no numbers, or two rows are of the same trial.
    """
    ratios = performance_ratios(costs)
    if resamples is None:
        resamples = max(FEWEST_RESAMPLES, RESAMPLES * MANY_CASES // max(MANY_CASES, len(ratios)))
    taus = _default_factors(ratios) if factors is None else np.asarray(factors, dtype=float)
    optimizers = list(ratios.columns)
    rng = np.random.default_rng(seed)
    share = np.zeros((len(optimizers), len(taus)))
    resampled = np.zeros((resamples, len(optimizers), len(taus)))
    problems = ratios.groupby(level="problem", sort=True)
    for _, cases in problems:
        # (seeds, optimizers, taus): whether the ratio is within tau, rounding aside
        within = cases.to_numpy()[:, :, np.newaxis] <= taus * (1 + 1e-12)
        n = len(cases)
        weights = rng.multinomial(n, np.full(n, 1 / n), size=resamples) / n
        share += within.mean(axis=0) / len(problems)
        resampled += np.tensordot(weights, within, axes=1) / len(problems)
    ends = [(1 - confidence) / 2, (1 + confidence) / 2]
    low, high = np.quantile(resampled, ends, axis=0)
    return pd.DataFrame(
        {
            "optimizer": np.repeat(optimizers, len(taus)),
            "tau": np.tile(taus, len(optimizers)),
            "share": share.ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
        }
    )


def performance_ratios(costs: pd.DataFrame) -> pd.DataFrame:
    """Return each optimizer's cost over the least cost of its case.

    Args:
        costs: As for performance_profile.

    Returns:
        A column for each optimizer, indexed by problem and seed: 1 for the best, infinite for one that
        failed; where the least is 0, 1 for a cost of 0 and else infinite. Cases in which any optimizer has no
        row are left out.

    Raises:
        AnalysisError: As performance_profile.
    """
    require(costs, COLUMNS)
    table = pd.DataFrame(
        {
            "problem": names(costs, "problem"),
            "optimizer": names(costs, "optimizer"),
            "seed": seeds(costs),
            "cost": numbers(costs, "cost"),
        }
    )
    if (table["cost"] < 0).any():
        row = int(np.flatnonzero(table["cost"] < 0)[0])
        raise NegativeCostError(
            f"row {costs.index[row]}, column cost: {table['cost'].iloc[row]:g} is negative;"
            " a ratio needs costs of 0 or more, such as times, losses or errors"
        )
    refuse_duplicates(table, ("problem", "optimizer", "seed"))
    table["cost"] = table["cost"].fillna(np.inf)
    # a seed that an optimizer lacks is NaN from here on, a failure is infinite
    cases = table.pivot(index=["problem", "seed"], columns="optimizer", values="cost").sort_index()
    complete = cases.dropna()
    seeded = set(complete.index.get_level_values("problem"))
    for problem in cases.index.get_level_values("problem").unique():
        if problem not in seeded:
            raise NoCommonSeedError(str(problem))
    least = complete.min(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = complete.div(least, axis=0)
    ratios = ratios.mask(complete.eq(least, axis=0), 1.0)
    return ratios.mask(np.isinf(complete), np.inf)


def _default_factors(ratios: pd.DataFrame) -> NDArray[np.float64]:
    finite = ratios.to_numpy()[np.isfinite(ratios.to_numpy())]
    largest = float(finite.max()) if len(finite) else 1.0
    # a little beyond, so that the last step is not lost to rounding and the level after it can be seen
    return np.geomspace(1.0, max(2.0, 1.05 * largest), POINTS)
