"""Performance profiles on tables small enough to count."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from reportgen.analysis.profiles import performance_profile, performance_ratios
from reportgen.analysis.scores import AnalysisError

INF = math.inf


def costs(**by_problem: dict[str, list[float | None]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"problem": problem, "optimizer": optimizer, "seed": seed, "cost": cost}
            for problem, by_optimizer in by_problem.items()
            for optimizer, values in by_optimizer.items()
            for seed, cost in enumerate(values)
            if cost is not None
        ]
    )


TABLE = costs(
    p={"A": [1.0, 2.0], "B": [2.0, 2.0]},
    q={"A": [INF], "B": [3.0]},
    r={"A": [1.0, 1.0, 1.0, 1.0], "B": [3.0, 3.0, 3.0, INF]},
)


def shares(table: pd.DataFrame, factors: list[float]) -> dict[str, list[float]]:
    found = performance_profile(table, factors=factors, resamples=50)
    return {str(name): rows["share"].tolist() for name, rows in found.groupby("optimizer")}


def test_shares_are_counted_by_hand() -> None:
    # A: p 2/2, q never, r 4/4.   B: p one of two at 1, both from 2; q at once; r three of four from 3
    found = shares(TABLE, [1, 1.99, 2, 3, 1e9])
    assert found["A"] == pytest.approx([2 / 3] * 5)
    assert found["B"] == pytest.approx(
        [(0.5 + 1) / 3, (0.5 + 1) / 3, (1 + 1) / 3, (1 + 1 + 0.75) / 3, (1 + 1 + 0.75) / 3]
    )


def test_ratios_to_the_best_of_the_case() -> None:
    found = performance_ratios(TABLE)
    assert found.loc[("p", 0)].tolist() == [1, 2]
    assert found.loc[("q", 0)].tolist() == [INF, 1]
    nobody = performance_ratios(costs(p={"A": [INF], "B": [math.nan]}))
    assert nobody.loc[("p", 0)].tolist() == [INF, INF]
    free = performance_ratios(costs(p={"A": [0.0], "B": [2.0], "C": [0.0]}))
    assert free.loc[("p", 0)].tolist() == [1, INF, 1]


def test_rounding_does_not_miss_a_step() -> None:
    assert shares(costs(p={"A": [0.1], "B": [0.1 + 0.2]}), [3.0])["B"] == [1.0]


def test_a_seed_that_one_lacks_is_no_case() -> None:
    table = costs(p={"A": [1.0, 5.0, 1.0], "B": [2.0, None, 2.0]})
    assert len(performance_ratios(table)) == 2


def test_the_default_factors_show_every_step() -> None:
    found = performance_profile(TABLE, resamples=50)
    b = found[found["optimizer"] == "B"]
    assert b["tau"].iloc[0] == 1
    assert b["tau"].iloc[-1] > 3
    assert b["share"].iloc[-1] == pytest.approx(2.75 / 3)
    assert b["share"].is_monotonic_increasing
    alone = performance_profile(costs(p={"A": [INF]}), resamples=50)
    assert (alone["share"] == 0).all()


def test_bands_are_those_of_a_binomial_share() -> None:
    # one problem, 400 seeds, of which A is the best on 300: the bootstrap of a share is a binomial one
    table = costs(p={"A": [1.0] * 300 + [3.0] * 100, "B": [2.0] * 400})
    found = performance_profile(table, factors=[1.0], resamples=20_000).set_index("optimizer")
    low, high = stats.binom.ppf([0.025, 0.975], 400, 0.75) / 400
    assert found.loc["A", "low"] == pytest.approx(low, abs=1 / 400)
    assert found.loc["A", "high"] == pytest.approx(high, abs=1 / 400)
    assert found.loc["A", "share"] == 0.75


def test_bands_are_stratified_by_problem() -> None:
    # within each problem all seeds agree, so resampling within problems changes nothing
    table = costs(p={"A": [1.0] * 5, "B": [2.0] * 5}, q={"A": [2.0] * 3, "B": [1.0] * 3})
    found = performance_profile(table, factors=[1.0, 2.0])
    assert (found["low"] == found["share"]).all()
    assert (found["high"] == found["share"]).all()


def test_the_order_of_the_rows_is_nothing() -> None:
    rng = np.random.default_rng(0)
    table = costs(**{p: {o: rng.exponential(size=6).tolist() for o in "ABC"} for p in ("p", "q")})
    found = performance_profile(table)
    assert performance_profile(table.sample(frac=1, random_state=1)).equals(found)
    assert not performance_profile(table, seed=1).equals(found)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (costs(p={"A": [1.0], "B": [-2.0]}), "row 1, column cost: -2 is negative"),
        (costs(p={"A": [1.0, None], "B": [None, 1.0]}), "problem p: has no seed that every optimizer has"),
        (pd.concat([TABLE, TABLE]), "stands in more than one row"),
        (TABLE.drop(columns="cost"), "no column 'cost'"),
    ],
)
def test_wrong_tables_are_refused(table: pd.DataFrame, message: str) -> None:
    with pytest.raises(AnalysisError, match=message):
        performance_profile(table)
