"""A search that is made several times: seeds and draws of its own each time, and seeds that take turns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reportgen.experiment.reading import read
from reportgen.experiment.refusals import ExperimentError
from reportgen.planning.plan import plan
from reportgen.planning.search import Searched, apply, search_table
from reportgen.training import Trial
from tests.helpers.searches import comparison, rate

Find = Callable[..., list[Searched]]

CHOICES = "learning_rate = [0.1, 0.2, 0.3]"
FIVE = "epochs = 10\nseeds = [9, 4, 0, 7, 5, 2]"
RANGE = "learning_rate = { low = 1e-4, high = 1.0 }"


def repeated(trials: int, space: str, repeats: int, more: str = "", seeds: str = "[70, 72]") -> str:
    """Several searches for six final seeds, not the first six numbers; search seeds with a gap."""
    text = comparison(trials, space, f"repeats = {repeats}\n{more}", seeds)
    return text.replace("epochs = 10", FIVE, 1)


def draws(found: list[Searched], label: str) -> list[list[Any]]:
    return [[one.values for one in each.candidates] for each in found if each.study.label == label]


def seeds_of(found: list[Searched]) -> list[set[int]]:
    """The seeds that each search of SGD trained with."""
    return [
        {record.trial.seed for candidate in each.candidates for record in candidate.records}
        for each in found
        if each.study.label == "SGD"
    ]


def test_each_repeat_has_search_seeds_of_its_own(searched: Find) -> None:
    found = searched(repeated(3, CHOICES, 3), lambda _: 0.5)
    assert seeds_of(found) == [{70, 72}, {73, 75}, {76, 78}]
    grids = draws(found, "SGD")
    assert grids[0] == grids[1] == grids[2] == [{"learning_rate": one} for one in (0.1, 0.2, 0.3)]


@pytest.mark.parametrize("method", ["random", "optuna"])
def test_each_repeat_has_draws_of_its_own_and_the_first_is_the_search_made_once(
    searched: Find, method: str
) -> None:
    text = repeated(6, RANGE, 3, f'method = "{method}"')
    found, once = searched(text, rate), searched(text.replace("repeats = 3", ""), rate)
    for label in ("SGD", "Adam"):
        first, second, third = (
            {str(values) for values in of_repeat[1:]}  # Optuna always begins with the file's own
            for of_repeat in draws(found, label)
        )
        assert not first & second
        assert not (first | second) & third
        assert draws(once, label) == draws(found, label)[:1]


def test_each_final_trial_has_what_the_search_of_its_seed_found(searched: Find, tmp_path: Path) -> None:
    best = {70: 0.3, 73: 0.1, 76: 0.2}  # of the searches' first seeds

    def reached(trial: Trial) -> float:
        first = trial.seed - (trial.seed - 70) % 3
        wanted = best[first] if trial.setup.optimizer == "SGD" else 0.3
        return 1 - abs(rate(trial) - wanted)

    text = repeated(3, CHOICES, 3)
    found = searched(text, reached)
    experiment = read(tmp_path / "searched.toml")
    trials = plan(experiment, 10, apply(experiment, found))
    tuned = [(t.setup.label, t.seed, rate(t)) for t in trials if t.setup.stage == "equally tuned"]
    assert tuned == [
        *(
            ("SGD", 9, 0.3),
            ("SGD", 4, 0.1),
            ("SGD", 0, 0.2),
            ("SGD", 7, 0.3),
            ("SGD", 5, 0.1),
            ("SGD", 2, 0.2),
        ),
        *(("Adam", seed, 0.3) for seed in (9, 4, 0, 7, 5, 2)),
    ]
    table = search_table(found)
    assert len(table) == 2 * 3 * 3 * 2
    chosen = table[table["chosen"] & (table["setup"] == "SGD")]
    assert chosen.groupby("repeat")["learning_rate"].agg(set).to_dict() == {0: {0.3}, 1: {0.1}, 2: {0.2}}
    assert chosen.groupby("repeat")["seed"].agg(set).to_dict() == {0: {70, 72}, 1: {73, 75}, 2: {76, 78}}


@pytest.mark.parametrize(
    ("more", "seeds", "said"),
    [
        ("repeats = 4", "[70]", "repeats = 4: the 6 seeds of the comparison cannot be shared out evenly"),
        ("repeats = 12", "[70]", "among so many searches; take one of 1, 2, 3, 6"),
        ("repeats = 2", "[1, 3]", "search.comparison.seeds and the final trials share the seed 4"),
        ("repeats = 2", f"[{2**32 - 1}]", "2 repeats take seeds beyond the largest one"),
        ("repeats = 0", "[70]", "repeats = 0: input should be greater than or equal to 1"),
    ],
)
def test_what_cannot_be_repeated_is_one_line(tmp_path: Path, more: str, seeds: str, said: str) -> None:
    text = comparison(3, CHOICES, more, seeds).replace("epochs = 10", FIVE, 1)
    (tmp_path / "x.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ExperimentError) as refused:
        read(tmp_path / "x.toml")
    assert len(refused.value.args) == 1
    assert said in refused.value.args[0]
