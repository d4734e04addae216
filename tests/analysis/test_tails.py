"""The tails and quantiles by scipy.special are those of scipy.stats, which takes long to import."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from reportgen.analysis import intervals, tails
from reportgen.analysis.pair_tests import _average_ranks

RNG = np.random.default_rng(0)


def close(value: object) -> object:
    return pytest.approx(value, rel=1e-9, abs=1e-15)


def test_students_t() -> None:
    freedom = np.array([1, 2, 4.7, 30, 1e6])
    for tail in (1e-12, 0.025, 0.2, 0.5, 0.9):
        np.testing.assert_array_equal(tails.student_quantile(tail, freedom), stats.t.isf(tail, freedom))
    for t in (-3.0, 0.0, 0.4, 25.0):
        np.testing.assert_array_equal(tails.student_tail(t, freedom), stats.t.sf(t, freedom))


@pytest.mark.parametrize("mean", [0.0, 0.01, 3.5, 200.0])
def test_poissons_probabilities(mean: float) -> None:
    counts = np.arange(301)
    probability = tails.poisson_probability(counts, mean)
    np.testing.assert_allclose(probability, stats.poisson.pmf(counts, mean), rtol=1e-12)


@pytest.mark.parametrize(("successes", "trials"), [(0, 1), (1, 1), (0, 10), (3, 10), (10, 10), (199, 200)])
def test_the_interval_of_a_share(successes: int, trials: int) -> None:
    exact = stats.binomtest(successes, trials).proportion_ci(0.95)
    assert tails.share_interval(successes, trials, 0.95) == close((exact.low, exact.high))


@pytest.mark.parametrize(
    ("drawn", "marked", "draws", "total"),
    [(0, 0, 5, 10), (2, 2, 5, 10), (3, 6, 7, 10), (2950, 6000, 30_000, 60_000), (700, 6000, 10_000, 60_000)],
)
def test_hypergeometric_tails(drawn: int, marked: int, draws: int, total: int) -> None:
    exact = stats.hypergeom(total, marked, draws)
    expected = exact.cdf(drawn), exact.sf(drawn - 1)
    assert tails.hypergeometric_tails(drawn, marked, draws, total) == pytest.approx(
        expected, rel=1e-7, abs=1e-15
    )


@pytest.mark.parametrize("sizes", [(2, 2), (3, 9), (40, 5)])
@pytest.mark.parametrize("scale", [1e-100, 1.0, 1e6])
def test_welchs_interval(sizes: tuple[int, int], scale: float) -> None:
    first, second = (RNG.normal(place, place + 1, size) for place, size in enumerate(sizes))
    exact = stats.ttest_ind(first, second, equal_var=False).confidence_interval(0.95)
    low, high = intervals.welch_interval(scale * first, scale * second)
    assert (low / scale, high / scale) == close((exact.low, exact.high))


def test_welchs_interval_where_one_sample_does_not_spread() -> None:
    low, high = intervals.welch_interval(np.array([3.0, 3.0, 3.0]), np.array([1.0, 2.0]))
    reach = stats.t.isf(0.025, 1) * 0.5
    assert (low, high) == close((1.5 - reach, 1.5 + reach))


def test_ranks() -> None:
    values = RNG.integers(0, 6, 40).astype(float)
    values[:3] = -np.inf
    np.testing.assert_array_equal(_average_ranks(values), stats.rankdata(values))


def test_the_interval_of_a_median_has_the_order_that_the_binomial_gives() -> None:
    for n in range(1, 60):
        below = stats.binom.cdf(np.arange(n // 2), n, 0.5)
        k = int((2 * below <= 0.05).sum())
        interval = intervals.median_interval(np.arange(n, dtype=float))
        expected = (k - 1, n - k) if k else (math.nan, math.nan)
        np.testing.assert_equal((interval.low, interval.high), expected)


def test_a_report_is_composed_without_scipy_stats() -> None:
    """Of fewer seeds than a bootstrap needs, and no more settings than a band is computed for."""
    heavy = "{'scipy.stats', 'scipy.optimize', 'torch'}"
    program = f"import sys, reportgen.report.render; print(*({heavy} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert answer.stdout.split() == []
