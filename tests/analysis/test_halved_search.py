"""A search by halving in the tables: its longest trials, its budget, and that it was a shorter one."""

from __future__ import annotations

import pandas as pd

from reportgen.analysis.audit.facts import Fact
from reportgen.analysis.search import longest, mean_by_learning_rate, working_range
from tests.helpers.audited_records import audited, failed
from tests.helpers.unfair_records import Records, fair


def halved() -> Records:
    """A fair run whose search trained its settings for one epoch, and the best of them for two."""
    records = fair()
    short = [row | {"epochs": 1, "rung": 0, "chosen": False} for row in records["search"]]
    records["search"] = [*short, *(row | {"rung": 1} for row in records["search"] if row["chosen"])]
    records["settings"]["search"]["comparison"]["halving"] = 3
    return records


def test_a_budget_spent_by_halving_is_the_same_where_every_round_is() -> None:
    same, shorter = audited(halved())["same_budget"].facts
    assert (same.key, same.passed) == ("budget_halved", True)
    assert same.values["trained"] == "SGD 6; SGD_Momentum 6; Adam 6"
    assert shorter == Fact("search_shorter", None, {"searched": 2, "trained": 4})


def test_one_more_that_goes_on_is_another_budget() -> None:
    records = halved()
    further = next(row for row in records["search"] if row["setup"] == "Adam" and row["number"] == 3)
    records["search"].append(further | {"rung": 1, "epochs": 2})
    assert failed(audited(records))["same_budget"] == ["budget_differs"]


def test_a_round_that_is_longer_for_one_is_another_budget() -> None:
    records = halved()
    for row in records["search"]:
        if row["setup"] == "Adam" and row["rung"] == 1:
            row["epochs"] = 3
    assert failed(audited(records))["same_budget"] == ["budget_differs"]


def test_each_setting_counts_by_its_longest_trials_and_no_range_is_told() -> None:
    search = pd.DataFrame(
        [
            {
                "stage": "comparison", "setup": "A", "repeat": 0, "number": number, "rung": rung, "seed": 1,
                "learning_rate": rate, "settings": str(rate), "validation_accuracy": accuracy,
                "status": "finished", "chosen": rung == 1, "at_edge": "",
            }
            for number, rung, rate, accuracy in (
                (1, 0, 0.1, 0.5), (2, 0, 0.2, 0.4), (3, 0, 0.3, 0.3), (1, 1, 0.1, 0.45),
            )
        ]
    )  # fmt: skip
    assert mean_by_learning_rate(longest(search)).to_dict() == {0.1: 0.45, 0.2: 0.4, 0.3: 0.3}
    assert working_range(search) is None
