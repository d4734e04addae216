"""Drift: a run against earlier ones, held against scipy and against tables of known answers."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from reportgen.analysis.drift import ALL, COLUMNS, drift, worse
from reportgen.analysis.stepwise import holm

SETUPS = {("comparison", "SGD"): 10, ("comparison", "Adam"): 10, ("tuned", "SGD"): 5}


def scores(seed: int, *, shift: float = 0.0, only: tuple[str, str] | None = None) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        [
            (*name, trial, 0.4 + rng.normal(0, 0.004) + (shift if only in (None, name) else 0))
            for name, seeds in SETUPS.items()
            for trial in range(seeds)
        ],
        columns=["stage", "setup", "seed", "score"],
    )


def changes(table: pd.DataFrame) -> dict[tuple[str, str], str]:
    return {(row["stage"], row["setup"]): str(row["change"]) for _, row in table.iterrows()}


def test_p_is_that_of_scipys_permutation_test_one_sided_and_corrected() -> None:
    before, now = scores(1), scores(2, shift=-0.003)
    table = drift(now, {"baseline": [before]})
    assert list(table.columns) == list(COLUMNS)
    assert len(table) == len(SETUPS) + 1
    expected = []
    merged = before.merge(now, on=["stage", "setup", "seed"])
    merged["difference"] = merged["score_y"] - merged["score_x"]
    samples = [merged[(merged["stage"] == s) & (merged["setup"] == n)]["difference"] for s, n in SETUPS]
    ten = merged[merged["stage"] == "comparison"]
    samples.append(ten.groupby("seed")["difference"].mean())  # the tuned setup has fewer seeds
    for differences, (_, row) in zip(samples, table.iterrows(), strict=True):
        side = "less" if differences.mean() < 0 else "greater"
        found = stats.permutation_test(
            (differences.to_numpy(),),
            np.mean,
            permutation_type="samples",
            alternative=side,
            n_resamples=2**12,
        )
        assert row["difference"] == pytest.approx(differences.mean())
        assert row["now"] - row["before"] == pytest.approx(differences.mean())
        assert row["p"] == pytest.approx(found.pvalue)
        assert row["n"] == len(differences)
        expected.append(found.pvalue)
    assert table["p_holm"].to_numpy() == pytest.approx(holm(expected))


def test_a_drop_of_all_and_of_one_are_found_and_named() -> None:
    before = [scores(seed) for seed in range(5)]
    every = drift(scores(9, shift=-0.02), {"latest": before})
    assert changes(every) == {
        ("comparison", "SGD"): "worse",
        ("comparison", "Adam"): "worse",
        ("tuned", "SGD"): "worse",
        (ALL, ALL): "worse",
    }
    # 5 seeds give p = 1/32 at best, which is too much where two references share alpha
    both = drift(scores(9, shift=-0.02), {"baseline": before[:1], "latest": before})
    tuned = both[both["stage"] == "tuned"]
    assert list(tuned["change"]) == ["not enough seeds"] * 2
    one = drift(scores(9, shift=-0.02, only=("comparison", "Adam")), {"latest": before})
    assert changes(one)["comparison", "Adam"] == "worse"
    assert changes(one)["comparison", "SGD"] == "no change seen"
    assert len(worse(one)) >= 1
    gain = drift(scores(9, shift=0.02), {"latest": before})
    assert changes(gain)["comparison", "SGD"] == "better"
    assert worse(gain).empty


def test_the_same_scores_are_the_same_with_however_few_seeds() -> None:
    run = scores(3)
    table = drift(run, {"baseline": [run], "latest": [run, run]})
    assert set(table["change"]) == {"no change seen"}
    assert set(table["difference"]) == {0.0}
    assert list(table["runs"]) == [1] * 4 + [2] * 4


def test_several_runs_count_by_their_mean() -> None:
    before = [scores(seed) for seed in range(4)]
    now = scores(9)
    mean = before[0].assign(score=np.mean([run["score"] for run in before], axis=0))
    pd.testing.assert_frame_equal(
        drift(now, {"x": before}).drop(columns="runs"), drift(now, {"x": [mean]}).drop(columns="runs")
    )


def test_a_trial_that_diverges_where_none_did_is_a_drop() -> None:
    before, now = scores(1), scores(1)
    now.loc[3, "score"] = math.nan
    table = drift(now, {"baseline": [before]})
    assert changes(table)["comparison", "SGD"] == "worse"
    assert table.iloc[0]["n"] == 9
    # and one that diverged before as well is none
    before.loc[3, "score"] = math.nan
    assert set(drift(now, {"baseline": [before]})["change"]) == {"no change seen"}


def test_only_what_both_have_is_compared() -> None:
    before, now = scores(1), scores(2)
    now = now[(now["setup"] != "Adam") & (now["seed"] != 0)]
    before = before[before["seed"] != 1]
    table = drift(now, {"baseline": [before]})
    assert list(zip(table["stage"], table["setup"], table["n"], strict=True)) == [
        ("comparison", "SGD", 8),
        ("tuned", "SGD", 3),
        (ALL, ALL, 8),
    ]


def test_with_nothing_to_compare_there_is_nothing_to_say() -> None:
    assert drift(scores(1), {"baseline": [], "latest": []}).empty
    assert drift(scores(1), {}).empty
    other = scores(2).assign(setup="another")
    assert drift(scores(1), {"baseline": [other]}).empty


@pytest.mark.parametrize("seeds", [2, 3, 4, 5, 6])
def test_too_few_seeds_are_said_to_be_too_few(seeds: int) -> None:
    """With one headline and one reference 5 seeds can give p = 1/32, 4 only 1/16."""
    before = scores(1)[:seeds]
    now = before.assign(score=before["score"] - np.linspace(0.1, 0.2, seeds))
    (change,) = drift(now, {"baseline": [before]})["change"]
    assert change == ("worse" if seeds >= 5 else "not enough seeds")
