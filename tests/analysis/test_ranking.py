"""The ranking says no more than the scores do."""

from __future__ import annotations

import pandas as pd
import pytest

from reportgen.analysis.ranking import best_on_validation, rank


def table(**scores: list[float | None]) -> pd.DataFrame:
    """Scores by setup and seed; None is a diverged trial."""
    return pd.DataFrame(
        [
            {
                "setup": setup,
                "seed": seed,
                "status": "diverged" if score is None else "finished",
                "validation_accuracy": float("nan") if score is None else score,
            }
            for setup, values in scores.items()
            for seed, score in enumerate(values)
        ]
    )


@pytest.mark.parametrize(
    ("scores", "text"),
    [
        ({"A": [0.1, 0.2], "B": [0.3, 0.4]}, "B > A"),
        ({"A": [0.3, 0.1], "B": [0.2, 0.3]}, "B ≈ A"),  # the mean is higher, one seed is not
        ({"A": [0.2, 0.3], "B": [0.2, 0.4]}, "B ≈ A"),  # a tie with one seed is not a win
        ({"A": [0.5], "B": [0.7], "C": [0.6]}, "B > C > A"),
        ({"A": [0.5], "B": [0.5]}, "A ≈ B"),
        ({"A": [0.9, 0.9], "B": [0.5, 0.2], "C": [0.3, 0.3]}, "A > B ≈ C"),
        # a setup is compared only with the seeds that both finished
        ({"A": [0.9, None], "B": [0.5, 0.95]}, "A > B"),
        ({"A": [None, None], "B": [0.5, 0.6]}, "B"),
        ({"A": [None], "B": [None]}, ""),
    ],
)
def test_the_order_and_its_relations(scores: dict[str, list[float | None]], text: str) -> None:
    assert rank(table(**scores)).text() == text


def test_two_setups_without_a_common_seed_are_not_told_apart() -> None:
    assert rank(table(A=[0.9, None], B=[None, 0.1])).relations == ("≈",)


def test_diverged_trials_are_counted() -> None:
    ranking = rank(table(A=[None, None, 0.1], B=[0.5, 0.6, None], C=[0.1, 0.1, 0.1]))
    assert ranking.diverged == {"A": 2, "B": 1}
    assert ranking.seeds == ()


def test_the_best_is_chosen_on_validation_and_only_its_test_is_read() -> None:
    scores = table(A=[0.6, 0.6], B=[0.5, None], C=[None, None])
    scores["test_accuracy"] = [0.1, 0.3, 0.9, float("nan"), float("nan"), float("nan")]
    assert best_on_validation(scores) == ("A", pytest.approx(0.2))
    assert best_on_validation(scores[scores["setup"] == "C"]) is None
