"""Power and seeds needed against closed forms and against the test itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, stats

from reportgen.analysis.power import MOST_SEEDS, effect_ratio, power, seeds_needed
from reportgen.analysis.sign_flip import fewest_seeds, p_value


@pytest.mark.parametrize(("n", "level"), [(6, 0.05), (7, 0.05 / 3), (10, 0.05 / 15)])
@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.0])
def test_at_the_fewest_seeds_only_one_sign_will_do(n: int, level: float, ratio: float) -> None:
    # all n differences positive
    assert power(n, ratio, level) == pytest.approx(stats.norm.cdf(ratio) ** n, abs=0.035)


@pytest.mark.parametrize(("n", "ratio", "level"), [(20, 0.8, 0.05), (30, 0.5, 0.05), (25, 0.8, 0.01)])
def test_many_seeds_have_the_power_of_t(n: int, ratio: float, level: float) -> None:
    # P(T > c) by integrating over the deviation instead of asking for noncentral t
    c = stats.t.isf(level / 2, n - 1)
    value, _ = integrate.quad(
        lambda s: stats.norm.sf(c * s - ratio * math.sqrt(n)) * stats.chi.pdf(s * math.sqrt(n - 1), n - 1),
        0,
        5,
    )
    assert power(n, ratio, level) == pytest.approx(value * math.sqrt(n - 1), abs=2e-3)


@pytest.mark.parametrize(("n", "ratio", "level"), [(8, 1.2, 0.05), (11, 1.3, 0.05 / 3), (14, 1.0, 0.05)])
def test_power_is_how_often_the_test_rejects(n: int, ratio: float, level: float) -> None:
    samples = np.random.default_rng(1).normal(ratio, 1, (1500, n))
    rejected = np.mean([p_value(sample) <= level for sample in samples])
    assert power(n, ratio, level) == pytest.approx(rejected, abs=0.045)


def test_no_power_below_the_fewest_seeds() -> None:
    assert power(5, 100.0, 0.05) == 0
    assert power(5, math.inf, 0.05) == 0
    assert power(14, 5.0, 1e-5) == 0  # 2 / 2^14 is more than that
    assert power(6, math.inf, 0.05) == 1
    assert power(9, -1.0, 0.05) == power(9, 1.0, 0.05)


@pytest.mark.parametrize("n", [10, 50])
def test_without_an_effect_half_the_level_is_left_on_either_side(n: int) -> None:
    assert power(n, 0.0, 0.05) == pytest.approx(0.025, abs=0.008)


@pytest.mark.parametrize("level", [0.05, 0.05 / 3, 0.05 / 15])
@pytest.mark.parametrize("ratio", [0.3, 0.7, 1.1, 1.6, 2.5, 40.0])
def test_the_seeds_needed_are_the_first_with_that_power(ratio: float, level: float) -> None:
    n = seeds_needed(ratio, level)
    assert n is not None
    assert n >= fewest_seeds(level)
    assert power(n, ratio, level) >= 0.8
    assert n == fewest_seeds(level) or power(n - 1, ratio, level) < 0.8


def test_seeds_needed_of_the_tables() -> None:
    # Cohen's table for the paired t test: 34 pairs at d_z = 0.5, two-sided .05, power .80
    assert seeds_needed(0.5, 0.05) == 34
    assert seeds_needed(math.inf, 0.05 / 3) == 7
    assert seeds_needed(0.01, 0.05) is None
    assert seeds_needed(0.12, 0.05) in range(500, MOST_SEEDS)


def test_the_ratio_is_mean_over_deviation() -> None:
    values = np.array([1.0, 2.0, 4.0, 3.0])
    assert effect_ratio(values) == pytest.approx(values.mean() / values.std(ddof=1))
    assert effect_ratio(-1e-200 * values) == pytest.approx(-effect_ratio(values))
    assert effect_ratio(np.zeros(3)) == 0
    assert effect_ratio(np.full(3, 0.1)) == math.inf
    assert (
        effect_ratio(np.array([0.1, 0.2 - 0.1, 0.3 - 0.2, 0.8 - 0.7])) == math.inf
    )  # equal but for rounding
    assert effect_ratio(np.full(7, -0.3)) == -math.inf
