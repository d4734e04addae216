"""The sign-flip test and its interval against brute force, scipy and subset means."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from reportgen.analysis.intervals import t_interval
from reportgen.analysis.sign_flip import (
    EXACT_UP_TO,
    RESAMPLES,
    fewest_seeds,
    p_value,
    sign_flip_interval,
    sign_flip_test,
    sign_flips,
    smallest_p,
)
from tests.helpers.made_tables import brute_force_p


@given(st.integers(1, 11).flatmap(lambda n: arrays(float, n, elements=st.integers(-5, 5).map(float))))
@settings(max_examples=150)
def test_exact_p_counts_every_flip_also_with_ties(differences: np.ndarray) -> None:
    assert p_value(differences) == brute_force_p(differences)


@pytest.mark.parametrize("n", [2, 5, 6, 9, 12])
def test_exact_p_is_scipys(n: int) -> None:
    differences = np.random.default_rng(n).normal(0.6, 1, n)
    expected = stats.permutation_test(
        (differences, np.zeros(n)),
        lambda x, y, axis: (x - y).mean(axis=axis),
        permutation_type="samples",
        n_resamples=np.inf,
        vectorized=True,
    )
    assert p_value(differences) == pytest.approx(expected.pvalue, rel=1e-12)


def test_exact_p_of_ranks_is_wilcoxons() -> None:
    # flipping the signs of 1..n is the signed-rank test, whose tables are exact
    for n, seed in ((8, 1), (15, 2), (24, 3)):
        ranks = np.arange(1.0, n + 1) * np.random.default_rng(seed).choice([-1, 1], n, p=[0.3, 0.7])
        expected = stats.wilcoxon(ranks, method="exact").pvalue
        assert p_value(ranks) == pytest.approx(expected, rel=1e-9)


def test_rounding_does_not_break_ties() -> None:
    # accuracies in steps of 1/10000: flips that tie on paper differ in the last digit
    a = np.array([0.4532, 0.4614, 0.4471, 0.4583, 0.4490, 0.4562])
    b = np.array([0.4522, 0.4604, 0.4481, 0.4573, 0.4480, 0.4552])
    assert p_value(a - b) == brute_force_p(np.round(10_000 * (a - b)))


def test_random_flips_agree_with_the_exact_test() -> None:
    # ranks again, one more than are counted exactly
    n = EXACT_UP_TO + 6
    for seed in range(4):
        ranks = np.arange(1.0, n + 1) * np.random.default_rng(seed).choice([-1, 1], n, p=[0.35, 0.65])
        expected = stats.wilcoxon(ranks, method="exact").pvalue
        error = 4 * math.sqrt(expected / RESAMPLES) + 1 / RESAMPLES
        assert p_value(ranks) == pytest.approx(expected, abs=error)


def test_random_flips_count_the_observed_one_and_keep_to_their_seed() -> None:
    clear = np.full(40, 1.0) + np.arange(40) / 100
    assert p_value(clear, resamples=199) == 1 / 200
    unclear = np.random.default_rng(0).normal(0.2, 1, 40)
    assert p_value(unclear) == p_value(unclear[::-1])
    assert p_value(unclear, resamples=99) == p_value(unclear, resamples=99)
    assert len({p_value(unclear, resamples=99, seed=seed) for seed in range(9)}) > 1


@pytest.mark.parametrize("n", [0, 1, 5, 24, 30])
def test_no_difference_has_p_1(n: int) -> None:
    assert p_value(np.zeros(n)) == 1.0


def test_one_sign_only_has_the_smallest_p() -> None:
    for n in (1, 2, 6, 9, 24):
        assert p_value(np.arange(1.0, n + 1)) == smallest_p(n) == 2 / 2**n
    assert smallest_p(0) == 1
    assert smallest_p(25) == 1 / 100_000


@pytest.mark.parametrize(
    ("level", "seeds"), [(0.05, 6), (0.05 / 3, 7), (0.05 / 15, 10), (1.0, 1), (0.5, 2), (1 / 16, 5)]
)
def test_the_fewest_seeds_reach_the_level_and_one_less_does_not(level: float, seeds: int) -> None:
    assert fewest_seeds(level) == seeds
    assert 2 / 2**seeds <= level
    assert seeds == 1 or 2 / 2 ** (seeds - 1) > level


def hartigan(differences: np.ndarray, confidence: float) -> tuple[float, float]:
    """The interval between two of the means of all subsets."""
    n = len(differences)
    subsets = itertools.chain.from_iterable(itertools.combinations(differences, r) for r in range(1, n + 1))
    means = sorted(float(np.mean(subset)) for subset in subsets)
    k = math.floor(round((1 - confidence) * 2 ** (n - 1), 9))
    return means[k - 1], means[-k]


@pytest.mark.parametrize(("n", "confidence"), [(6, 0.95), (7, 0.95), (11, 0.95), (11, 0.8), (5, 0.9)])
def test_the_interval_lies_between_subset_means(n: int, confidence: float) -> None:
    differences = np.random.default_rng(n).exponential(size=n)
    found = sign_flip_interval(differences, confidence)
    assert (found.low, found.high) == pytest.approx(hartigan(differences, confidence), abs=1e-6)
    assert found.method == "sign-flip"


@pytest.mark.parametrize("n", [6, 8, 15, 24, 30])
def test_the_interval_leaves_out_what_the_test_rejects(n: int) -> None:
    differences = np.random.default_rng(n).normal(0.4, 1, n)
    test = sign_flip_test(differences)
    assert test.p == p_value(differences)
    assert test.interval == sign_flip_interval(differences)
    inside = (test.interval.high - test.interval.low) * 1e-5
    for end, sign in ((test.interval.low, 1), (test.interval.high, -1)):
        assert p_value(differences - (end + sign * inside)) > 0.05
        assert p_value(differences - (end - sign * inside)) <= 0.05


@pytest.mark.parametrize("n", [9, 24, 25, 60])
@pytest.mark.parametrize("multiplicity", [1, 3, 10])
def test_the_interval_of_one_of_several_tests_leaves_out_what_its_corrected_p_rejects(
    n: int, multiplicity: int
) -> None:
    differences = np.random.default_rng(n).exponential(size=n) - 0.5
    (flips,) = sign_flips([differences], alpha=0.05, most=10)
    found = flips.interval(0.05, multiplicity)
    if n == 9 and multiplicity == 10:
        assert found.method == "sign-flip"  # 10 x 2/2^9 <= .05
    inside = (found.high - found.low) * 1e-5
    for end, sign in ((found.low, 1), (found.high, -1)):
        assert multiplicity * p_value(differences - (end + sign * inside)) > 0.05
        assert multiplicity * p_value(differences - (end - sign * inside)) <= 0.05


def test_what_cannot_be_rejected_at_all_has_no_interval() -> None:
    (flips,) = sign_flips([np.arange(1.0, 8)], alpha=0.05, most=4)
    assert flips.p == 2 / 2**7
    assert flips.interval(0.05, 3).low > 0
    assert math.isnan(flips.interval(0.05, 4).low)


def test_samples_tested_together_have_the_results_of_each_alone() -> None:
    rng = np.random.default_rng(2)
    samples = [rng.normal(0.2, 1, n) for n in (30, 8, 30, 24, 31, 30, 1)]
    samples += [np.zeros(30), np.round(rng.normal(0.2, 1, 30), 1), np.full(40, 0.5)]
    for values, flips in zip(samples, sign_flips(samples, alpha=0.05, most=3), strict=True):
        (alone,) = sign_flips([values], alpha=0.05)
        assert flips.p == alone.p == p_value(values)
        assert flips.smallest_p == smallest_p(len(values))
        assert str(flips.interval(0.05)) == str(alone.interval(0.05))


@pytest.mark.parametrize("n", [30, 200])
def test_random_flips_of_many_samples_agree_with_scipys(n: int) -> None:
    rng = np.random.default_rng(n)
    samples = [rng.normal(shift / math.sqrt(n), 1, n) for shift in (0.5, 1.5, 2.5)]
    for values, flips in zip(samples, sign_flips(samples, alpha=0.05), strict=True):
        expected = stats.permutation_test(
            (values, np.zeros(n)),
            lambda x, y, axis: (x - y).mean(axis=axis),
            permutation_type="samples",
            n_resamples=20_000,
            vectorized=True,
            batch=2_000,
            rng=np.random.default_rng(1),
        ).pvalue
        error = 4 * math.sqrt(flips.p * (1 / RESAMPLES + 1 / 20_000))
        assert flips.p == pytest.approx(expected, abs=error + 2 / 20_000)


@pytest.mark.parametrize("n", [2, 3, 5])
def test_too_few_for_the_test_take_students_interval(n: int) -> None:
    differences = np.random.default_rng(n).normal(size=n)
    assert sign_flip_interval(differences) == t_interval(differences)


def test_degenerate_differences() -> None:
    assert sign_flip_interval(np.array([])).method == ""
    assert math.isnan(sign_flip_interval(np.array([1.0])).low)
    found = sign_flip_interval(np.full(9, -2.0))
    assert (found.low, found.high) == (-2.0, -2.0)
    # one difference among zeros: nothing to be sure of
    found = sign_flip_interval(np.array([0.0] * 9 + [1.0]))
    assert found.low <= 0 <= found.high
