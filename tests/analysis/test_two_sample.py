"""The permutation test of two unpaired samples against scipy, and what compare says of unpaired trials."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from reportgen.analysis.comparison import compare
from reportgen.analysis.pairs import Verdict
from reportgen.analysis.two_sample import fewest_trials, smallest_p, two_samples


def welch(first: np.ndarray, second: np.ndarray, axis: int) -> np.ndarray:
    """Welch's statistic."""
    return np.asarray(stats.ttest_ind(first, second, equal_var=False, axis=axis).statistic)


@pytest.mark.parametrize(("n", "m"), [(4, 4), (5, 7), (8, 6)])
def test_p_is_that_of_all_deals(n: int, m: int) -> None:
    rng = np.random.default_rng(n)
    first, second = rng.normal(0.7, 1, n), rng.normal(0, 2, m)
    expected = stats.permutation_test((first, second), welch, vectorized=True, n_resamples=np.inf)
    # scipy doubles the smaller tail; the distance counts both
    both = np.abs(expected.null_distribution) >= abs(expected.statistic) * (1 - 1e-9)
    (test,) = two_samples([(first, second)])
    assert test.exact
    assert test.p == pytest.approx(both.mean())


def test_random_deals_come_near_welchs_p() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.normal(0.6, 1, 40), rng.normal(0, 2, 60)
    (test,) = two_samples([(first, second)])
    expected = stats.ttest_ind(first, second, equal_var=False)
    assert not test.exact
    assert test.p == pytest.approx(expected.pvalue, abs=0.01)
    interval, theirs = test.interval(0.05), expected.confidence_interval()
    assert [interval.low, interval.high] == pytest.approx([theirs.low, theirs.high], abs=0.06)


def test_the_interval_leaves_out_zero_where_the_test_rejects() -> None:
    rng = np.random.default_rng(5)
    for shift in np.linspace(0, 3, 25):
        (test,) = two_samples([(rng.normal(shift, 1, 6), rng.normal(0, 1, 6))])
        interval = test.interval(0.05)
        assert (interval.low > 0 or interval.high < 0) == (test.p <= 0.05)


def test_equal_scores_and_scores_far_apart() -> None:
    (equal,) = two_samples([(np.ones(6), np.ones(6))], margin=0.5)
    assert equal.p == 1.0
    assert equal.p_same == smallest_p(6, 6) / 2 or equal.p_same <= 0.005
    (apart,) = two_samples([(np.ones(6), np.zeros(6))])
    assert apart.p == pytest.approx(smallest_p(6, 6))


def test_the_fewest_trials_are_those_whose_smallest_p_reaches_the_level() -> None:
    for level in (0.05, 0.05 / 3, 0.05 / 45):
        n = fewest_trials(level)
        assert smallest_p(n, n) <= level < smallest_p(n - 1, n - 1)


def table(scores: dict[str, list[float]]) -> pd.DataFrame:
    """Trials of each optimizer under seeds that no other has."""
    rows = [
        ("p", name, f"{name}{seed}", score) for name, of in scores.items() for seed, score in enumerate(of)
    ]
    return pd.DataFrame(rows, columns=["problem", "optimizer", "seed", "score"])


def test_unpaired_trials_are_compared_all_with_all() -> None:
    scores = {"A": [0.9, 0.91, 0.92, 0.93, 0.94], "B": [0.8, 0.81, 0.82, 0.915]}
    pair = compare(table(scores), paired=False).pair("p", "A", "B")
    assert pair.trials == (5, 4)
    assert (pair.wins, pair.ties, pair.losses) == (18, 0, 2)
    assert pair.difference == pytest.approx(np.mean(scores["A"]) - np.mean(scores["B"]))
    assert pair.only_first == ()
    # the same trials, taken as pairs, have no seed in common
    assert compare(table(scores)).pair("p", "A", "B").verdict is Verdict.TOO_FEW_SEEDS


def test_an_unpaired_trial_without_a_score_is_the_worst() -> None:
    scores = {"A": [0.9, 0.91, 0.92, 0.93, 0.94, 0.95], "B": [0.99, 0.98] + [np.nan] * 4}
    pair = compare(table(scores), paired=False).pair("p", "A", "B")
    ranks = stats.rankdata([*scores["A"], 0.99, 0.98, *[0.0] * 4])
    assert pair.ranks
    assert pair.interval == ""
    assert (pair.wins, pair.losses) == (24, 12)
    (expected,) = two_samples([(ranks[:6], ranks[6:])])
    assert pair.p == pytest.approx(expected.p)


@pytest.mark.parametrize("spread", [1.0, 4.0])
def test_equal_means_are_told_apart_in_five_percent_at_most(spread: float) -> None:
    rng, runs = np.random.default_rng(9), 1000
    hits = 0
    for _ in range(runs):
        pair = rng.normal(0, 1, 8), rng.normal(0, spread, 8)
        hits += two_samples([pair])[0].p <= 0.05
    assert stats.binomtest(hits, runs, 0.06, alternative="greater").pvalue > 0.001
