"""Random search: independent draws from the space, the same again, as many for every optimizer."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from scipy.stats import kstest

from reportgen.planning.search import Searched
from tests.helpers.searches import TUNED, comparison

Find = Callable[..., list[Searched]]

RANDOM = 'method = "random"'
SPACE = "learning_rate = { low = 1e-4, high = 1.0 }"


def tried(found: list[Searched]) -> dict[str, list[dict[str, Any]]]:
    return {one.study.label: [candidate.values for candidate in one.candidates] for one in found}


def test_every_optimizer_has_as_many_draws_of_its_own_and_the_same_again(searched: Find) -> None:
    text = comparison(8, SPACE, RANDOM)
    first, again = (tried(searched(text, lambda _: 0.5)) for _ in range(2))
    assert first == again
    assert len(first["SGD"]) == len(first["Adam"]) == 8
    assert not {str(one) for one in first["SGD"]} & {str(one) for one in first["Adam"]}
    other = tried(searched(comparison(8, SPACE, f"{RANDOM}\nsampler_seed = 1"), lambda _: 0.5))
    assert not {str(one) for one in first["SGD"]} & {str(one) for one in other["SGD"]}


def test_more_trials_begin_with_those_of_fewer_and_no_score_changes_what_is_drawn(searched: Find) -> None:
    few = tried(searched(comparison(5, SPACE, RANDOM), lambda _: 0.5))
    many = tried(searched(comparison(9, SPACE, RANDOM), lambda trial: trial.setup.learning_rate / 2))
    assert {label: values[:5] for label, values in many.items()} == few


def test_draws_are_even_on_the_scale_of_a_range_and_over_choices(searched: Find) -> None:
    text = f"""{TUNED}
        [search.tuned]
        {RANDOM}
        trials = 600
        [search.tuned.space]
        learning_rate = {{ low = 1e-4, high = 1.0 }}
        dropout = {{ low = 0.1, high = 0.5, scale = "linear" }}
        hidden = [[16], [8], [8, 8]]
    """
    (draws,) = tried(searched(text, lambda _: 0.5)).values()
    rates = [math.log10(values["learning_rate"]) / 4 + 1 for values in draws]
    dropouts = [(values["dropout"] - 0.1) / 0.4 for values in draws]
    assert kstest(rates, "uniform").pvalue > 0.01
    assert kstest(dropouts, "uniform").pvalue > 0.01
    assert all(0 <= share <= 1 for share in rates + dropouts)
    counts = Counter(str(values["hidden"]) for values in draws)
    assert set(counts) == {"[16]", "[8]", "[8, 8]"}
    assert all(count == pytest.approx(200, abs=45) for count in counts.values())  # four deviations
    assert all(values["dropout"] == float(f"{values['dropout']:.4g}") for values in draws)
