"""The ablation on a table made by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from reportgen.analysis.ablation import Ablation, ablation, unchanged
from reportgen.experiment.stages import ALL, NONE

SCORES = {
    "comparison": {"A": {0: 0.1, 1: 0.2, 7: 0.9}, "B": {0: 0.3, 1: 0.4, 7: 0.0}},
    "ablation: none": {"A": {2: 0.3}, "B": {2: 0.5}},
    "ablation: first": {"A": {0: 0.5, 1: 0.5, 2: 0.5}, "B": {0: 0.3, 1: 0.4, 2: 0.5}},
    "ablation: second": {"A": {0: 0.1, 1: 0.2, 2: 0.3}, "B": {0: 0.3, 1: 0.4, 2: 0.5}},
    "ablation: all": {"A": {0: 0.6, 1: 0.6, 2: 0.6}, "B": {0: 0.3, 1: None, 2: 0.4}},
    "tuned": {"A": {0: 0.99}},
}


def table(scores: dict[str, dict[str, dict[int, float | None]]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "stage": stage, "setup": setup, "seed": seed, "validation_accuracy": score,
                "status": "diverged" if score is None else "finished",
            }
            for stage, setups in scores.items()
            for setup, seeds in setups.items()
            for seed, score in seeds.items()
        ]
    )  # fmt: skip


@pytest.fixture
def found() -> Ablation:
    return ablation(table(SCORES), [0, 1, 2])


def test_the_variants_are_compared_on_the_same_seeds(found: Ablation) -> None:
    none, first, second, every = found.variants
    assert [variant.mended for variant in found.variants] == [NONE, "first", "second", ALL]
    # seed 7 is none of the ablation's, and seed 2 of the comparison was trained for it
    assert none.accuracies == pytest.approx({"A": 0.2, "B": 0.4})
    assert first.gains == pytest.approx({"A": 0.3, "B": 0.0})
    assert every.accuracies["B"] == pytest.approx(0.35)
    assert every.gains == pytest.approx({"A": 0.4, "B": -0.05})  # over the seeds that both finished
    assert unchanged(second)
    assert not unchanged(first)


def test_where_the_seeds_are_too_few_for_a_test_the_order_is_that_of_the_means(found: Ablation) -> None:
    assert not found.tested
    assert [variant.ranking for variant in found.variants] == ["B, A", "A, B", "B, A", "A"]
    assert found.variants[3].diverged == {"B": 1}


def test_with_seeds_enough_the_test_decides() -> None:
    seeds = range(6)
    clear = {"A": dict.fromkeys(seeds, 0.1), "B": {seed: 0.5 + seed / 100 for seed in seeds}}
    nearly = {"A": dict.fromkeys(seeds, 0.1), "B": {seed: 0.5 if seed else 0.0 for seed in seeds}}
    found = ablation(table({"comparison": clear, "ablation: one": nearly}), list(seeds))
    assert found.tested
    assert [variant.ranking for variant in found.variants] == ["B > A", "B, A"]


def test_the_order_of_the_rows_is_nothing(found: Ablation) -> None:
    shuffled = table(SCORES).sample(frac=1, random_state=3)
    again = ablation(shuffled, [0, 1, 2])
    key = {variant.mended: variant for variant in again.variants}
    assert key == {variant.mended: variant for variant in found.variants}
