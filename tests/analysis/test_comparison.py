"""The whole comparison on made tables with known answers."""

from __future__ import annotations

import io
import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reportgen.analysis.comparison import Comparison, compare
from reportgen.analysis.pairs import Lost, Pair, Verdict
from reportgen.analysis.scores import AnalysisError
from reportgen.analysis.sign_flip import p_value
from reportgen.analysis.stepwise import adjusted, shaffer_counts
from tests.helpers.cases import cases
from tests.helpers.made_tables import RISING, brute_force_p, plus, random_table, table

NAN, INF = math.nan, math.inf


def only(comparison: Comparison) -> Pair:
    assert len(comparison.pairs) == 1
    return comparison.pairs[0]


def test_a_clear_winner() -> None:
    noise = [0.01, -0.01, 0.02, 0.0, 0.01, -0.02, 0.0, 0.03]
    pair = only(compare(table(A=RISING, B=[x + 1 + e for x, e in zip(RISING, noise, strict=True)])))
    assert (pair.first, pair.second, pair.verdict) == ("B", "A", Verdict.BETTER)
    assert pair.difference == pytest.approx(1 + np.mean(noise))
    assert pair.p == pair.p_corrected == 2 / 2**8
    assert pair.exact
    assert (pair.wins, pair.ties, pair.losses) == (8, 0, 0)
    assert 0.98 < pair.low < pair.difference < pair.high < 1.03
    assert (pair.n, pair.trials, pair.fewest_seeds) == (8, (8, 8), 6)


def test_identical_columns_are_not_separable() -> None:
    pair = only(compare(table(A=RISING, B=RISING)))
    assert pair.verdict is Verdict.NOT_SEPARABLE
    assert (pair.p, pair.p_corrected, pair.difference) == (1, 1, 0)
    assert (pair.wins, pair.ties, pair.losses) == (0, 8, 0)
    assert (pair.low, pair.high) == (0, 0)
    assert math.isnan(pair.detectable)  # no spread was seen, and nothing follows from that
    assert pair.seeds_for_margin is None


def test_wins_ties_and_losses_are_counted_apart() -> None:
    pair = only(compare(table(A=[2, 1, 1, 1, 0, 0, 1, 1], B=[1, 1, 1, 1, 0, 0, 0, 2])))
    assert pair.first == "A"
    assert (pair.wins, pair.ties, pair.losses) == (2, 5, 1)
    assert pair.p == 1.0


def test_pairs_are_tested_seed_by_seed_and_corrected_by_shaffer() -> None:
    scores = random_table(4, 10, effect=0.7, seed=3)
    found = compare(scores)
    wide = scores.pivot(index="seed", columns="optimizer", values="score")
    names = list(combinations("ABCD", 2))
    raw = [brute_force_p((wide[a] - wide[b]).to_numpy()) for a, b in names]
    corrected = dict(zip(names, adjusted(raw, [6, 3, 3, 3, 2, 1]), strict=True))
    for pair in found.pairs:
        key = tuple(sorted((pair.first, pair.second)))
        assert pair.p == pytest.approx(dict(zip(names, raw, strict=True))[key])
        assert pair.p_corrected == pytest.approx(corrected[key])
        separable = corrected[key] <= 0.05
        assert pair.verdict is (Verdict.BETTER if separable else Verdict.NOT_SEPARABLE)
    assert {pair.verdict for pair in found.pairs} == {Verdict.BETTER, Verdict.NOT_SEPARABLE}


@st.composite
def odd_tables(draw: st.DrawFn) -> pd.DataFrame:
    """A table with ties, missing seeds and lost trials."""
    k, n = draw(st.integers(2, 5)), draw(st.integers(6, 12))
    scores = random_table(k, n, effect=draw(st.sampled_from([0.0, 0.5, 1, 2])), seed=draw(st.integers(0, 99)))
    scores = scores.round({"score": draw(st.sampled_from([0, 1, 6]))})
    if draw(st.booleans()):
        scores.loc[scores.index[-1], "score"] = NAN
    return scores.drop(index=draw(st.sets(st.integers(0, 11), max_size=4)))


