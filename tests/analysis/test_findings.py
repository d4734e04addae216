"""The rules from comparisons and searches to findings."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from reportgen.analysis.findings import of_gain, of_search, of_tuning, welch_interval, working_range
from reportgen.analysis.results import best_on_validation
from reportgen.analysis.standings import Standing


def results(validation: dict[str, list[float | None]], test: float = 0.5) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "setup": setup, "seed": seed, "status": "diverged" if score is None else "finished",
                "validation_accuracy": math.nan if score is None else score,
                "test_accuracy": math.nan if score is None else test + seed / 100,
            }
            for setup, scores in validation.items()
            for seed, score in enumerate(scores)
        ]
    )  # fmt: skip


def tried(scores: dict[float, list[float | None]], numbers: list[int] | None = None) -> pd.DataFrame:
    """The rows of search.csv of one setup: accuracies by learning rate, a value for every seed."""
    rows = [
        {
            "setup": "A", "number": number, "learning_rate": rate, "chosen": False, "at_edge": "",
            "status": "diverged" if score is None else "finished",
            "validation_accuracy": math.nan if score is None else score,
        }
        for number, (rate, values) in zip(numbers or range(1, 100), scores.items(), strict=False)
        for score in values
    ]  # fmt: skip
    return pd.DataFrame(rows)


def standing(*may_be_best: str) -> Standing:
    """Of A, B and C; the others are shown to be worse than every one of these."""
    others = [name for name in "ABC" if name not in may_be_best]
    better = frozenset((name, other) for name in may_be_best for other in others)
    return Standing("p", (*may_be_best, *others), better, {})


def test_the_best_is_chosen_on_validation_and_not_on_test() -> None:
    table = results({"A": [0.5, 0.6], "B": [0.7, 0.5]})
    table.loc[table["setup"] == "A", "test_accuracy"] = 0.99
    assert best_on_validation(table) == "B"
    assert best_on_validation(results({"A": [0.5, 0.6], "B": [None, 0.7]})) == "B"
    assert best_on_validation(results({"A": [None], "B": [None]})) is None


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        (("A",), ("A",), "same_winner"),
        (("A",), ("B",), "other_winner"),
        (("A",), ("B", "A"), "winner_shared"),
        (("A",), ("B", "C"), "winner_shared"),
        (("A", "B"), ("A",), "winner_tuned"),
        (("A", "B"), ("C",), "winner_tuned"),
        (("A", "B"), ("B", "C"), "open_both"),
    ],
)
def test_what_tuning_did_to_the_lead(before: tuple[str, ...], after: tuple[str, ...], key: str) -> None:
    found = of_tuning(standing(*before), standing(*after), told=True)
    assert found is not None
    assert (found.key, found.values["before"], found.values["after"]) == (key, before, after)
    assert of_tuning(standing(*before), standing(*after), told=False) is None


def test_welch_against_scipy_and_where_there_is_no_interval() -> None:
    noise = np.random.default_rng(0)
    first, second = noise.normal(0.6, 0.02, 6), noise.normal(0.5, 0.05, 9)
    low, high = welch_interval(first, second)
    # the interval's ends are the shifts whose Welch test has p = 5 %
    for end in (low, high):
        assert stats.ttest_ind(first - end, second, equal_var=False).pvalue == pytest.approx(0.05)
    assert all(math.isnan(end) for end in welch_interval(first[:1], second))
    assert welch_interval(np.array([0.7, 0.7]), np.array([0.5, 0.5])) == pytest.approx((0.2, 0.2))


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # mean difference 0.1 - t(2; .975) s / sqrt(3), t = 4.302653, s = 0.01: the constant adds no error
        ([0.6, 0.6, 0.6, 0.6], [0.49, 0.5, 0.51], 0.1 - 0.0248414, 0.1 + 0.0248414),
        ([0.49, 0.5, 0.51], [0.6, 0.6, 0.6, 0.6], -0.1 - 0.0248414, -0.1 + 0.0248414),
    ],
)
def test_welch_where_one_sample_is_constant(
    first: list[float], second: list[float], low: float, high: float
) -> None:
    assert welch_interval(np.array(first), np.array(second)) == pytest.approx((low, high), abs=1e-6)


def test_the_gain_is_none_where_one_side_has_nothing() -> None:
    compared = results({"A": [0.5, 0.6]})
    assert of_gain(results({"T": [None, None]}), compared) is None
    assert of_gain(compared, results({"A": [None]})) is None
    found = of_gain(results({"T": [0.5, 0.6]}, test=0.7), compared)
    assert found is not None
    assert (found.key, found.values["name"]) == ("gain", "A")
    assert found.values["gain"] == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("scores", "low", "high"),
    [
        ({1e-3: [0.5], 1e-2: [0.9], 1e-1: [0.89], 1.0: [0.2]}, 1e-2, 1e-1),
        # a dip in between ends the range, whatever comes behind it
        ({1e-3: [0.9], 1e-2: [0.5], 1e-1: [0.9], 1.0: [0.91]}, 1e-1, 1.0),
        # a learning rate that diverged with one of its seeds does not work
        ({1e-3: [0.9, 0.9], 1e-2: [0.91, 0.91], 1e-1: [0.9, None]}, 1e-3, 1e-2),
        # means over seeds count, not single ones
        ({1e-3: [0.91, 0.5], 1e-2: [0.9, 0.9], 1e-1: [0.89, 0.89]}, 1e-2, 1e-1),
    ],
)
def test_the_range_of_learning_rates_that_work(
    scores: dict[float, list[float | None]], low: float, high: float
) -> None:
    found = working_range(tried(scores))
    assert found is not None
    assert (found["low"], found["high"]) == (low, high)
    assert found["factor"] == pytest.approx(high / low)


def test_at_each_learning_rate_the_best_other_settings_count() -> None:
    poor = tried({1e-3: [0.2], 1e-2: [0.3], 1e-1: [0.1]})
    good = tried({1e-3: [0.9], 1e-2: [0.91], 1e-1: [0.9]}, numbers=[4, 5, 6])
    found = working_range(pd.concat([poor, good]))
    assert found is not None
    assert (found["low"], found["high"], found["best"]) == (1e-3, 1e-1, 1e-2)


def test_no_range_is_told_of_two_learning_rates_or_none_that_worked() -> None:
    assert working_range(tried({1e-3: [0.5], 1e-2: [0.6]})) is None
    assert working_range(tried({1e-3: [None], 1e-2: [None], 1e-1: [None]})) is None


def test_settings_at_an_edge_are_found() -> None:
    search = tried({1e-3: [0.9], 1e-2: [0.8]})
    search.loc[0, ["chosen", "at_edge"]] = [True, "learning_rate, momentum"]
    (found,) = of_search(search)
    assert (found.key, found.values) == ("edge", {"name": "A", "settings": ["learning_rate", "momentum"]})
