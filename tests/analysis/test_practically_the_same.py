"""The verdict of two one-sided tests at a margin, against every flip counted by hand and by simulation."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reportgen.analysis.comparison import Comparison, compare
from reportgen.analysis.pairs import Verdict
from reportgen.analysis.scores import AnalysisError
from reportgen.analysis.sign_flip import sign_flips
from reportgen.analysis.two_sample import two_samples
from reportgen.errors import UserError
from tests.helpers.made_tables import random_table


def of_gains(gains: list[float], margin: float | None) -> Comparison:
    """Two optimizers whose scores differ by these gains, seed by seed."""
    rows = [("p", "A", seed, 0.8 + gain) for seed, gain in enumerate(gains)]
    rows += [("p", "B", seed, 0.8) for seed in range(len(gains))]
    table = pd.DataFrame(rows, columns=["problem", "optimizer", "seed", "score"])
    return compare(table, metric="accuracy", margin=margin)


def one_sided_by_hand(gains: np.ndarray, shift: float, sign: float) -> float:
    """The share of all flips of the shifted gains whose mean lies at least as far on one side."""
    moved = gains - shift
    sums = np.array([np.dot(flips, moved) for flips in product([-1, 1], repeat=len(moved))])
    return float((sign * sums >= sign * moved.sum() - 1e-12).mean())


@given(st.lists(st.integers(-20, 20), min_size=6, max_size=9), st.integers(1, 15))
def test_p_is_the_larger_of_two_one_sided_flips(gains: list[int], margin: int) -> None:
    found = np.array(gains, dtype=float)
    (test,) = sign_flips([found], alpha=0.05, margin=float(margin))
    by_hand = max(one_sided_by_hand(found, -margin, 1), one_sided_by_hand(found, margin, -1))
    if by_hand < 0.5:
        assert test.p_same == pytest.approx(by_hand)
    else:
        assert test.p_same >= 0.49


def test_random_flips_agree_with_all_flips() -> None:
    gains = np.random.default_rng(2).normal(0.1, 1, 30)
    exact = stats.permutation_test(
        ((gains - 0.6),), np.mean, permutation_type="samples", alternative="less", n_resamples=99_999, rng=3
    )
    (test,) = sign_flips([gains], alpha=0.05, margin=0.6)
    assert test.p_same == pytest.approx(exact.pvalue, abs=0.004)


@pytest.mark.parametrize(
    ("gains", "margin", "verdict"),
    [
        ([0.001, -0.002, 0.001, 0.0, -0.001, 0.002, 0.0, -0.001], 0.01, Verdict.SAME),
        ([0.001, -0.002, 0.001, 0.0, -0.001, 0.002, 0.0, -0.001], None, Verdict.NOT_SEPARABLE),
        ([0.03, -0.02, 0.05, -0.04, 0.01, 0.02, -0.03, 0.0], 0.01, Verdict.NOT_SEPARABLE),
        ([0.02, 0.03, 0.025, 0.04, 0.02, 0.03, 0.035, 0.02], 0.01, Verdict.BETTER),
        ([0.0, 0.0, 0.0, 0.0, 0.0], 0.01, Verdict.TOO_FEW_SEEDS),
    ],
)
def test_what_is_said_of_a_pair(gains: list[float], margin: float | None, verdict: Verdict) -> None:
    assert of_gains(gains, margin).pair("p", "A", "B").verdict is verdict


def test_a_difference_may_be_shown_and_be_smaller_than_the_margin() -> None:
    pair = of_gains([0.002, 0.003, 0.001, 0.002, 0.004, 0.003, 0.002, 0.001], 0.01).pair("p", "A", "B")
    assert pair.verdict is Verdict.BETTER
    assert pair.within_margin
    pair = of_gains([0.02, 0.03, 0.025, 0.04, 0.02, 0.03, 0.035, 0.02], 0.01).pair("p", "A", "B")
    assert not pair.within_margin


@given(st.integers(0, 400), st.sampled_from([0.05, 0.3, 1.0, 3.0]), st.sampled_from([8, 12, 30]))
def test_the_interval_agrees_with_the_verdict(seed: int, margin: float, seeds: int) -> None:
    found = compare(random_table(3, seeds, effect=0.4, seed=seed), margin=margin)
    for pair in found.pairs:
        if pair.verdict is Verdict.SAME:
            assert -margin <= pair.low <= pair.high <= margin
            assert pair.p_same_corrected <= found.alpha
        elif pair.verdict is Verdict.NOT_SEPARABLE:
            assert pair.low <= 0 <= pair.high
        else:
            assert pair.low > 0 or pair.high < 0


@pytest.mark.parametrize("paired", [True, False])
@pytest.mark.parametrize("sign", [-1, 1])
def test_at_the_margin_it_is_found_as_often_as_promised(paired: bool, sign: int) -> None:
    """A true difference of just the margin: "practically the same" is false, and is said in 5 % at most."""
    rng, runs, margin = np.random.default_rng(11), 1000, 1.0
    first = rng.normal(sign * margin, 1, (runs, 10))
    second = np.zeros((runs, 10)) if paired else rng.normal(0, 1, (runs, 10))
    if paired:
        found = [test.p_same for test in sign_flips(list(first), alpha=0.05, margin=margin)]
    else:
        found = [two_samples([pair], margin=margin)[0].p_same for pair in zip(first, second, strict=True)]
    hits = int((np.array(found) <= 0.05).sum())
    assert stats.binomtest(hits, runs, 0.05, alternative="greater").pvalue > 0.001
    assert hits > 0.02 * runs


def test_two_unpaired_samples_against_scipys_tests_of_both_sides() -> None:
    rng = np.random.default_rng(4)
    first, second = rng.normal(0.2, 1, 60), rng.normal(0, 1.5, 50)
    (test,) = two_samples([(first, second)], margin=0.8)
    ends = [
        stats.ttest_ind(first + 0.8, second, equal_var=False, alternative="greater").pvalue,
        stats.ttest_ind(first - 0.8, second, equal_var=False, alternative="less").pvalue,
    ]
    assert test.p_same == pytest.approx(max(ends), abs=0.005)


@pytest.mark.parametrize("margin", [0.0, -0.01, float("inf"), float("nan")])
def test_a_margin_that_is_none_is_refused(margin: float) -> None:
    with pytest.raises(AnalysisError, match="margin"):
        of_gains([0.0] * 8, margin)


def test_refusals_are_for_the_user() -> None:
    assert issubclass(AnalysisError, UserError)