@cases(60)
@given(odd_tables(), st.sampled_from([0.01, 0.05, 0.2]))
@example(random_table(3, 27, effect=0.5, seed=4), 0.05)
def test_an_interval_leaves_out_zero_exactly_where_the_verdict_is_better_or_worse(
    scores: pd.DataFrame, alpha: float
) -> None:
    for pair in compare(scores, alpha=alpha).pairs:
        leaves_out = pair.low > 0 or pair.high < 0  # neither where there is none
        separated = pair.verdict in (Verdict.BETTER, Verdict.WORSE)
        assert leaves_out == (separated and not pair.ranks), pair
        if pair.verdict is Verdict.TOO_FEW_SEEDS:
            assert math.isnan(pair.low)
            assert pair.interval == ""
        elif not math.isnan(pair.low):
            assert pair.low <= pair.difference <= pair.high


def test_a_pair_that_the_correction_does_not_separate_has_zero_in_its_interval() -> None:
    # p = .031 alone, .094 for three pairs: the interval of one test would leave out 0
    noise = [0.9, 1.3, -0.2, 1.1, 0.4, -0.1, 1.0, 0.7]
    scores = table(
        A=RISING,
        B=[x + e for x, e in zip(RISING, noise, strict=True)],
        C=[x + e + (-1) ** s for s, (x, e) in enumerate(zip(RISING, noise, strict=True))],
    )
    alone = only(compare(scores[scores["optimizer"] != "C"]))
    assert (alone.verdict, alone.low > 0) == (Verdict.BETTER, True)
    pair = compare(scores).pair("p", "B", "A")
    assert pair.p == alone.p
    assert pair.verdict is Verdict.NOT_SEPARABLE
    assert pair.low <= 0 < pair.high
    # the level is that of the first step for it, by brute force
    inside = 1e-6
    gains = np.array(noise)
    assert 3 * brute_force_p(gains - pair.low - inside) > 0.05 >= 3 * brute_force_p(gains - pair.low + inside)


def test_progress_is_told_to_its_end() -> None:
    told: list[tuple[int, int]] = []
    tables = [random_table(3, n, problem=f"p{n}") for n in (1, 5, 9, 22, 30)]
    tables.append(table(problem="lost", A=[NAN, 1.0], B=[None, None, 2.0]))
    compare(pd.concat(tables), progress=lambda done, total: told.append((done, total)))
    done, totals = zip(*told, strict=True)
    assert list(done) == sorted(done)
    assert set(totals) == {5 * (3 + 3) + 2 + 1}
    assert done[-1] == totals[-1]


def test_each_problem_is_a_family_of_its_own() -> None:
    one, two = random_table(3, 9, effect=1, seed=1), random_table(3, 9, effect=1, seed=2, problem="q")
    both = compare(pd.concat([two, one]))
    assert both.problems == ("p", "q")
    assert both.pairs == compare(one).pairs + compare(two).pairs
    assert both.standing("q") == compare(two).standings[0]


def test_a_missing_seed_is_left_out_and_reported() -> None:
    pair = only(compare(table(A=[*RISING, 5.0], B=[None, *plus(RISING[1:], 1)])))
    assert (pair.first, pair.n, pair.verdict) == ("B", 7, Verdict.BETTER)
    assert (pair.only_first, pair.only_second) == ((), (0, 8))
    assert pair.difference == pytest.approx(1)


def test_what_the_means_say_and_shared_seeds_deny_is_worse() -> None:
    # B's extra seed lifts its mean above A's, which is better wherever both ran
    found = compare(table(A=plus(RISING, 0.5), B=[*RISING, 100.0]))
    assert only(found).first == "B"
    assert only(found).verdict is Verdict.WORSE
    (standing,) = found.standings
    assert standing.text("no score") == "B, A (A > B)"
    assert (standing.winner, standing.may_be_best) == ("A", ("A",))


@pytest.mark.parametrize(("n", "k", "few"), [(1, 2, 6), (5, 2, 6), (6, 3, 7), (9, 6, 10)])
def test_too_few_seeds_whatever_the_data(n: int, k: int, few: int) -> None:
    scores = table(**{chr(65 + i): [float(100 * i + seed) for seed in range(n)] for i in range(k)})
    found = compare(scores)
    assert {pair.verdict for pair in found.pairs} == {Verdict.TOO_FEW_SEEDS}
    assert {pair.fewest_seeds for pair in found.pairs} == {few}
    # and that many are enough
    enough = table(**{chr(65 + i): [float(100 * i + seed) for seed in range(few)] for i in range(k)})
    assert {pair.verdict for pair in compare(enough).pairs} == {Verdict.BETTER}


