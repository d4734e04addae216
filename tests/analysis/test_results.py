"""Rows picked out of a run's tables, and scores made of them, on a table made by hand."""

from __future__ import annotations

import pandas as pd

from reportgen.analysis.results import best_on_validation, of_same_setup, scores

RESULTS = pd.DataFrame(
    [
        ("comparison", "A", 0, "finished", 0.50, 0.40),
        ("comparison", "A", 1, "finished", 0.70, 0.60),
        ("comparison", "B", 0, "finished", 0.65, 0.45),
        ("comparison", "B", 1, "diverged", 0.99, 0.99),
        ("tuned", "A", 0, "finished", 0.20, 0.10),
    ],
    columns=["stage", "setup", "seed", "status", "validation_accuracy", "test_accuracy"],
)


def test_a_trial_that_diverged_has_no_score_whatever_its_metrics_were() -> None:
    found = scores(RESULTS)
    assert list(found.columns) == ["problem", "optimizer", "seed", "score"]
    assert list(found["problem"]) == ["comparison"] * 4 + ["tuned"]
    assert list(found["optimizer"]) == list("AABBA")
    assert list(found["score"].fillna(-1)) == [0.4, 0.6, 0.45, -1, 0.1]
    assert list(scores(RESULTS, "validation_accuracy")["score"].fillna(-1)) == [0.5, 0.7, 0.65, -1, 0.2]


def test_who_is_best_is_told_by_the_validation_of_what_finished() -> None:
    compared = RESULTS[RESULTS["stage"] == "comparison"]
    assert best_on_validation(compared) == "B"  # 0.65 of one trial against the mean of 0.5 and 0.7
    assert best_on_validation(compared[compared["seed"] == 1]) == "A"
    assert best_on_validation(RESULTS[RESULTS["status"] == "diverged"]) is None


def test_rows_of_the_same_setup_are_of_the_same_stage_too() -> None:
    assert list(of_same_setup(RESULTS, RESULTS[4:]).index) == [4]
    assert list(of_same_setup(RESULTS, RESULTS[:1]).index) == [0, 1]


def test_scores_are_numbers_where_every_trial_diverged() -> None:
    diverged = RESULTS[RESULTS["status"] == "diverged"].assign(test_accuracy=None)
    assert scores(diverged)["score"].dtype == float
