"""What a search shows: accuracy by learning rate, the course of the search, what lies at an edge."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

WITHIN = 0.02
"""A learning rate works if its mean validation accuracy is within two points of the best one's."""


def working_range(tried: pd.DataFrame) -> dict[str, float] | None:
    """Return the smallest and the largest learning rate around the best one that are within WITHIN of it.

    At each learning rate, the best of its other settings counts.

    Args:
        tried: The rows of search.csv of one setup.

    Returns:
        low and high, their ratio as factor, and the best one; None where fewer than three learning rates were
        tried, or halving trained some longer than others.
    """
    if "rung" in tried and tried["rung"].any():
        return None
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


def longest(search: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the longest trials of every setting; with halving it has shorter ones as well."""
    if "rung" not in search or not search["rung"].any():
        return search
    settings = [search["stage"], search["setup"], repeats_of(search), search["number"]]
    return search[search["rung"] == search.groupby(settings)["rung"].transform("max")]


def mean_by_learning_rate(tried: pd.DataFrame) -> pd.Series[float]:
    """Return the mean validation accuracy over seeds by learning rate, smallest first; NaN where it diverged.

    Args:
        tried: The rows of search.csv of one setup. At each learning rate, the best of its other settings
            counts.
    """
    table = tried.assign(score=_scores(tried))
    # by settings, not by number: those of a grid are the same in every repeat of the search
    settings = table.groupby(["learning_rate", "settings"])["score"].agg(lambda s: s.mean(skipna=False))
    return settings.groupby(level="learning_rate").max().sort_index()


def scores_by_learning_rate(tried: pd.DataFrame) -> pd.Series[float]:
    """Return the validation accuracy of each seed by learning rate, of those settings whose mean counts.

    Args:
        tried: The rows of search.csv of one setup. At each learning rate, the best of its other settings
            counts; where that diverged, nothing is there.
    """
    table = tried.assign(score=_scores(tried))
    settings = table.groupby(["learning_rate", "settings"])["score"]
    means = settings.transform(lambda scores: scores.mean(skipna=False))
    best = means == means.groupby(table["learning_rate"]).transform("max")
    return table[best].set_index("learning_rate")["score"].sort_index(kind="stable")


def range_of_tops(curves: Sequence[pd.Series[float]]) -> tuple[float, float] | None:
    """Return between which accuracies the tops of curves by learning rate can be told apart.

    A second panel is worth its room only where the tops of two setups or more lie in a fifth of the whole
    range.

    Args:
        curves: Of mean_by_learning_rate, one for each setup.

    Returns:
        The ends, whole per cent; None where the whole range shows the tops as well.
    """
    tops = [float(curve.max()) for curve in curves if curve.notna().any()]
    if len(tops) < 2:
        return None
    lowest = min(float(curve.min()) for curve in curves if curve.notna().any())
    low = np.floor(100 * (min(tops) - WITHIN)) / 100
    high = min(1.0, np.ceil(100 * max(tops) + 0.5) / 100)
    return (float(low), float(high)) if 5 * (high - low) < high - lowest else None


def mean_by_number(tried: pd.DataFrame) -> pd.Series[float]:
    """Return the mean validation accuracy over seeds of each setting, as numbered; NaN where a seed diverged.

    Args:
        tried: The rows of search.csv of one setup.
    """
    return _scores(tried).groupby(tried["number"]).agg(lambda scores: scores.mean(skipna=False))


def running_best(means: pd.Series[float]) -> pd.Series[float]:
    """Return the best of the settings tried up to each; NaN until the first that did not diverge."""
    return means.fillna(-np.inf).cummax().replace(-np.inf, np.nan)


def settings_at_edge(chosen: pd.DataFrame) -> list[str]:
    """Return the settings that a search, or any repeat of it, found at the edge of their space.

    Args:
        chosen: The rows of search.csv of the settings that were chosen for one setup.
    """
    noted = (setting for cell in chosen["at_edge"] for setting in str(cell).split(", "))
    return [setting for setting in dict.fromkeys(noted) if setting]


def repeats_of(search: pd.DataFrame) -> pd.Series[int]:
    """Return in which repeat of its search each row was made, from 0."""
    return search["repeat"] if "repeat" in search else pd.Series(0, index=search.index)


def _scores(tried: pd.DataFrame) -> pd.Series[float]:
    return tried["validation_accuracy"].where(tried["status"] == "finished").astype(float)
