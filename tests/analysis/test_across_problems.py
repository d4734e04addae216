"""Optimizers over all problems: against scipy, brute force and closed forms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import stats

from reportgen.analysis.across_problems import AcrossProblems, PairAcross, across_problems
from reportgen.analysis.pairs import Verdict
from reportgen.randomness import stream

Samples = Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]]


def table(scores: dict[str, dict[str, Sequence[float]]]) -> pd.DataFrame:
    """A table of the scores of each problem and optimizer, seeds from 0."""
    return pd.DataFrame(
        [
            (problem, optimizer, seed, score)
            for problem, of_problem in scores.items()
            for optimizer, values in of_problem.items()
            for seed, score in enumerate(values)
        ],
        columns=["problem", "optimizer", "seed", "score"],
    )


def of_samples(samples: Samples) -> pd.DataFrame:
    """A table of A and B on each problem."""
    return table({f"p{k}": {"A": list(a), "B": list(b)} for k, (a, b) in enumerate(samples)})


def across(scores: pd.DataFrame, **options: object) -> AcrossProblems:
    """What the table supports, which is something."""
    found = across_problems(scores, **options)  # type: ignore[arg-type]
    assert found is not None
    return found


def pair(samples: Samples, **options: object) -> PairAcross:
    """A against B."""
    return across(of_samples(samples), **options).pair("A", "B")


def drawn(seed: int, *sizes: tuple[int, int], ties: bool = False) -> Samples:
    """Made scores of A and B on problems of these sizes."""
    rng = stream(seed, "samples")
    samples = [(rng.normal(0.5, 1, n), rng.normal(0, 1, m)) for n, m in sizes]
    return [(np.round(2 * a), np.round(2 * b)) for a, b in samples] if ties else samples


def mean_u(samples: Samples) -> float:
    """Scipy's U over n m, its mean over problems; what is lost is the worst."""
    ranked = [[np.nan_to_num(x, nan=-1e9) for x in both] for both in samples]
    return float(np.mean([stats.mannwhitneyu(a, b).statistic / (len(a) * len(b)) for a, b in ranked]))


# ---------------------------------------------------------------- the probability


@pytest.mark.parametrize("ties", [False, True])
def test_the_probability_is_mann_whitneys_mean_over_problems_with_the_lost_last(ties: bool) -> None:
    samples = drawn(1, (5, 5), (3, 7), (4, 4), ties=ties)
    samples[0][0][2] = samples[0][1][2] = samples[1][1][6] = np.nan
    found = pair(samples, paired=False)
    assert found.probability == pytest.approx(mean_u(samples), abs=1e-12)
    assert (found.lost_first, found.lost_second, found.trials_first, found.trials_second) == (1, 2, 12, 16)


def test_of_what_is_better_when_lower_a_miss_is_the_longest_time() -> None:
    times = table({"p": {"A": [10, 11], "B": [12, math.nan]}, "q": {"A": [9, 9], "B": [math.nan, 1]}})
    found = across(times, higher_is_better=False).pair("A", "B")
    assert found.probability == (1 + 0.5) / 2
    both_lost = table(
        {"p": {"A": [math.nan] * 3, "B": [math.nan] * 3}, "q": {"A": [1, 2, 3], "B": [1, 2, 3]}}
    )
    tie = across(both_lost).pair("A", "B")
    assert (tie.probability, tie.p, tie.ahead, tie.behind) == (0.5, 1.0, 0, 0)


def test_paired_are_the_common_seeds_and_without_one_all_trials() -> None:
    samples = [
        (np.array([1.0, 2.0, 9.0]), np.array([0.0, 3.0])),
        (np.array([5.0]), np.array([4.0, 6.0, 7.0])),
    ]
    scores = of_samples(samples)
    assert across(scores).pair("A", "B").probability == pytest.approx((0.5 + 1) / 2)
    apart = scores.assign(seed=[f"{row.optimizer}{row.seed}" for row in scores.itertuples()])
    found = across(apart).pair("A", "B")
    assert (found.paired, found.probability) == (0, pytest.approx((4 / 6 + 1 / 3) / 2))


