"""The rules from comparisons and searches to findings."""

from __future__ import annotations

import math

import pandas as pd

from reportgen.analysis.findings import of_gain, of_search


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


def test_the_gain_is_none_where_one_side_has_nothing() -> None:
    compared = results({"A": [0.5, 0.6]})
    assert of_gain(results({"T": [None, None]}), compared) is None
    assert of_gain(compared, results({"A": [None]})) is None
    found = of_gain(results({"T": [0.5, 0.6]}, test=0.7), compared)
    assert found is not None
    assert (found.key, found.values["name"]) == ("gain", "A")


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
