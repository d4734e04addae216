"""Searches made several times, in the tables: whose settings a trial has, and what counts as one value."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from reportgen.analysis.results import mean_by_search
from tests.helpers.audited_records import audited, failed
from tests.helpers.unfair_records import RATES, Records, fair, only


def repeated() -> Records:
    """A fair run of seven searches, one for each seed: the second found another rate for Adam."""
    records = fair()
    records["settings"]["search"]["comparison"]["repeats"] = 7
    once = records["search"]
    records["search"] = [
        row | {"repeat": repeat, "seed": 1000 + repeat} for repeat in range(7) for row in once
    ]
    for row in records["search"]:
        if (row["setup"], row["repeat"]) == ("Adam", 1):
            row["chosen"] = row["number"] == 3
    only(records, "equally tuned", "Adam", 1)["hyperparameters"] = {"learning_rate": RATES["Adam"] * 10}
    return records


def exchange(records: Records) -> None:
    """Seed 1 trains at what the searches of the others found, and seed 2 at what its search found."""
    for seed, rate in ((1, RATES["Adam"]), (2, RATES["Adam"] * 10)):
        only(records, "equally tuned", "Adam", seed)["hyperparameters"] = {"learning_rate": rate}


def shorten(records: Records) -> None:
    """The third search tries one setting less for SGD."""
    gone = next(row for row in records["search"] if (row["setup"], row["repeat"]) == ("SGD", 2))
    records["search"].remove(gone)


def test_each_seed_is_held_against_its_own_search() -> None:
    assert "own_rate" not in failed(audited(repeated()))


@pytest.mark.parametrize(
    ("spoil", "point", "fact"),
    [(exchange, "own_rate", "rates_not_trained"), (shorten, "same_budget", "budget_differs")],
)
def test_what_belongs_to_another_search_fails(
    spoil: Callable[[Records], None], point: str, fact: str
) -> None:
    records = repeated()
    spoil(records)
    assert failed(audited(records))[point] == [fact]


@pytest.mark.parametrize(("repeats", "counted"), [(1, 14), (2, 2), (7, 7), (14, 14)])
def test_where_seeds_share_a_search_searches_have_to_be_enough(repeats: int, counted: int) -> None:
    records = repeated()
    for trial in [dict(trial) for trial in records["trials"]]:
        records["trials"].append(trial | {"seed": trial["seed"] + 7})
    records["settings"]["comparison"]["seeds"] = 14
    records["settings"]["search"]["comparison"]["repeats"] = repeats
    assert audited(records)["enough_seeds"].facts[0].values["seeds"] == counted
    only(records, "equally tuned", "SGD", 13)["status"] = "diverged"
    assert audited(records)["enough_seeds"].facts[0].values["seeds"] == counted - 1


SCORES = pd.DataFrame(
    [
        ("equally tuned", optimizer, seed, score)
        for optimizer, values in (("A", (0.1, 0.2, 0.3, 0.6)), ("B", (0.5, 0.4, None, 0.2)))
        for seed, score in zip((9, 4, 0, 7), values, strict=True)
    ],
    columns=["problem", "optimizer", "seed", "score"],
)


def test_seeds_that_share_a_search_are_one_value_and_a_lost_one_is_lost_for_it() -> None:
    by_search = mean_by_search(SCORES, {9: 0, 4: 1, 0: 0, 7: 1})
    assert by_search[["optimizer", "seed"]].to_numpy().tolist() == [["A", 9], ["A", 4], ["B", 9], ["B", 4]]
    assert by_search["score"].fillna(-1).tolist() == pytest.approx([0.2, 0.4, -1, 0.3])


def test_with_one_search_or_one_for_each_seed_every_seed_counts() -> None:
    for searches in ({9: 0, 4: 0, 0: 0, 7: 0}, {9: 0, 4: 1, 0: 2, 7: 3}):
        assert mean_by_search(SCORES, searches).equals(SCORES)
