"""What a search shows, on tables made by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from reportgen.analysis.search import (
    mean_by_learning_rate,
    mean_by_number,
    range_of_tops,
    running_best,
    scores_by_learning_rate,
    settings_at_edge,
    working_range,
)


def tried(scores: dict[float, list[float | None]], numbers: list[int] | None = None) -> pd.DataFrame:
    """The rows of search.csv of one setup: accuracies by learning rate, a value for every seed."""
    rows = [
        {
            "setup": "A", "number": number, "settings": f"{number}", "learning_rate": rate,
            "chosen": False, "at_edge": "",
            "status": "diverged" if score is None else "finished",
            "validation_accuracy": math.nan if score is None else score,
        }
        for number, (rate, values) in zip(numbers or range(1, 100), scores.items(), strict=False)
        for score in values
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("scores", "low", "high"),
    [
        ({1e-3: [0.5], 1e-2: [0.9], 1e-1: [0.89], 1.0: [0.2]}, 1e-2, 1e-1),
        # two points below the best still work, three do not
        ({1e-3: [0.881], 1e-2: [0.9], 1e-1: [0.87], 1.0: [0.2]}, 1e-3, 1e-2),
        # a dip in between ends the range, whatever comes behind it
        ({1e-3: [0.9], 1e-2: [0.5], 1e-1: [0.9], 1.0: [0.91]}, 1e-1, 1.0),
        # a learning rate that diverged with one of its seeds does not work
        ({1e-3: [0.9, 0.9], 1e-2: [0.91, 0.91], 1e-1: [0.9, None]}, 1e-3, 1e-2),
        # means over seeds count, not single ones
        ({1e-3: [0.91, 0.5], 1e-2: [0.9, 0.9], 1e-1: [0.89, 0.89]}, 1e-2, 1e-1),
    ],
)
def test_the_range_of_learning_rates_that_work(
    scores: dict[float, list[float | None]], low: float, high: float
) -> None:
    found = working_range(tried(scores))
    assert found is not None
    assert (found["low"], found["high"]) == (low, high)
    assert found["factor"] == pytest.approx(high / low)


def test_at_each_learning_rate_the_best_other_settings_count() -> None:
    poor = tried({1e-3: [0.2], 1e-2: [0.3], 1e-1: [0.1]})
    good = tried({1e-3: [0.9], 1e-2: [0.91], 1e-1: [0.9]}, numbers=[4, 5, 6])
    found = working_range(pd.concat([poor, good]))
    assert found is not None
    assert (found["low"], found["high"], found["best"]) == (1e-3, 1e-1, 1e-2)


def test_no_range_is_told_of_two_learning_rates_or_none_that_worked() -> None:
    assert working_range(tried({1e-3: [0.5], 1e-2: [0.6]})) is None
    assert working_range(tried({1e-3: [None], 1e-2: [None], 1e-1: [None]})) is None


def test_a_setting_counts_where_no_seed_of_it_diverged() -> None:
    table = tried({1e-3: [None, 0.9], 1e-2: [0.5, 0.7], 1e-1: [0.3, 0.1], 1.0: [0.8, 0.8]})
    means = mean_by_number(table)
    assert means.fillna(-1).to_dict() == pytest.approx({1: -1, 2: 0.6, 3: 0.2, 4: 0.8})
    assert running_best(means).fillna(-1).to_dict() == pytest.approx({1: -1, 2: 0.6, 3: 0.6, 4: 0.8})


@pytest.mark.parametrize(
    ("cell", "settings"),
    [
        ("", []),
        ("learning_rate", ["learning_rate"]),
        ("learning_rate, momentum", ["learning_rate", "momentum"]),
    ],
)
def test_settings_at_an_edge_are_read_as_they_were_noted(cell: str, settings: list[str]) -> None:
    assert settings_at_edge(pd.DataFrame({"at_edge": [cell, cell]})) == settings


def test_the_seeds_of_what_counts_are_there_and_none_of_what_diverged() -> None:
    rows = tried({1e-3: [0.5, 0.7], 1e-2: [0.9, None]})
    better = rows.iloc[:2].assign(number=9, settings="9", validation_accuracy=[0.8, 0.6])
    scores = scores_by_learning_rate(pd.concat([rows, better], ignore_index=True))
    assert list(scores.items()) == [(1e-3, 0.8), (1e-3, 0.6)]


def test_tops_are_enlarged_where_the_whole_range_hides_them() -> None:
    flat = [
        mean_by_learning_rate(tried({0.1: [low], 1.0: [top]})) for low, top in ((0.1, 0.972), (0.2, 0.981))
    ]
    low, high = range_of_tops(flat) or (0, 0)
    assert (low, high) == pytest.approx((0.95, 0.99))
    apart = mean_by_learning_rate(tried({0.1: [0.1], 1.0: [0.6]}))
    assert range_of_tops([flat[0], apart]) is None, "half of the range lies between the tops"
    assert range_of_tops(flat[:1]) is None, "one top alone"
    lost = mean_by_learning_rate(tried({0.1: [None]}))
    assert range_of_tops([*flat, lost]) == (low, high)
