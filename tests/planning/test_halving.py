"""Successive halving: who goes on, for how long, and what it costs, the same for every optimizer."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from reportgen.experiment.reading import read
from reportgen.experiment.refusals import ExperimentError
from reportgen.experiment.search import Halving
from reportgen.planning.search import Searched, search_table
from reportgen.planning.studies import studies_of
from reportgen.training import Trial
from tests.helpers.searches import comparison, rate

Find = Callable[..., list[Searched]]

RATES = "learning_rate = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]"


@pytest.mark.parametrize(
    ("halving", "trials", "epochs", "rounds"),
    [
        (Halving(factor=3), 27, 27, [(27, 1), (9, 3), (3, 9), (1, 27)]),
        (Halving(factor=3), 9, 100, [(9, 11), (3, 33), (1, 100)]),
        (Halving(factor=3), 9, 27, [(9, 3), (3, 9), (1, 27)]),
        (Halving(factor=2, first_epochs=3), 5, 10, [(5, 3), (2, 6), (1, 10)]),
        (Halving(factor=2, first_epochs=4), 16, 10, [(16, 4), (8, 8), (4, 10)]),
        (Halving(factor=2, first_epochs=1), 3, 9, [(3, 1), (1, 9)]),
        (Halving(factor=3), 2, 9, [(2, 9)]),
    ],
)
def test_each_round_has_fewer_settings_and_more_epochs(
    halving: Halving, trials: int, epochs: int, rounds: list[tuple[int, int]]
) -> None:
    assert list(halving.rounds(trials, epochs)) == rounds


def reached(trial: Trial) -> float | None:
    """At first large rates look best, at last those around 0.4, all worse by then; the largest diverges."""
    if rate(trial) > 0.85:
        return None
    best = {1: 0.8, 3: 0.5, 10: 0.4}[trial.setup.epochs]
    worse = 0.5 if trial.setup.epochs == 10 else 0.0
    return 1 - abs(rate(trial) - best) / (2 if trial.seed == 7 else 1) - worse


def test_the_best_of_a_round_go_on_and_the_last_round_decides(searched: Find) -> None:
    text = comparison(9, RATES, "halving = { factor = 3, first_epochs = 1 }")
    sgd, adam = searched(text, reached)
    table = search_table([sgd, adam])
    rounds = table[table["setup"] == "SGD"].groupby("rung")
    assert {rung: sorted(set(rows["learning_rate"])) for rung, rows in rounds} == {
        0: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
        1: [0.6, 0.7, 0.8],
        2: [0.6],
    }
    assert sgd.best.values == adam.best.values == {"learning_rate": 0.6}
    chosen = table[table["chosen"]]
    assert set(chosen["rung"]) == {table["rung"].max()}


def test_every_optimizer_spends_the_same_epochs_and_none_reads_the_test_set(searched: Find) -> None:
    text = comparison(9, RATES, "halving = { factor = 3, first_epochs = 1 }")
    spent: Counter[str] = Counter()
    for one in searched(text, reached):
        for candidate in one.candidates:
            for records in (*candidate.shorter, candidate.records):
                spent[one.study.label] += sum(record.trial.setup.epochs for record in records)
                assert not any(record.trial.setup.reads_test for record in records)
    rounds = [(9, 1), (3, 3), (1, 10)]
    assert set(spent.values()) == {2 * sum(settings * epochs for settings, epochs in rounds)}


@pytest.mark.parametrize("method", ["random", "optuna"])
def test_what_is_proposed_is_scored_in_the_first_round(searched: Find, method: str) -> None:
    text = comparison(
        6, "learning_rate = { low = 0.1, high = 0.8 }", f'method = "{method}"\nhalving = 2\nepochs = 8'
    )
    first, again = (searched(text, lambda trial: math.sqrt(rate(trial))) for _ in range(2))
    assert [one.best.values for one in first] == [one.best.values for one in again]
    for one in first:
        assert len(one.candidates) == 6
        assert Counter(len(candidate.shorter) for candidate in one.candidates) == {0: 3, 1: 2, 2: 1}
        longest = max(one.candidates, key=lambda candidate: len(candidate.shorter))
        assert one.best is longest
        assert longest.values == max((c.values for c in one.candidates), key=lambda v: v["learning_rate"])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("halving = 1", "halving.factor = 1: input should be greater than or equal to 2"),
        ("halving = { first_epochs = 10 }", "first_epochs = 10 must be less than the 10 epochs"),
        ("halving = 3", "its first round has 1 epochs, which schedule or average_epochs do not fit into"),
    ],
)
def test_what_cannot_be_halved_is_one_line(tmp_path: Path, more: str, said: str) -> None:
    text = comparison(9, RATES, more).replace("epochs = 10", "epochs = 10\naverage_epochs = 2", 1)
    (tmp_path / "x.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ExperimentError) as refused:
        studies_of(read(tmp_path / "x.toml"), 10)
    assert len(refused.value.args) == 1
    assert said in refused.value.args[0]
