"""The rules from comparisons and searches to findings."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from reportgen.analysis.findings import of_gain, of_search, of_tuning
from reportgen.analysis.standings import Standing


def results(validation: dict[str, list[float | None]], test: float = 0.5) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "setup": setup, "seed": seed, "status": "diverged" if score is None else "finished",
                "validation_accuracy": math.nan if score is None else score,
                "test_accuracy": math.nan if score is None else test + seed / 100,
            }
            for setup, scores in validation.items()
            for seed, score in enumerate(scores)
        ]
    )  # fmt: skip


def standing(*may_be_best: str) -> Standing:
    """Of A, B and C; the others are shown to be worse than every one of these."""
    others = [name for name in "ABC" if name not in may_be_best]
    better = frozenset((name, other) for name in may_be_best for other in others)
    return Standing("p", (*may_be_best, *others), better, {})


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        (("A",), ("A",), "same_winner"),
        (("A",), ("B",), "other_winner"),
        (("A",), ("B", "A"), "winner_shared"),
        (("A",), ("B", "C"), "winner_shared"),
        (("A", "B"), ("A",), "winner_tuned"),
        (("A", "B"), ("C",), "winner_tuned"),
        (("A", "B"), ("B", "C"), "open_both"),
    ],
)
def test_what_tuning_did_to_the_lead(before: tuple[str, ...], after: tuple[str, ...], key: str) -> None:
    found = of_tuning(standing(*before), standing(*after), told=True)
    assert found is not None
    assert (found.key, found.values["before"], found.values["after"]) == (key, before, after)
    assert of_tuning(standing(*before), standing(*after), told=False) is None


def test_the_gain_is_none_where_one_side_has_nothing() -> None:
    compared = results({"A": [0.5, 0.6]})
    assert of_gain(results({"T": [None, None]}), compared) is None
    assert of_gain(compared, results({"A": [None]})) is None
    found = of_gain(results({"T": [0.5, 0.6]}, test=0.7), compared)
    assert found is not None
    assert (found.key, found.values["name"]) == ("gain", "A")
    assert found.values["gain"] == pytest.approx(0.2)


def test_settings_at_an_edge_are_found() -> None:
    search = pd.DataFrame(
        {
            "setup": "A", "number": [1, 2], "settings": ["{}", "[]"], "learning_rate": [1e-3, 1e-2],
            "status": "finished",
            "validation_accuracy": [0.9, 0.8], "chosen": [True, False],
            "at_edge": ["learning_rate, momentum", ""],
        }
    )  # fmt: skip
    (found,) = of_search(search)
    assert (found.key, found.values) == ("edge", {"name": "A", "settings": ["learning_rate", "momentum"]})
