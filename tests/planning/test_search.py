"""The search with invented scores: what is tried, what is chosen, and what its trials are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from reportgen.experiment.refusals import ExperimentError
from reportgen.experiment.search import Space
from reportgen.optim import Schedule
from reportgen.planning.search import Searched
from reportgen.training import Defects, Trial
from tests.helpers.searches import OPTUNA, TUNED, comparison, rate

Find = Callable[..., list[Searched]]


def chosen(found: list[Searched]) -> dict[str, dict[str, Any]]:
    return {one.study.label: one.best.values for one in found}


def test_the_mean_over_the_seeds_decides(searched: Find) -> None:
    reached = {(0.1, 7): 0.9, (0.1, 8): 0.1, (0.2, 7): 0.5, (0.2, 8): 0.6, (0.3, 7): 0.7, (0.3, 8): 0.3}
    found = searched(
        comparison(3, "learning_rate = [0.1, 0.2, 0.3]"), lambda trial: reached[rate(trial), trial.seed]
    )
    assert chosen(found) == {"SGD": {"learning_rate": 0.2}, "Adam": {"learning_rate": 0.2}}


def test_of_equals_the_first_is_chosen(searched: Find) -> None:
    found = searched(comparison(3, "learning_rate = [0.3, 0.1, 0.2]"), lambda trial: rate(trial) < 0.25)
    assert chosen(found)["SGD"] == {"learning_rate": 0.1}


def test_one_diverged_seed_rules_a_setting_out_whatever_the_other_reached(searched: Find) -> None:
    def reached(trial: Trial) -> float | None:
        return None if (rate(trial), trial.seed) == (0.1, 8) else {0.1: 1.0, 0.2: 0.0, 0.3: 0.0}[rate(trial)]

    found = searched(comparison(3, "learning_rate = [0.1, 0.2, 0.3]"), reached)
    assert chosen(found)["SGD"] == {"learning_rate": 0.2}


@pytest.mark.parametrize("method", ["grid", "optuna"])
def test_where_every_setting_diverged_the_optimizer_is_named(searched: Find, method: str) -> None:
    text = comparison(6, "learning_rate = { low = 0.1, high = 1.0 }", f'method = "{method}"')
    with pytest.raises(ExperimentError) as caught:
        searched(text, lambda trial: None if trial.setup.optimizer == "Adam" else 0.5)
    assert str(caught.value) == (
        "search.comparison: Adam diverged with every setting that was tried; search smaller learning rates"
    )


def test_choices_alone_make_a_grid_of_all_their_combinations(searched: Find) -> None:
    text = comparison(4, "learning_rate = [0.1, 0.2]\nweight_decay = [0.0, 1e-3]")
    (sgd, adam) = searched(text, lambda _: 0.5)
    expected = [{"learning_rate": one, "weight_decay": other} for one in (0.1, 0.2) for other in (0.0, 1e-3)]
    assert [candidate.values for candidate in sgd.candidates] == expected
    assert [candidate.values for candidate in adam.candidates] == expected


def test_a_linear_range_is_evenly_spaced(searched: Find) -> None:
    text = comparison(5, 'weight_decay = { low = 0.0, high = 0.3, scale = "linear" }')
    for one in searched(text, lambda _: 0.5):
        tried = [candidate.values["weight_decay"] for candidate in one.candidates]
        np.testing.assert_allclose(tried, np.linspace(0, 0.3, 5), rtol=5e-4)


def test_rounding_never_leaves_the_range(searched: Find) -> None:
    """0.123448 has 0.1234 of four digits, and 0.9999951 has 1, which no dropout may be."""
    low, high = 0.1234480, 0.9999951
    for method, trials in (("grid", 4), ("optuna", 12)):
        text = f"""{TUNED}
            [search.tuned]
            method = "{method}"
            trials = {trials}
            [search.tuned.space]
            dropout = {{ low = {low}, high = {high} }}
        """
        (one,) = searched(text, lambda trial: trial.setup.dropout)  # Optuna is drawn to the upper end
        tried = [candidate.values["dropout"] for candidate in one.candidates]
        assert all(low <= value <= high for value in tried)
        if method == "grid":
            assert (tried[0], tried[-1]) == (low, high)


# ---------------------------------------------------------------- what the trials of a search are


@pytest.fixture
def trials(searched: Find) -> Callable[[str], list[Trial]]:
    def make(text: str) -> list[Trial]:
        return [
            record.trial
            for one in searched(text, lambda _: 0.5)
            for candidate in one.candidates
            for record in candidate.records
        ]

    return make


Trials = Callable[[str], list[Trial]]


def test_no_trial_of_a_search_reads_the_test_set(trials: Trials) -> None:
    found = [*trials(comparison(2, "learning_rate = [0.1, 0.2]")), *trials(OPTUNA)]
    assert len(found) == 2 * 2 * 2 + 12
    assert not any(trial.setup.reads_test for trial in found)


def test_the_search_s_epochs_are_fewer_than_the_stage_s_and_the_schedule_fits_them(trials: Trials) -> None:
    text = OPTUNA.replace("seeds = [5]", "seeds = [5]\nepochs = 3")
    assert {trial.setup.epochs for trial in trials(text)} == {3}
    assert {trial.setup.schedule for trial in trials(text)} == {Schedule("constant"), Schedule("cosine")}
    assert {trial.setup.epochs for trial in trials(OPTUNA)} == {10}


def test_a_search_has_the_defects_of_its_experiment(trials: Trials) -> None:
    defects = "\n[defects]\ngradients_averaged_twice = true\nhidden_list_grows = true\n"
    found = trials(comparison(2, "learning_rate = [0.1, 0.2]") + defects)
    assert {trial.defects for trial in found} == {
        Defects(gradients_averaged_twice=True, hidden_list_grows=True)
    }
    assert Counter((trial.setup.optimizer, trial.setup.hidden) for trial in found) == {
        ("SGD", (6,)): 4,
        ("Adam", (6, 10)): 4,  # as the defect makes it in the comparison itself
    }


def test_an_optimizer_s_own_space_replaces_or_joins_the_common_one(trials: Trials) -> None:
    own = "\n[search.comparison.own.Adam]\nlearning_rate = [0.3]\nbeta1 = [0.8, 0.9]\n"
    setups = [trial.setup for trial in trials(comparison(2, "learning_rate = [0.1, 0.2]", seeds="[7]") + own)]
    assert [(setup.optimizer, setup.hyperparameters["learning_rate"]) for setup in setups] == [
        ("SGD", 0.1),
        ("SGD", 0.2),
        ("Adam", 0.3),
        ("Adam", 0.3),
    ]
    assert [setup.hyperparameters.get("beta1") for setup in setups] == [None, None, 0.8, 0.9]


# ---------------------------------------------------------------- the edge of a space


LOG = Space(low=1e-4, high=1.0)

LINEAR = Space(low=0.0, high=1.0, scale="linear")

NUMBERS = Space(choices=(3, 1, 2))

EDGES: list[tuple[Space, Any, bool]] = [
    *((LOG, 10**exponent, True) for exponent in (-4, -3.85, -0.1, 0)),
    *((LOG, 10**exponent, False) for exponent in (-3.75, -2, -0.25)),
    *((LINEAR, value, True) for value in (0.0, 0.04, 0.96, 1.0)),
    *((LINEAR, value, False) for value in (0.06, 0.5, 0.94)),
    *((NUMBERS, value, value != 2) for value in (1, 2, 3)),
    (Space(choices=(1,)), 1, False),  # where there is no other, nothing could be better
    (Space(choices=([8], [16])), [8], False),
    (Space(choices=(True, False)), True, False),
]


@pytest.mark.parametrize(("space", "value", "expected"), EDGES)
def test_the_outermost_twentieth_of_a_range_is_its_edge(space: Space, value: Any, expected: bool) -> None:
    assert space.at_edge(value) == expected
