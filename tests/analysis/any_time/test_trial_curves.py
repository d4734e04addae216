"""Curves laid out on the epochs that all trials have."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from reportgen.analysis.any_time.trial_curves import lay_out
from reportgen.analysis.scores import AnalysisError
from tests.helpers.made_curves import curves_table

NAN = math.nan


def test_the_epochs_are_those_that_every_trial_has_that_did_not_diverge() -> None:
    table = curves_table(A=[[1, 2, 3, 4], [1, 2, 3]], B=[[1, NAN], [5, 4, 3, 2, 1]])
    late = table[(table["optimizer"] != "A") | (table["seed"] != 1) | (table["epoch"] > 1)]
    curves = lay_out(late)["p"]
    assert curves.epochs.tolist() == [2, 3]
    assert curves.longest == 5
    assert curves.trials["A"].scores.tolist() == [[2, 3], [2, 3]]
    assert curves.trials["B"].diverged.tolist() == [True, False]
    assert np.isnan(curves.trials["B"].scores[0, -1])


def test_the_best_counts_earlier_epochs_and_only_measured_ones() -> None:
    table = curves_table(A=[[5, 1, NAN, 9]], B=[[NAN, 2, 3, 4]])
    curves = lay_out(table)["p"]
    assert curves.epochs.tolist() == [1, 2, 3, 4]
    assert curves.trials["A"].scores.tolist() == [[5, 1, 5, 9]]  # interpolated between 1 and 9
    assert curves.trials["A"].best.tolist() == [[5, 5, 5, 9]]
    assert curves.trials["B"].best.tolist() == [[-math.inf, 2, 3, 4]]
    lower = lay_out(table, higher_is_better=False)["p"]
    assert lower.trials["A"].best.tolist() == [[5, 1, 1, 1]]
    assert lower.trials["B"].best[0, 0] == math.inf


def test_trials_measured_at_other_epochs_meet_on_straight_lines() -> None:
    table = curves_table(A=[[0, 1, 2, 3, 4]], B=[[0, 0, 10, 0, 20]])
    sparse = table[(table["optimizer"] == "A") | (table["epoch"] % 2 == 1)]
    curves = lay_out(sparse)["p"]
    assert curves.epochs.tolist() == [1, 2, 3, 4, 5]
    assert curves.trials["B"].scores.tolist() == [[0, 5, 10, 15, 20]]
    assert curves.trials["B"].best.tolist() == [[0, 0, 10, 10, 20]]


def test_the_order_of_rows_changes_nothing() -> None:
    table = curves_table(A=[[1, 2], [3, 4]], B=[[5, 6], [7, 8]])
    straight, shuffled = (lay_out(rows)["p"] for rows in (table, table[::-1]))
    assert straight.trials.keys() == shuffled.trials.keys()
    for name, trials in straight.trials.items():
        assert np.array_equal(trials.scores, shuffled.trials[name].scores)


@pytest.mark.parametrize(
    "table",
    [
        curves_table(A=[[1, 2, 3]]),
        curves_table(A=[[1, 2, 3]], B=[[1]]),
        curves_table(A=[[1, NAN]], B=[[1, NAN]]),
    ],
    ids=["one optimizer", "one epoch in common", "all diverged"],
)
def test_what_cannot_be_compared_over_epochs_is_left_out(table: pd.DataFrame) -> None:
    both = pd.concat([table.assign(problem="q"), curves_table(A=[[1, 2]], B=[[1, 2]])])
    assert list(lay_out(both)) == ["p"]


def test_an_empty_table_has_no_curves() -> None:
    assert lay_out(curves_table(A=[[1, 2]])[:0]) == {}


def test_seeds_that_all_have() -> None:
    table = curves_table(A=[[1, 2]] * 4, B=[[1, 2]] * 4, C=[[1, 2]] * 3)
    table = table[(table["optimizer"] != "B") | (table["seed"] != 1)]
    curves = lay_out(table)["p"]
    assert curves.common_seeds == (0, 2)
    assert curves.rows_of("B", (0, 2)).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [("epoch", -1.0, "no epoch"), ("epoch", NAN, "no epoch"), ("epoch", 2.0, "more than one row"),
     ("score", "high", "not a number")],
)  # fmt: skip
def test_what_is_no_curve_is_refused_in_a_line(column: str, value: object, words: str) -> None:
    table = curves_table(A=[[1, 2]], B=[[1, 2]]).astype({column: object})
    table.loc[0, column] = value
    with pytest.raises(AnalysisError, match=words):
        lay_out(table)