def test_neither_the_order_of_the_rows_nor_of_the_names_changes_anything() -> None:
    scores = of_samples(drawn(3, (5, 5), (6, 6), (4, 4)))
    found = across(scores)
    assert across(scores.sample(frac=1, random_state=1)) == found
    names = scores.assign(optimizer=scores["optimizer"].map({"A": "Z", "B": "B"}))
    seen, renamed = found.pair("A", "B"), across(names).pair("Z", "B")
    for name in ("probability", "p", "p_new", "low", "high", "low_alone", "high_alone"):
        assert getattr(renamed, name) == pytest.approx(getattr(seen, name), abs=1e-12), name
    assert seen.mirrored().mirrored().low == pytest.approx(seen.low)


def test_a_single_problem_or_none_in_common_has_nothing_over_all() -> None:
    assert across_problems(of_samples(drawn(1, (5, 5)))) is None
    assert across_problems(table({"p": {"A": [1.0]}, "q": {"B": [2.0]}})) is None


# ---------------------------------------------------------------- these problems, new seeds


@pytest.mark.parametrize("ties", [False, True])
def test_paired_p_is_scipys_of_swaps_within_seeds(ties: bool) -> None:
    samples = drawn(5, (4, 4), (5, 5), (2, 2), ties=ties)
    ends = np.cumsum([len(a) for a, _ in samples])[:-1]

    def mean(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
        parts = zip(np.split(a, ends), np.split(b, ends), strict=True)
        leads = [np.sign(x[:, np.newaxis] - y).mean() for x, y in parts]
        return float(np.mean(leads))

    a, b = (np.concatenate(side) for side in zip(*samples, strict=True))
    expected = stats.permutation_test((a, b), mean, permutation_type="samples", n_resamples=np.inf)
    found = pair(samples)
    assert found.exact
    assert found.p == pytest.approx(expected.pvalue, abs=1e-12)


@pytest.mark.parametrize("ties", [False, True])
def test_unpaired_p_counts_every_way_to_deal_the_trials_out(ties: bool) -> None:
    samples = drawn(6, (3, 3), (2, 4), ties=ties)
    samples[1][0][0] = -np.inf

    def ways(a: NDArray[np.float64], b: NDArray[np.float64]) -> list[float]:
        both = np.concatenate([a, b])
        chosen = [list(places) for places in combinations(range(len(both)), len(a))]
        return [
            float(((both[c][:, np.newaxis] > rest) - 1.0 * (both[c][:, np.newaxis] < rest)).mean())
            for c in chosen
            for rest in [np.delete(both, c)]
        ]

    of_problems = [ways(a, b) for a, b in samples]
    observed = sum(leads[0] for leads in of_problems)
    sums = np.array([sum(leads) for leads in product(*of_problems)])
    expected = float((np.abs(sums) >= abs(observed) - 1e-9).mean())
    assert pair(samples, paired=False).p == pytest.approx(expected, abs=1e-12)


def test_the_smallest_p_has_a_closed_form() -> None:
    samples = [(np.arange(10.0, 13.0), np.arange(3.0))] * 4
    assert pair(samples).p == pytest.approx(2 / 2**12, rel=1e-9)
    assert pair(samples, paired=False).p == pytest.approx(2 / math.comb(6, 3) ** 4, rel=1e-9)
    assert pair(samples).verdict is Verdict.BETTER
    assert pair(samples[:2], alpha=0.03).verdict is Verdict.TOO_FEW_SEEDS  # 2 / 2**6 = 0.031


@pytest.mark.parametrize("paired", [True, False])
def test_of_many_seeds_random_permutations_stand_in(paired: bool) -> None:
    samples = drawn(8, (40, 40), (36, 36))
    samples = [(a - 0.22, b) for a, b in samples]
    found = pair(samples, paired=paired)
    assert not found.exact
    # asymptotically the sum of independent U over their sizes is normal
    variance = sum((2 * n + 1) / (12 * n * n) for n in (40, 36)) / 4
    expected = 2 * stats.norm.sf(abs(found.probability - 0.5) / math.sqrt(variance))
    assert 0.01 < expected < 0.4
    assert found.p == pytest.approx(expected, abs=0.03)


def test_the_family_is_all_pairs_or_those_with_one() -> None:
    rng = stream(9, "family")
    scores = table(
        {f"p{k}": {name: rng.normal(size=4) + 3 * (name == "D") for name in "ABCD"} for k in range(6)}
    )
    found, one = across(scores), across(scores, against="A")
    assert (len(found.pairs), len(one.pairs)) == (6, 3)
    p = sorted(seen.p for seen in found.pairs)
    expected = np.minimum(1, np.maximum.accumulate(np.array(p) * [6, 5, 4, 3, 2, 1]))
    assert sorted(seen.p_corrected for seen in found.pairs) == pytest.approx(expected)
    assert found.standing.winner == "D"
    assert found.optimizers[0] == "D"
    assert {seen.verdict for seen in found.pairs if "D" in (seen.first, seen.second)} == {Verdict.BETTER}
    assert one.pair("D", "A").p_corrected == pytest.approx(3 * one.pair("D", "A").p)
    assert one.fewest_problems == math.ceil(1 - math.log2(0.05 / 3))


# ---------------------------------------------------------------- new problems of this kind


def test_with_problems_as_units_p_counts_all_signs_of_their_probabilities() -> None:
    samples = drawn(11, *[(5, 5)] * 7)
    leads = np.array([mean_u([both]) - 0.5 for both in samples])
    expected = stats.permutation_test((leads, -leads), lambda a, _: a.sum(), permutation_type="samples")
    assert pair(samples).p_new == pytest.approx(expected.pvalue, abs=1e-12)


def test_many_seeds_are_no_many_problems() -> None:
    samples = [(np.arange(20.0) + 100, np.arange(20.0))] * 5
    found = pair(samples)
    assert (found.p_new, found.verdict, found.verdict_new) == (
        1 / 16,
        Verdict.BETTER,
        Verdict.TOO_FEW_PROBLEMS,
    )
    assert pair([*samples, samples[0]]).verdict_new is Verdict.BETTER


# ---------------------------------------------------------------- intervals


def test_intervals_leave_out_one_half_exactly_where_the_verdict_is_not_open() -> None:
    rng = stream(12, "agree")
    seen = set()
    for _ in range(40):
        shift = rng.uniform(0, 1.5)
        scores = table(
            {
                f"p{k}": {name: rng.normal(shift * rng.normal() * (name == "A"), 1, 4) for name in "ABC"}
                for k in range(4)
            }
        )
        for found in across(scores, resamples=499).pairs:
            if not math.isnan(found.low):
                assert (found.low <= 0.5 <= found.high) is (found.verdict is Verdict.NOT_SEPARABLE)
                assert found.low <= found.probability <= found.high
                seen.add(found.verdict)
    assert seen == {Verdict.BETTER, Verdict.NOT_SEPARABLE}


def test_where_one_always_wins_or_a_problem_has_one_seed_there_is_no_interval() -> None:
    always = pair([(np.arange(5.0) + 10, np.arange(5.0))] * 3)
    assert (always.probability, always.verdict) == (1.0, Verdict.BETTER)
    assert math.isnan(always.low_alone)
    assert math.isnan(pair(drawn(1, (5, 5), (1, 1))).low_alone)


def test_of_unpaired_normal_scores_the_interval_is_as_wide_as_their_variance_says() -> None:
    samples = drawn(13, *[(30, 30)] * 3)
    found = pair(samples, paired=False)
    wins = [a[:, np.newaxis] > b for a, b in samples]
    # the variance of DeLong et al. (1988), of each side
    variances = [won.mean(axis=axis).var(ddof=1) / 30 for won in wins for axis in (0, 1)]
    error = math.sqrt(sum(variances)) / 3
    assert found.high_alone - found.low_alone == pytest.approx(2 * 1.96 * error, rel=0.08)


def test_few_false_verdicts_and_intervals_that_hold() -> None:
    rng = stream(14, "alike")
    false = held = 0
    for _ in range(200):
        problems, seeds = rng.normal(size=(3, 1)), rng.normal(size=(3, 5))
        a, b = (problems + seeds + rng.normal(size=(3, 5)) for _ in "AB")
        found = pair(list(zip(a, b, strict=True)), resamples=199)
        false += found.verdict is not Verdict.NOT_SEPARABLE
        held += found.low_alone <= 0.5 <= found.high_alone
    assert false <= stats.binom.ppf(0.999, 200, 0.05)
    assert held >= stats.binom.ppf(0.001, 200, 0.93)
