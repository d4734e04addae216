"""Exchange rates of curves of which the answer is known, and how often their intervals hold it."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from reportgen.analysis.any_time.exchange_rate import Lead, exchange_rates, first_crossing
from reportgen.analysis.any_time.trial_curves import lay_out
from tests.helpers.made_curves import curves_table, exponentials

EPOCHS, SLOW, FAST = 200, 0.01, 0.0125


def the_lead(table: pd.DataFrame, *, higher_is_better: bool = True, paired: bool = True) -> Lead:
    (lead,) = exchange_rates(lay_out(table, higher_is_better=higher_is_better, paired=paired)["p"])
    return lead


@pytest.mark.parametrize("paired", [True, False])
@pytest.mark.parametrize("sign", [1, -1])
def test_exponentials_of_known_rates_give_the_known_answer(sign: int, paired: bool) -> None:
    """1 - exp(-FAST x) is 1 - exp(-SLOW * 200) at x = 200 SLOW / FAST = 160."""
    table = exponentials(epochs=EPOCHS, seeds=10, noise=1e-4, level=sign, A=SLOW, B=FAST)
    lead = the_lead(table, higher_is_better=sign > 0, paired=paired)
    assert (lead.first, lead.second, lead.n) == ("B", "A", 10)
    assert lead.epochs == pytest.approx(EPOCHS * (1 - SLOW / FAST), abs=0.1)
    assert lead.low < 40 < lead.high
    assert lead.high - lead.low < 0.2
    assert not lead.censored


def test_the_lead_of_one_is_the_lag_of_the_other() -> None:
    lead = the_lead(exponentials(epochs=EPOCHS, seeds=8, noise=1e-3, A=FAST, B=SLOW))
    back = lead.mirrored()
    assert (back.first, back.second) == (lead.second, lead.first)
    assert (back.epochs, back.low, back.high) == (-lead.epochs, -lead.high, -lead.low)
    assert back.mirrored() == lead


def test_a_level_reached_from_the_start_is_censored() -> None:
    rng = np.random.default_rng(0)
    noise = 0.01 * rng.normal(size=(8, 5))
    table = curves_table(A=(noise + np.linspace(0.1, 0.5, 5)).tolist(), B=(noise + 0.9).tolist())
    lead = the_lead(table)
    assert (lead.first, lead.epochs, lead.censored) == ("B", 4, True)
    assert (lead.low, lead.high) == (4, math.inf)
    nearly = the_lead(table.assign(score=table["score"] - 0.399 * (table["optimizer"] == "B")))
    assert nearly.high == math.inf
    assert 0 < nearly.low < nearly.epochs


def test_curves_that_nothing_tells_apart_have_no_lead_that_is_excluded() -> None:
    rng = np.random.default_rng(0)
    lead = the_lead(curves_table(**{name: rng.normal(size=(10, 6)).tolist() for name in "AB"}))
    assert (lead.low, lead.high) == (-math.inf, math.inf)


def test_what_overfits_later_counts_where_it_first_reached_the_level() -> None:
    assert first_crossing(np.arange(4.0), np.array([0.0, 1.0, 0.2, 1.0]), 0.5) == 0.5
    assert first_crossing(np.arange(4.0), np.array([0.0, 0.1, 0.2, 0.3]), 0.5) == math.inf
    assert first_crossing(np.arange(4.0), np.array([0.7, 0.1, 0.2, 0.3]), 0.5) == 0.0


@pytest.mark.parametrize(
    ("optimizers", "seeds", "there"), [(2, 5, False), (2, 6, True), (4, 8, True), (5, 8, False)]
)
def test_too_few_seeds_for_all_pairs_have_no_interval(optimizers: int, seeds: int, there: bool) -> None:
    rates = {name: 0.1 + 0.1 * place for place, name in enumerate("ABCDE"[:optimizers])}
    leads = exchange_rates(lay_out(exponentials(epochs=9, seeds=seeds, noise=1e-3, **rates))["p"])
    assert len(leads) == math.comb(optimizers, 2)
    assert all(np.isfinite(lead.epochs) for lead in leads)
    assert all(math.isnan(lead.low) != there for lead in leads)


def test_a_trial_that_diverged_or_no_common_seed_leaves_no_lead() -> None:
    table = exponentials(epochs=9, seeds=8, A=0.1, B=0.2)
    diverged = table.assign(score=table["score"].mask((table["optimizer"] == "A") & (table["seed"] == 1)))
    assert math.isnan(the_lead(diverged).epochs)
    apart = table.assign(seed=table["seed"] + 100 * (table["optimizer"] == "A"))
    assert math.isnan(the_lead(apart).epochs)
    assert np.isfinite(the_lead(apart, paired=False).epochs)


def test_intervals_hold_the_true_lead_of_noisy_curves() -> None:
    rng = np.random.default_rng(3)
    runs, t, hits = 300, np.arange(1, 16), 0
    for _ in range(runs):
        of_seed = 0.05 * rng.normal(size=(8, 1))
        table = curves_table(
            **{
                name: (1 - np.exp(-rate * t) + of_seed + 0.03 * rng.normal(size=(8, 15))).tolist()
                for name, rate in (("A", 0.12), ("B", 0.16))
            }
        )
        lead = the_lead(table)
        seen = lead if lead.first == "B" else lead.mirrored()
        hits += seen.low <= 15 * (1 - 0.12 / 0.16) <= seen.high
    assert stats.binom.cdf(hits, runs, 0.95) > 0.002
    assert hits < runs