def test_a_pair_with_few_seeds_beside_pairs_with_many() -> None:
    scores = table(
        A=[float(seed) for seed in range(12)],
        B=[float(seed) + 10 for seed in range(12)],
        C=[float(seed) + 20 for seed in range(6)],
    )
    # six seeds of C reach 2/64: once A and B are told apart, the other two pairs count once
    verdicts = {(p.first, p.second): p.verdict for p in compare(scores).pairs}
    assert set(verdicts.values()) == {Verdict.BETTER}
    strict = {(p.first, p.second): p.verdict for p in compare(scores, alpha=0.03).pairs}
    assert strict[("C", "B")] is strict[("C", "A")] is Verdict.TOO_FEW_SEEDS
    assert strict[("B", "A")] is Verdict.BETTER


def test_one_seed_only_has_a_difference_and_nothing_else() -> None:
    pair = only(compare(table(A=[1.0], B=[3.0])))
    assert (pair.first, pair.difference, pair.p, pair.interval) == ("B", 2.0, 1.0, "")
    assert math.isnan(pair.low)


def test_no_common_seed() -> None:
    pair = only(compare(table(A=[1.0, None], B=[None, 2.0])))
    assert (pair.verdict, pair.n) == (Verdict.TOO_FEW_SEEDS, 0)
    assert math.isnan(pair.p)
    assert math.isnan(pair.difference)


@pytest.mark.parametrize("lost", [NAN, INF, -INF, None])
def test_a_trial_without_a_score_is_the_worst(lost: float | None) -> None:
    scores = table(A=RISING, B=plus(RISING, 1), C=plus(RISING, 0.2))
    scores["score"] = scores["score"].astype(object)
    scores.loc[(scores["optimizer"] == "B") & (scores["seed"] == 3), "score"] = lost
    found = compare(scores)
    pair = found.pair("p", "B", "A")
    # Wilcoxon's signed ranks: the lost seed has the largest, 8, on the other side of seven alike
    assert pair.p == brute_force_p(np.array([4.0] * 7 + [-8.0]))
    assert pair.verdict is Verdict.NOT_SEPARABLE
    assert (pair.ranks, pair.correction, pair.interval) == (True, "Holm", "")
    assert math.isnan(pair.low)
    assert (pair.unscored_first, pair.unscored_second, pair.n) == (1, 0, 8)
    assert (pair.wins, pair.ties, pair.losses) == (7, 0, 1)
    assert pair.difference == pytest.approx(1)
    known = compare(scores, lost=Lost.DIVERGED)
    assert known.standings_table()["standing"].tolist() == ["C > A; diverged: B (1 of 8)"]
    summary = found.summaries.set_index("optimizer").loc["B"]
    assert (summary["trials"], summary["unscored"]) == (8, 1)
    assert summary["mean"] == pytest.approx(np.mean(plus(RISING[:3] + RISING[4:], 1)))


def test_one_that_diverges_more_often_than_not_is_worse_however_good_the_rest() -> None:
    lost = [NAN] * 7
    found = compare(table(A=plus(RISING, 0.1), B=RISING, C=[*lost, 9.0]), lost=Lost.DIVERGED)
    assert found.pair("p", "C", "A").verdict is Verdict.WORSE
    assert found.standings[0].text("diverged") == "A > B; diverged: C (7 of 8; worse than A, B)"
    assert found.standings[0].winner == "A"
    # and where both are lost, neither is better
    both = compare(table(A=[*lost, 1.0], B=[*lost, 2.0])).pair("p", "B", "A")
    assert (both.wins, both.ties, both.losses, both.p) == (1, 7, 0, 1.0)


def test_a_lost_trial_more_does_not_make_an_optimizer_the_best() -> None:
    """A is better than B, but C, which lost one trial, is shown better than A."""
    n = 16
    found = compare(table(A=[1.0] * n, B=[0.0] * n, C=[2.0] * (n - 1) + [NAN]))
    assert found.pair("p", "C", "A").verdict is Verdict.BETTER
    assert found.standings[0].winner is None


def test_no_score_of_any() -> None:
    found = compare(table(A=[NAN, INF], B=[-INF, NAN], C=[1.0, 2.0]))
    assert found.standings[0].order == ("C",)
    assert found.standings[0].text("no score") == "C; no score: A (2 of 2), B (2 of 2)"
    assert {p.verdict for p in found.pairs} == {Verdict.TOO_FEW_SEEDS}
    assert found.summaries["optimizer"].tolist() == ["C", "A", "B"]
    alone = compare(table(A=[NAN], B=[NAN]))
    assert alone.standings[0].text("no score") == "no score: A (1 of 1), B (1 of 1)"
    assert (alone.standings[0].winner, alone.standings[0].may_be_best) == (None, ())


