"""What a table of scores must be, and what is made of one."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from reportgen.analysis.scores import AnalysisError, checked
from reportgen.errors import UserError
from tests.helpers.made_tables import table


def test_a_checked_table_is_sorted_and_typed() -> None:
    given = pd.DataFrame(
        {
            "note": ["x", "y", "z"],
            "score": [1, "2.5", None],
            "seed": [10.0, 9.0, 2.0],
            "optimizer": ["B", "A", "A"],
            "problem": [1, 1, 1],
        },
        index=[7, 7, 7],
    )
    found = checked(given)
    assert list(found.columns) == ["problem", "optimizer", "seed", "score"]
    assert found["problem"].tolist() == ["1", "1", "1"]
    assert found["seed"].tolist() == [2, 9, 10]  # as numbers: 10 after 9
    assert found["optimizer"].tolist() == ["A", "A", "B"]
    assert math.isnan(found["score"][0])
    assert found["score"].tolist()[1:] == [2.5, 1.0]


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf, None, 1e101, -1e101])
def test_what_is_not_finite_diverged(score: float | None) -> None:
    given = pd.DataFrame({"problem": ["p"], "optimizer": ["A"], "seed": [0], "score": [score]})
    assert checked(given)["score"].isna().all()


def test_seeds_that_are_no_numbers_are_names() -> None:
    given = table(A=[1.0, 2.0]).assign(seed=["first", 1])
    assert checked(given)["seed"].tolist() == ["1", "first"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (table(A=[1.0]).drop(columns="seed"), "no column 'seed' (it has problem, optimizer, score)"),
        (table(A=[1.0]).iloc[:0], "no rows"),
        (table(A=[1.0, 2.0]).assign(seed=0), "problem p, optimizer A, seed 0: stands in more than one row"),
        (table(A=[1.0, 2.0]).assign(score=[1, "abc"]), "row 1, column score: 'abc' is not a number"),
        (table(A=[1.0, 2.0]).assign(score=[1, 2j]), "is not a number"),
        (table(A=[1.0, 2.0]).assign(optimizer=["A", None]), "row 1, column optimizer: is empty"),
        (table(A=[1.0, 2.0]).assign(problem=[np.nan, "p"]), "row 0, column problem: is empty"),
        (table(A=[1.0, 2.0]).assign(seed=[np.nan, 1]), "row 0, column seed: is empty"),
    ],
)
def test_a_wrong_table_is_refused_in_one_line(given: pd.DataFrame, message: str) -> None:
    with pytest.raises(AnalysisError) as caught:
        checked(given)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, UserError)
