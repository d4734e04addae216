"""What Optuna proposes: the same again, within the space, beginning with the file's own settings."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from reportgen.planning.search import Searched
from reportgen.training import Trial
from tests.helpers.searches import OPTUNA, comparison, rate

Find = Callable[..., list[Searched]]


def reached(trial: Trial) -> float | None:
    """Best around 0.03 and with a wide layer; large rates diverge."""
    if rate(trial) > 0.5:
        return None
    return math.exp(-(math.log(rate(trial) / 0.03) ** 2)) * (0.9 if trial.setup.hidden == (16,) else 0.5)


def tried(searched: Find, text: str) -> list[dict[str, Any]]:
    (one,) = searched(text, reached)
    return [candidate.values for candidate in one.candidates]


def test_optuna_proposes_the_same_again_and_something_else_with_another_sampler_seed(searched: Find) -> None:
    first, again = tried(searched, OPTUNA), tried(searched, OPTUNA)
    other = tried(searched, OPTUNA.replace("trials = 12", "trials = 12\nsampler_seed = 1"))
    assert len(first) == len(other) == 12
    assert first == again
    assert first[0] == other[0]  # the file's own
    assert all(one != two for one, two in zip(first[1:], other[1:], strict=True))


def test_optuna_s_first_proposal_is_the_file_s_own_settings_as_the_space_spells_them(searched: Find) -> None:
    assert tried(searched, OPTUNA)[0] == {
        "learning_rate": 0.0123456789,  # all its digits
        "hidden": [8],
        "l2": 1e-4,
        "momentum": 0.9,
        "schedule": {"name": "cosine"},
        "augmentation": {"shift": 1, "flip": False},
    }


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("learning_rate = { low = 1e-4", "learning_rate = { low = 0.02"),
        ("[[16], [8], [8, 8]]", "[[16], [8, 8]]"),
        ("shift = 1, flip = false }", "shift = 2, flip = false }"),
    ],
)
def test_settings_outside_the_space_are_not_proposed(searched: Find, inside: str, outside: str) -> None:
    found = tried(searched, OPTUNA.replace(inside, outside))
    assert len(found) == 12
    assert 0.0123456789 not in [values["learning_rate"] for values in found]


def test_optuna_stays_in_the_space_and_learns_from_the_scores(searched: Find) -> None:
    space, distances, seen = "learning_rate = { low = 1e-5, high = 1.0 }", [], set()
    for sampler_seed in range(3):
        method = f'method = "optuna"\nsampler_seed = {sampler_seed}'
        for one in searched(comparison(40, space, method), reached):
            rates = [candidate.values["learning_rate"] for candidate in one.candidates]
            assert len(rates) == 40
            assert all(1e-5 <= found <= 1 and found == float(f"{found:.4g}") for found in rates)
            distances += [abs(math.log(found / 0.03)) for found in rates[-20:]]
            seen.add(tuple(rates[1:10]))  # before any score is looked at
    assert len(seen) == 6  # every optimizer is searched with random numbers of its own
    below, above = math.log(0.03 / 1e-5), math.log(1 / 0.03)
    of_blind_guesses = (below**2 + above**2) / 2 / (below + above)
    assert np.mean(distances) < 0.7 * of_blind_guesses


def test_optuna_s_choices_come_back_as_the_file_has_them(searched: Find) -> None:
    for values in tried(searched, OPTUNA):
        assert values["hidden"] in ([16], [8], [8, 8])
        assert values["momentum"] in (0, 0.9)
        assert values["augmentation"] in ({"flip": True}, {"shift": 1, "flip": False})
        assert 1e-4 <= values["learning_rate"] <= 1
        assert 0 <= values["l2"] <= 0.01