def test_a_single_optimizer() -> None:
    found = compare(table(A=RISING))
    assert found.pairs == ()
    assert found.standings[0].text("no score") == "A"
    assert (found.standings[0].winner, found.standings[0].may_be_best) == (None, ("A",))
    assert len(found.pairs_table()) == 0


def test_lower_is_better_mirrors_the_scores() -> None:
    scores = random_table(3, 30, effect=0.5, seed=5)
    negated = scores.assign(score=-scores["score"])
    up, down = compare(scores), compare(negated, higher_is_better=False)
    assert up.standings == down.standings
    for a, b in zip(up.pairs, down.pairs, strict=True):
        assert (a.first, a.second, a.verdict, a.p) == (b.first, b.second, b.verdict, b.p)
        assert (a.wins, a.ties, a.losses) == (b.wins, b.ties, b.losses)
        assert (a.difference, a.low, a.high) == pytest.approx((-b.difference, -b.high, -b.low))
    assert compare(scores, higher_is_better=False).standings[0].order == up.standings[0].order[::-1]


@pytest.mark.parametrize("n", [4, 9, 30])
def test_the_order_of_the_rows_is_nothing(n: int) -> None:
    scores = random_table(3, n, effect=0.5, seed=6).drop(index=[1, n + 2])
    scores.loc[5, "score"] = NAN
    found = compare(scores)
    for seed in range(3):
        other = compare(scores.sample(frac=1, random_state=seed))
        pd.testing.assert_frame_equal(found.summaries, other.summaries, check_exact=True)
        pd.testing.assert_frame_equal(found.pairs_table(), other.pairs_table(), check_exact=True)
        assert found.standings == other.standings


@pytest.mark.parametrize(("scale", "shift"), [(1000.0, 0.0), (1e-6, 0.0), (1.0, 50.0), (100.0, -7.0)])
@pytest.mark.parametrize("n", [5, 10, 26])
def test_units_change_nothing_but_units(scale: float, shift: float, n: int) -> None:
    scores = random_table(3, n, effect=0.5, seed=7)
    found, moved = compare(scores), compare(scores.assign(score=scale * scores["score"] + shift))
    assert found.standings == moved.standings
    columns = ["mean", "low", "high"]
    expected = scale * found.summaries[columns] + shift
    pd.testing.assert_frame_equal(moved.summaries[columns], expected, rtol=1e-6, atol=1e-6 * scale)
    for a, b in zip(found.pairs, moved.pairs, strict=True):
        assert (a.verdict, a.p, a.p_corrected) == (b.verdict, b.p, b.p_corrected)
        assert b.detectable / scale == pytest.approx(a.detectable, nan_ok=True, rel=1e-6)
        assert (b.low / scale, b.high / scale) == pytest.approx((a.low, a.high), abs=1e-5, nan_ok=True)


def test_what_seeds_share_is_taken_out() -> None:
    scores = random_table(2, 12, effect=0.4, seed=8)
    shaken = scores.assign(score=scores["score"] + 1000 * np.sin(scores["seed"]))
    assert only(compare(scores)).p == only(compare(shaken)).p
    assert only(compare(scores)).difference == pytest.approx(only(compare(shaken)).difference)


def test_the_tables_for_csv_hold_everything() -> None:
    found = compare(table(A=[*RISING, 1.0], B=[*plus(RISING, 1), None], C=[NAN, *plus(RISING, 2)]))
    pairs = found.pairs_table()
    assert len(pairs) == 3
    assert (pairs[["wins", "ties", "losses"]].sum(axis=1) == pairs["n"]).all()
    row = pairs[(pairs["first"] == "B") & (pairs["second"] == "A")].iloc[0]
    assert (row["verdict"], row["only_second"], row["trials"]) == ("better", "8", "8 8")
    assert pd.read_csv(io.StringIO(pairs.to_csv(index=False)))["verdict"].tolist() == [
        pair.verdict.value for pair in found.pairs
    ]
    assert found.standings_table()["standing"].tolist() == ["B > A; no score: C (1 of 9)"]


