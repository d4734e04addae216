"""Tuning curves: closed forms, counting by hand, and bands that hold as often as they promise."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from reportgen.analysis.order_statistics import MOST, coverage, distribution_band
from reportgen.analysis.tuning_curves import (
    Apart,
    Ranking,
    TuningCurve,
    band,
    bands_apart,
    expected_best,
    rankings,
    tuning_curves,
)


def test_the_best_of_k_of_evenly_spread_scores_is_k_of_k_plus_one() -> None:
    n = 19
    counts = np.arange(1, n + 1)
    np.testing.assert_allclose(expected_best(np.arange(1, n + 1) / (n + 1)), counts / (counts + 1))


def test_the_best_of_k_is_the_mean_over_all_ways_to_pick_k() -> None:
    scores = np.array([0.3, 0.9, 0.1, 0.3, 0.7, 0.0])
    picked = [np.mean([max(ways) for ways in itertools.combinations(scores, k)]) for k in range(1, 7)]
    np.testing.assert_allclose(expected_best(scores), picked)


@pytest.mark.parametrize("n", [1, 2, 6, 30])
def test_the_bounds_of_a_distribution_hold_together_as_often_as_promised(n: int) -> None:
    low, high = distribution_band(n, 0.95)
    assert coverage(np.array(low), np.array(high)) == pytest.approx(0.95, abs=1e-6)
    uniform = np.sort(np.random.default_rng(3).random((4000, n)), axis=1)
    held = ((uniform >= low) & (uniform <= high)).all(axis=1).mean()
    assert held == pytest.approx(0.95, abs=0.014)  # four deviations


def test_one_bound_alone_has_a_closed_form() -> None:
    """That no draw lies above a bound, and that all but one lie below another."""
    low, high = np.zeros(4), np.full(4, 0.8)
    assert coverage(low, high) == pytest.approx(0.8**4)
    assert coverage(low, np.array([0.8, 0.8, 0.8, 1.0])) == pytest.approx(0.8**4 + 4 * 0.2 * 0.8**3)


def test_of_very_many_draws_the_band_is_that_of_kolmogorov_and_smirnov() -> None:
    low, high = distribution_band(MOST + 1, 0.95)
    assert low[100] == pytest.approx(101 / 201 - 1.3581 / math.sqrt(201), abs=2e-3)
    assert high[100] == pytest.approx(100 / 201 + 1.3581 / math.sqrt(201), abs=2e-3)


def test_bands_hold_the_true_curve_everywhere_in_95_of_100_searches() -> None:
    """Scores 1 - u^2 have a best of k of 1 less the integral of (1 - sqrt(1 - y))^k, in closed form."""
    counts = np.arange(1, 13)
    truth = 1 - 2 / ((counts + 1) * (counts + 2))
    numbers = np.random.default_rng(5)
    held = []
    for _ in range(600):
        low, high = band(1 - numbers.random(12) ** 2, 0.95)
        assert np.all(low <= high)
        held.append(np.all((low <= truth) & (truth <= high)))
    assert 0.925 <= np.mean(held) <= 1.0  # at least 95 of 100, less three deviations


def rows(setup: str, scores: list[float | None], repeat: int = 0) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "setup": setup, "number": number, "repeat": repeat, "validation_accuracy": score,
                "status": "diverged" if score is None else "finished",
            }
            for number, score in enumerate(scores, start=1)
        ]
    )  # fmt: skip


SEARCH = pd.concat([rows("A", [0.8, 0.1, None, 0.3]), rows("B", [0.5, 0.6, 0.55, 0.6])], ignore_index=True)


def test_the_order_of_a_grid_does_not_matter_and_what_diverged_counts_as_nothing() -> None:
    a, b = tuning_curves(SEARCH, "grid")
    np.testing.assert_allclose(a.best, [0.3, (3 * 0.8 + 2 * 0.3 + 0.1) / 6, (3 * 0.8 + 0.3) / 4, 0.8])
    assert (a.low, a.high, b.low, b.high) == (None,) * 4
    backwards = tuning_curves(SEARCH.iloc[::-1].assign(number=5 - SEARCH["number"]), "grid")
    assert {curve.setup: list(curve.best) for curve in backwards} == {
        curve.setup: list(curve.best) for curve in (a, b)
    }


def test_of_optuna_its_own_course_is_shown_and_no_band() -> None:
    a, b = tuning_curves(SEARCH, "optuna")
    assert (list(a.best), list(b.best)) == ([0.8] * 4, [0.5, 0.6, 0.6, 0.6])
    assert a.low is None


def test_bands_of_several_optimizers_hold_together() -> None:
    a, b = tuning_curves(SEARCH, "random")
    alone = band(np.array([0.5, 0.6, 0.55, 0.6]), 0.95)
    together = band(np.array([0.5, 0.6, 0.55, 0.6]), math.sqrt(0.95))
    np.testing.assert_allclose([b.low, b.high], together)
    assert np.all(b.low < alone[0])
    assert np.all(a.low <= a.best)
    assert np.all(a.best <= a.high)


def test_of_several_searches_the_mean_is_drawn_between_the_lowest_and_the_highest() -> None:
    search = pd.concat([rows("A", [0.2, 0.6]), rows("A", [0.4, 0.4], repeat=1)], ignore_index=True)
    for method in ("grid", "random"):
        (curve,) = tuning_curves(search, method)
        np.testing.assert_allclose([curve.best, curve.low, curve.high], [[0.4, 0.5], [0.4, 0.4], [0.4, 0.6]])


def test_where_the_order_changes_is_told_and_where_bands_are_apart() -> None:
    def curve(setup: str, best: list[float]) -> TuningCurve:
        return TuningCurve(setup, np.array(best), np.array(best) - 0.1, np.array(best) + 0.1)

    curves = [curve("A", [0.5, 0.6, 0.7]), curve("B", [0.4, 0.6, 0.95]), curve("C", [0.1, 0.55, 0.6])]
    assert rankings(curves) == [Ranking(1, ("A", "B", "C")), Ranking(3, ("B", "A", "C"))]
    assert bands_apart(curves) == [Apart("A", "C", (1,)), Apart("B", "A", (3,)), Apart("B", "C", (1, 3))]


def test_of_many_curves_only_the_highest_are_looked_at() -> None:
    curves = [
        TuningCurve("A", np.array([0.9, 0.9])),
        TuningCurve("B", np.array([0.3, 0.2])),
        TuningCurve("C", np.array([0.2, 0.3])),
    ]
    assert rankings(curves, 1) == [Ranking(1, ("A",))]
    assert len(rankings(curves)) == 2
