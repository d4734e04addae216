"""The test of a change between two comparisons: what it says, and how rarely it says what is not so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from reportgen.analysis.comparison import Comparison, compare
from reportgen.analysis.findings import Finding
from reportgen.analysis.tuning_changes import changes, of_changes
from tests.helpers.made_tables import table

MARGIN = 0.01


def told(before: dict[str, list[float]], after: dict[str, list[float]]) -> list[Finding]:
    """What is found of a change."""
    tables = [table(**before), table(**after)]
    shared, tuned = (compare(scores, metric="test_accuracy", margin=MARGIN) for scores in tables)
    changed = changes(*tables)
    assert changed is not None
    return list(of_changes(changed, shared, tuned))


def around(mean: float, seed: int, spread: float = 0.002) -> list[float]:
    noise = np.random.default_rng(seed).normal(0, spread, 10)
    return (mean + noise - noise.mean()).tolist()


def test_a_lead_that_shrank_to_practically_nothing_is_gone() -> None:
    (finding,) = told(
        {"A": around(0.7, 0), "B": around(0.6, 1)}, {"A": around(0.71, 2), "B": around(0.71, 3)}
    )
    assert finding.key == "lead_gone"
    assert (finding.values["pair"].first, finding.values["pair"].second) == ("A", "B")
    assert finding.values["before"] == pytest.approx(0.1)
    assert finding.values["after"] == pytest.approx(0, abs=1e-12)
    assert finding.values["pair"].difference == pytest.approx(-0.1)


def test_a_lead_whose_rest_is_not_known_is_smaller_and_not_gone() -> None:
    (finding,) = told(
        {"A": around(0.7, 0), "B": around(0.5, 1)},
        {"A": around(0.71, 2, spread=0.03), "B": around(0.70, 3, spread=0.03)},
    )
    assert finding.key == "difference_changed"


def test_a_lead_may_be_reversed() -> None:
    (finding,) = told({"A": around(0.7, 0), "B": around(0.6, 1)}, {"A": around(0.7, 2), "B": around(0.75, 3)})
    assert finding.key == "lead_reversed"


def test_without_a_shown_change_none_is_told_of_though_one_test_separates_and_one_does_not() -> None:
    before, after = {"A": around(0.62, 0, 0.01), "B": around(0.60, 1, 0.01)}, {}
    after = {"A": around(0.62, 2, 0.03), "B": around(0.60, 3, 0.03)}
    assert compare(table(**before)).standings[0].winner == "A"
    assert compare(table(**after)).standings[0].winner is None
    (finding,) = told(before, after)
    assert (finding.key, finding.values) == ("no_change_shown", {"pairs": 1})


def test_few_seeds_are_no_test() -> None:
    (finding,) = told({"A": [0.7, 0.7], "B": [0.1, 0.1]}, {"A": [0.7, 0.7], "B": [0.7, 0.7]})
    assert finding.key == "change_untested"


def test_what_diverged_gained_nothing_that_is_known() -> None:
    before = table(A=[0.5] * 8, B=[0.4] * 8, C=[np.nan, *[0.4] * 7])
    after = table(A=[0.6] * 8, B=[0.7] * 8, C=[0.8] * 8)
    changed = changes(before, after)
    assert changed is not None
    assert changed.optimizers == ("A", "B")
    assert changes(before[before["optimizer"] != "A"], after) is None


def test_the_change_is_that_of_the_differences_by_scipy() -> None:
    before = {"A": around(0.7, 0), "B": around(0.69, 1)}
    after = {"A": around(0.71, 2), "B": around(0.703, 3)}
    changed: Comparison | None = changes(table(**before), table(**after))
    assert changed is not None
    gained = [np.subtract(after[name], before[name]) for name in "AB"]
    expected = stats.permutation_test((gained[0] - gained[1],), np.mean, permutation_type="samples")
    assert changed.pairs[0].p == pytest.approx(expected.pvalue)


def test_of_equal_means_a_change_is_told_in_five_percent_at_most() -> None:
    """The truth is the same in both; by significant here and not there, it would be told in up to half."""
    rng, runs, hits = np.random.default_rng(8), 400, 0
    means = {"A": 1.1, "B": 0.0, "C": 0.4}
    for _ in range(runs):
        tables: list[pd.DataFrame] = [
            table(**{name: rng.normal(mean, 1, 10).tolist() for name, mean in means.items()})
            for _ in range(2)
        ]
        changed = changes(*tables)
        assert changed is not None
        hits += bool(any(pair.p_corrected <= 0.05 for pair in changed.pairs))
    assert stats.binomtest(hits, runs, 0.05, alternative="greater").pvalue > 0.001
