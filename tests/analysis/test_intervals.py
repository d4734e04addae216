"""Intervals against textbook formulas."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from reportgen.analysis.intervals import (
    BCA_FROM,
    NO_INTERVAL,
    bca_interval,
    bca_intervals,
    mean_interval,
    mean_intervals,
    median_interval,
    t_interval,
    welch_interval,
)

SKEWED = np.random.default_rng(3).exponential(size=25) + 10


def textbook_bca(values: np.ndarray, resamples: int = 200_000) -> tuple[float, float]:
    """Efron & Tibshirani, An Introduction to the Bootstrap, section 14.3, in plain arithmetic."""
    n, mean = len(values), values.mean()
    draws = np.random.default_rng(99).integers(0, n, (resamples, n))
    means = np.sort(values[draws].mean(axis=1))
    z0 = stats.norm.ppf((means < mean).mean())
    jackknife = np.array([np.delete(values, i).mean() for i in range(n)])
    away = jackknife.mean() - jackknife
    a = (away**3).sum() / (6 * (away**2).sum() ** 1.5)
    z = stats.norm.ppf([0.025, 0.975])
    shares = stats.norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z)))
    return tuple(np.quantile(means, shares))


def test_bca_is_the_textbooks() -> None:
    low, high = textbook_bca(SKEWED)
    found = bca_interval(SKEWED)
    assert found.method == "BCa"
    # two bootstraps of other random numbers agree to a few percent of the width
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.03 * (high - low))
    # and it is not the symmetric interval: skewed to the right, it reaches farther there
    assert found.high - SKEWED.mean() > 1.15 * (SKEWED.mean() - found.low)


def test_bca_depends_on_values_and_seed_alone() -> None:
    assert bca_interval(SKEWED) == bca_interval(SKEWED[::-1])
    assert bca_interval(SKEWED) != bca_interval(SKEWED, seed=1)
    moved = bca_interval(3 * SKEWED + 1000)
    assert moved.low == pytest.approx(3 * bca_interval(SKEWED).low + 1000, rel=1e-6)


@pytest.mark.parametrize("n", [20, 47, 300])
def test_samples_that_share_resamples_have_the_intervals_that_scipy_gives_each(n: int) -> None:
    rng = np.random.default_rng(n)
    samples = [rng.exponential(size=n), rng.normal(1e6, 1, n), np.full(n, 2.0), rng.normal(size=n + 1)]
    for values, found in zip(samples, bca_intervals(samples), strict=True):
        assert found == bca_interval(values)
        if np.ptp(values):
            expected = stats.bootstrap(
                (np.sort(values) - values.mean(),), np.mean, method="BCa", rng=np.random.default_rng(0)
            ).confidence_interval
            ends = (found.low - values.mean(), found.high - values.mean())
            assert ends == pytest.approx((expected.low, expected.high), abs=1e-8)


def test_resamples_that_tie_with_the_sample_count_half() -> None:
    # half of them 0, half 1: the bootstrap is symmetric, and so is its interval
    found = bca_interval(np.array([0.0, 1.0] * 20))
    assert found.low + found.high == pytest.approx(1, abs=0.026)
    assert found.low in np.arange(41) / 40


def test_t_is_students() -> None:
    expected = stats.ttest_1samp(SKEWED, 0).confidence_interval(0.95)
    found = t_interval(SKEWED)
    assert (found.low, found.high, found.method) == (
        pytest.approx(expected.low),
        pytest.approx(expected.high),
        "t",
    )


def test_t_keeps_tiny_differences() -> None:
    found, tiny = t_interval(SKEWED), t_interval(1e-200 * SKEWED)
    assert (1e200 * tiny.low, 1e200 * tiny.high) == pytest.approx((found.low, found.high))


def test_the_mean_takes_t_for_few_and_bca_for_many() -> None:
    assert mean_interval(SKEWED[: BCA_FROM - 1]) == t_interval(SKEWED[: BCA_FROM - 1])
    assert mean_interval(SKEWED[:BCA_FROM]) == bca_interval(SKEWED[:BCA_FROM])


def test_the_mean_hands_its_seed_on() -> None:
    (of_seed,) = mean_intervals([SKEWED], seed=1)
    assert of_seed == bca_interval(SKEWED, seed=1)
    assert of_seed != mean_interval(SKEWED)


def test_one_value_or_none_has_no_interval() -> None:
    for values in (np.array([]), np.array([5.0])):
        found = mean_interval(values)
        assert math.isnan(found.low)
        assert math.isnan(found.high)
        assert found.method == ""


@pytest.mark.parametrize("n", [2, 5, 10, 30])
@pytest.mark.parametrize("value", [0.0, 0.1, -1e50, 1e-200])
def test_equal_values_have_an_interval_of_no_width(n: int, value: float) -> None:
    found = mean_interval(np.full(n, value))
    assert (found.low, found.high, found.method) == (value, value, "equal values")


@pytest.mark.parametrize(
    "values", [[0.0] * 29 + [1.0], [1e90, -1e90] * 12, [1e-150, 2e-150] * 15, [0, 1] * 10]
)
def test_odd_values_have_a_finite_interval(values: list[float]) -> None:
    found = mean_interval(np.array(values, dtype=float))
    assert math.isfinite(found.low)
    assert found.low < found.high


@pytest.mark.parametrize(("n", "k"), [(6, 1), (7, 1), (8, 1), (9, 2), (10, 2), (20, 6), (50, 18)])
def test_the_median_lies_between_the_tabled_order_statistics(n: int, k: int) -> None:
    # k from the table of the sign test at 5 %
    values = np.random.default_rng(0).permutation(n) + 1.0
    found = median_interval(values)
    assert (found.low, found.high) == (k, n + 1 - k)


def test_the_medians_interval_covers_by_counting() -> None:
    # n = 9: each value is above the median or not, all 2^9 ways alike; the interval misses when too few are
    values = np.arange(9.0)
    found = median_interval(values)
    k = int(found.low) + 1
    misses = sum(sum(ways) < k or sum(ways) > 9 - k for ways in itertools.product((0, 1), repeat=9))
    assert misses / 2**9 <= 0.05
    more = sum(sum(ways) < k + 1 or sum(ways) > 9 - k - 1 for ways in itertools.product((0, 1), repeat=9))
    assert more / 2**9 > 0.05


def test_the_medians_interval_takes_infinite_values_and_no_few() -> None:
    found = median_interval(np.array([1.0, 2.0, 3.0, 4.0, math.inf, math.inf]))
    assert (found.low, found.high) == (1.0, math.inf)
    assert median_interval(np.arange(5.0)) is NO_INTERVAL
    assert median_interval(np.array([])) is NO_INTERVAL


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