@pytest.mark.parametrize("alpha", [0.0, 1e-9, 0.6, -1.0, NAN])
def test_a_foolish_alpha_is_refused(alpha: float) -> None:
    with pytest.raises(AnalysisError, match="is not between"):
        compare(table(A=RISING), alpha=alpha)


def test_random_flips_are_enough_for_the_size_of_the_family(monkeypatch: pytest.MonkeyPatch) -> None:
    # 15 pairs: with 199 flips the smallest p is 15/200 after the correction, and nothing could be said
    monkeypatch.setattr("reportgen.analysis.sign_flip.RESAMPLES", 199)
    found = compare(table(**{f"o{i}": [100.0 * i + s * (i + 1) % 7 for s in range(26)] for i in range(6)}))
    assert {pair.verdict for pair in found.pairs} == {Verdict.BETTER}
    assert not any(pair.exact for pair in found.pairs)


def test_false_verdicts_stay_below_alpha() -> None:
    # 400 comparisons of three equal optimizers; P(more than 32 | 5 %) is below 1 %
    rng = np.random.default_rng(11)
    false = 0
    for _ in range(400):
        a, b, c = (rng.normal(size=(8, 1)) + rng.exponential(size=(8, 3))).T
        p_values = [p_value(a - b), p_value(a - c), p_value(b - c)]
        false += bool((adjusted(p_values, shaffer_counts(3)) <= 0.05).any())
    assert 2 <= false <= 32


def test_the_interval_of_an_accuracy_stays_within_what_accuracies_can_be() -> None:
    scores = table(A=[0.99, 0.80], B=[0.02, 0.30])
    shares = compare(scores, metric="test_accuracy").summaries
    others = compare(scores, metric="reward").summaries
    assert shares["high"].max() == 1 < others["high"].max()
    assert shares["low"].min() == 0 > others["low"].min()
    assert shares[["mean", "standard_deviation"]].equals(others[["mean", "standard_deviation"]])
    of_percent = compare(table(A=[99.0, 80.0]), metric="test_accuracy").summaries
    assert of_percent["high"].max() > 100


def test_against_one_optimizer_there_are_fewer_pairs_to_correct_for() -> None:
    scores = random_table(4, 10, effect=0.7, seed=3)
    found = compare(scores, against="A")
    assert len(found.pairs) == 3
    assert {"A" in (pair.first, pair.second) for pair in found.pairs} == {True}
    wide = scores.pivot(index="seed", columns="optimizer", values="score")
    raw = {name: brute_force_p((wide[name] - wide["A"]).to_numpy()) for name in "BCD"}
    ordered = sorted(raw.values())
    running = np.maximum.accumulate([3 * ordered[0], 2 * ordered[1], ordered[2]])
    corrected = dict(zip(sorted(raw, key=lambda name: raw[name]), running, strict=True))
    for name in "BCD":
        assert found.pair("p", name, "A").p_corrected == pytest.approx(min(corrected[name], 1))
    assert {pair.correction for pair in found.pairs} == {"Holm"}
    assert found.pairs[0].fewest_seeds == 7  # 3 x 2/2^n <= .05, not 6 x


def test_against_nobody_known_is_refused() -> None:
    with pytest.raises(AnalysisError, match="'Z': is not in the table"):
        compare(table(A=RISING, B=RISING), against="Z")


def test_the_detectable_difference_is_detected_in_four_of_five() -> None:
    """One pair of ten seeds: the spread of the gains times a ratio, which a simulation of its own tells."""
    rng, runs = np.random.default_rng(3), 400
    gains = rng.normal(0.2, 3, 10)
    pair = only(compare(table(A=gains.tolist(), B=[0.0] * 10)))
    ratio = pair.detectable / gains.std(ddof=1)
    hits = sum(p_value(rng.normal(ratio, 1, 10)) <= 0.05 for _ in range(runs))
    assert 0.74 < hits / runs < 0.86


def test_the_seeds_for_a_margin_do_not_depend_on_the_difference_seen() -> None:
    noise = np.random.default_rng(5).normal(0, 1, 10)
    needed = {
        only(compare(table(A=(noise + shift).tolist(), B=[0.0] * 10), margin=0.9)).seeds_for_margin
        for shift in (0.0, 0.1, -2.0, 7.0)
    }
    assert len(needed) == 1
    (seeds,) = needed
    assert seeds is not None
    # near what Student's test needs for this ratio: (1.96 + .84)^2 / ratio^2
    assert abs(seeds - 7.85 / (0.9 / noise.std(ddof=1)) ** 2) < 4
