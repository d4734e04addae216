"""What the comparisons of a run support, as findings that a report can put into words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from reportgen.analysis.comparison import Comparison
from reportgen.analysis.pairs import Pair, Verdict
from reportgen.analysis.standings import Standing

SHARED, TUNED, TABLE = "shared", "tuned", "table"
"""Where a comparison was made: at the settings that the experiment gives to all, at each one's own, or in
anyone's table of scores."""


@dataclass(frozen=True)
class Finding:
    """One thing that can be said. key: what kind of thing. values: what the sentence about it needs."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


def scores(results: pd.DataFrame, metric: str = "test_accuracy") -> pd.DataFrame:
    """A run's results (stage, setup, seed, metric) as compare() takes them; a stage is a problem."""
    return pd.DataFrame(
        {
            "problem": results["stage"],
            "optimizer": results["setup"],
            "seed": results["seed"],
            "score": results[metric].astype(float),
        }
    )


def of_comparison(found: Comparison, problem: str, where: str) -> Iterator[Finding]:
    """Who is best, who cannot be told apart, who diverged."""
    standing = found.standing(problem)
    pairs = [pair for pair in found.pairs if pair.problem == problem]
    yield _order(standing, pairs, where)
    for pair in pairs:
        if pair.verdict is Verdict.NOT_SEPARABLE and {pair.first, pair.second} <= set(standing.order):
            yield Finding("not_separable", {"where": where, "problem": problem, "pair": pair})
    for name, (count, trials) in standing.diverged.items():
        counts = {"name": name, "count": count, "trials": trials}
        yield Finding("diverged", {"where": where, "problem": problem, **counts})


def _order(standing: Standing, pairs: list[Pair], where: str) -> Finding:
    order = standing.order
    values: dict[str, Any] = {"where": where, "problem": standing.problem, "standing": standing}
    if not order:
        return Finding("all_diverged", values)
    if len(order) == 1:
        return Finding("single", values | {"name": order[0]})
    compared = [pair for pair in pairs if {pair.first, pair.second} <= set(order)]
    too_few = [pair for pair in compared if pair.verdict is Verdict.TOO_FEW_SEEDS]
    if too_few:
        seeds = min(pair.n for pair in too_few)
        return Finding("too_few_seeds", values | {"seeds": seeds, "needed": too_few[0].fewest_seeds})
    values["seeds"] = min(pair.n for pair in compared)
    if len(standing.with_best) == 1:
        return Finding("winner", values | {"name": order[0]})
    return Finding("tie", values | {"names": standing.with_best})


def of_tuning(shared: Standing, tuned: Standing, told: bool) -> Finding | None:
    """What happened to the lead when every optimizer was tuned; told: whether both had seeds enough."""
    if not told or len(shared.order) < 2 or len(tuned.order) < 2:
        return None
    before, after = set(shared.with_best), set(tuned.with_best)
    values = {"before": shared.with_best, "after": tuned.with_best}
    match len(before), len(after):
        case 1, 1:
            return Finding("same_winner" if before == after else "other_winner", values)
        case 1, _:
            return Finding("lead_gone" if before <= after else "lead_lost", values)
        case _, 1:
            return Finding("lead_found", values)
        case _:
            return Finding("still_tied", values)


def of_gain(tuned: pd.DataFrame, compared: pd.DataFrame, metric: str = "test_accuracy") -> Finding | None:
    """What the tuned setup gained over the best of the comparison, the best chosen on validation.

    tuned, compared: rows of results. The interval is Welch's, since the two are not paired: networks and
    data differ. NaN where one of the two has fewer than two finished trials.
    """
    best = best_on_validation(compared)
    ours = tuned.loc[tuned["status"] == "finished", metric].to_numpy(dtype=float)
    if best is None or not len(ours):
        return None
    theirs = compared[(compared["setup"] == best) & (compared["status"] == "finished")][metric]
    low, high = welch_interval(ours, theirs.to_numpy(dtype=float))
    values = {
        "name": best,
        "reached": float(theirs.mean()),
        "ours": float(ours.mean()),
        "gain": float(ours.mean() - theirs.mean()),
        "low": low,
        "high": high,
    }
    if math.isnan(low):
        return Finding("gain_unsure", values)
    return Finding("gain" if low > 0 else "loss" if high < 0 else "no_gain", values)


def welch_interval(
    first: np.typing.NDArray[np.float64], second: np.typing.NDArray[np.float64], confidence: float = 0.95
) -> tuple[float, float]:
    """The interval of the difference of two means, unpaired (Welch, Biometrika 1947)."""
    if min(len(first), len(second)) < 2:
        return math.nan, math.nan
    if np.ptp(first) == 0 and np.ptp(second) == 0:
        difference = float(first.mean() - second.mean())
        return difference, difference
    interval = stats.ttest_ind(first, second, equal_var=False).confidence_interval(confidence)
    return float(interval.low), float(interval.high)


def best_on_validation(results: pd.DataFrame) -> str | None:
    """The setup of best mean validation accuracy; None where all diverged."""
    finished = results[results["status"] == "finished"]
    if finished.empty:
        return None
    return str(finished.groupby("setup", sort=False)["validation_accuracy"].mean().idxmax())


def of_search(search: pd.DataFrame) -> Iterator[Finding]:
    """How wide the range of learning rates is that work for each optimizer, and whose best is at an edge."""
    for setup, tried in search.groupby("setup", sort=False):
        width = working_range(tried)
        if width is not None:
            yield Finding("range", {"name": str(setup), **width})
        chosen = tried[tried["chosen"]]
        edges = [edge for edge in str(chosen["at_edge"].iloc[0]).split(", ") if edge]
        if edges:
            yield Finding("edge", {"name": str(setup), "settings": edges})


WITHIN = 0.02
"""A learning rate works if its mean validation accuracy is within two points of the best one's."""


def working_range(tried: pd.DataFrame) -> dict[str, float] | None:
    """The smallest and the largest learning rate around the best one that are within WITHIN of it.

    tried: the rows of search.csv of one setup. At each learning rate, the best of its other settings
    counts. None where fewer than three learning rates were tried.
    """
    means = mean_by_learning_rate(tried)
    if len(means) < 3 or means.isna().all():
        return None
    best = int(np.nanargmax(means.to_numpy()))
    works = means >= means.max() - WITHIN
    low = high = best
    while low > 0 and works.iloc[low - 1]:
        low -= 1
    while high < len(means) - 1 and works.iloc[high + 1]:
        high += 1
    rates = means.index.to_numpy(dtype=float)
    return {"low": rates[low], "high": rates[high], "factor": rates[high] / rates[low], "best": rates[best]}


def mean_by_learning_rate(tried: pd.DataFrame) -> pd.Series[float]:
    """Mean validation accuracy over seeds by learning rate, smallest first; NaN where it diverged."""
    table = tried.assign(
        score=tried["validation_accuracy"].where(tried["status"] == "finished").astype(float)
    )
    settings = table.groupby(["learning_rate", "number"])["score"].agg(lambda s: s.mean(skipna=False))
    return settings.groupby(level="learning_rate").max().sort_index()
