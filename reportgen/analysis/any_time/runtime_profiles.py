"""Runtime profiles: the share of (seed, target) pairs that an optimizer has reached after so many epochs."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportgen.analysis.any_time.bands import reach_of_means
from reportgen.analysis.any_time.trial_curves import ProblemCurves
from reportgen.analysis.intervals import CONFIDENCE

TARGETS = 50
"""So many targets lie evenly between the start and the best level."""


def profile_targets(curves: ProblemCurves) -> NDArray[np.float64]:
    """Return the targets (TARGETS,), from easy to hard; none where nobody gets beyond the worst start.

    They lie evenly, in the metric's own unit, between two levels that all optimizers set together by one
    rule: above the worst of their median scores at the first epoch, up to and with the best of the levels
    that at least half of an optimizer's trials reach. So no optimizer's name, place or fate chooses them, the
    easiest are beyond nobody, and the hardest is no lucky seed's.
    """
    sign = 1.0 if curves.higher_is_better else -1.0
    starts, ends = [], []
    for trials in curves.trials.values():
        starts.append(_level_of_half(sign * trials.best[:, 0]))
        ends.append(_level_of_half(sign * trials.best[:, -1]))
    worst, best = min((start for start in starts if np.isfinite(start)), default=np.inf), max(ends)
    if not (np.isfinite(best) and best > worst):
        return np.empty(0)
    return sign * np.linspace(worst, best, TARGETS + 1)[1:]


def _level_of_half(values: NDArray[np.float64]) -> float:
    """The highest level that at least half of the values reach."""
    return float(np.sort(values)[::-1][(len(values) + 1) // 2 - 1])


def reached_shares(curves: ProblemCurves, targets: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Return by optimizer the share of the targets that each trial has reached, (n, m).

    Args:
        curves: Of one problem.
        targets: From easy to hard.
    """
    sign = 1.0 if curves.higher_is_better else -1.0
    return {
        name: np.searchsorted(sign * targets, sign * trials.best, side="right") / len(targets)
        for name, trials in curves.trials.items()
    }


def runtime_profiles(
    curves: ProblemCurves, targets: NDArray[np.float64], confidence: float = CONFIDENCE
) -> pd.DataFrame:
    """Return the runtime profile of every optimizer, a row for each epoch.

    As COCO draws them (Hansen et al., 2021, "COCO: a platform for comparing continuous optimizers in a
    black-box setting", Optimization Methods and Software 36): the share of all pairs of a trial and a target
    that are reached. A trial that diverged keeps what it had reached, and reaches nothing more. Low and high
    are a band that holds, for these targets, at all epochs of all optimizers at once; NaN where there are too
    few seeds.

    Args:
        curves: Of one problem.
        targets: From easy to hard, one at least.
        confidence: That all the bands hold together.

    Returns:
        The columns optimizer, epoch, share, low, high.
    """
    shares = reached_shares(curves, targets)
    same = curves.paired and all(trials.seeds == curves.common_seeds for trials in curves.trials.values())
    reach = reach_of_means(shares, [(name,) for name in shares], shared=same, alpha=1 - confidence)
    parts = []
    for index, (name, own) in enumerate(shares.items()):
        share, width = own.mean(axis=0), np.nan if reach is None else reach[index]
        ends = {"low": np.clip(share - width, 0, 1), "high": np.clip(share + width, 0, 1)}
        parts.append(pd.DataFrame({"optimizer": name, "epoch": curves.epochs, "share": share, **ends}))
    return pd.concat(parts, ignore_index=True)


def profile_differences(
    curves: ProblemCurves, targets: NDArray[np.float64], confidence: float = CONFIDENCE
) -> pd.DataFrame:
    """Return the difference of the runtime profiles of every two optimizers, a row for each epoch.

    Paired trials are compared with the seeds that all optimizers have. The band holds at all epochs of all
    pairs at once, for these targets.

    Args:
        curves: Of one problem.
        targets: From easy to hard, one at least.
        confidence: That all the bands hold together.

    Returns:
        The columns first, second, epoch, difference (first less second), low, high; the ends NaN where there
        are too few seeds. No rows where paired trials have no seed in common.
    """
    columns = ["first", "second", "epoch", "difference", "low", "high"]
    shares = reached_shares(curves, targets)
    if curves.paired:
        if not curves.common_seeds:
            return pd.DataFrame(columns=columns)
        shares = {name: own[curves.rows_of(name, curves.common_seeds)] for name, own in shares.items()}
    reach = reach_of_means(shares, curves.pairs, shared=curves.paired, alpha=1 - confidence)
    parts = []
    for index, (first, second) in enumerate(curves.pairs):
        difference = shares[first].mean(axis=0) - shares[second].mean(axis=0)
        width = np.nan if reach is None else reach[index]
        ends = {"low": np.clip(difference - width, -1, 1), "high": np.clip(difference + width, -1, 1)}
        named = {"first": first, "second": second, "epoch": curves.epochs, "difference": difference}
        parts.append(pd.DataFrame({**named, **ends}))
    return pd.concat(parts, ignore_index=True)[columns]


def epochs_apart(differences: pd.DataFrame, first: str, second: str) -> list[tuple[float, float]]:
    """Return the stretches of epochs at which the first's profile lies above the second's, beyond the band.

    Args:
        differences: Of profile_differences.
        first: The optimizer that is ahead.
        second: The optimizer that is behind.

    Returns:
        The first and the last epoch of each stretch.
    """
    if differences.empty:
        return []
    rows = differences[(differences["first"] == first) & (differences["second"] == second)]
    above = rows["low"] > 0
    if rows.empty:
        rows = differences[(differences["first"] == second) & (differences["second"] == first)]
        above = rows["high"] < 0
    stretch = (above != above.shift()).cumsum()[above]
    epochs = rows.loc[above, "epoch"].groupby(stretch)
    return [(float(of_stretch.iloc[0]), float(of_stretch.iloc[-1])) for _, of_stretch in epochs]
