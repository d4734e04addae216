"""What the names of runs tell of optimizer and seed."""

from __future__ import annotations

import pytest

from reportgen.records.tables.run_names import take_apart


@pytest.mark.parametrize(
    ("names", "optimizers", "seeds"),
    [
        (["SGD-seed0", "AdamW-seed12"], ["SGD", "AdamW"], ["0", "12"]),
        (["adam_lr0.1_seed=3", "sgd_lr0.01_seed=3"], ["adam_lr0.1", "sgd_lr0.01"], ["3", "3"]),
        (["seed3_adam_lr0.1", "seed4_adam_lr0.1"], ["adam_lr0.1", "adam_lr0.1"], ["3", "4"]),
        (["adam_seed3_lr0.1"], ["adam_lr0.1"], ["3"]),
        (["Lion/run_2", "SGD/run_0"], ["Lion", "SGD"], ["2", "0"]),
        (["SGD/version_1", "SGD/version_2"], ["SGD", "SGD"], ["1", "2"]),
        (["adam_s1", "adam_s2", "lars_s1"], ["adam", "adam", "lars"], ["1", "2", "1"]),
        (["SGD/0", "SGD/1"], ["SGD", "SGD"], ["0", "1"]),
        (["0/SGD", "0/Adam"], ["SGD", "Adam"], ["0", "0"]),
        (["SGD (seed 5)", "SGD[lr=0.1] seed 5"], ["SGD", "SGD[lr=0.1]"], ["5", "5"]),
        (["mnist SGD Seed:7", "mnist Adam Seed:7"], ["mnist SGD", "mnist Adam"], ["7", "7"]),
        (["adam-0", "adam-1", "sgd-0"], ["adam", "adam", "sgd"], ["0", "1", "0"]),
    ],
)
def test_the_seed_is_taken_out_of_a_name_and_the_rest_is_the_optimizer(
    names: list[str], optimizers: list[str], seeds: list[str]
) -> None:
    runs = take_apart(names)
    assert runs is not None
    assert (list(runs.optimizers), list(runs.seeds or ())) == (optimizers, seeds)
    assert f"{names[0]!r} is {optimizers[0]} with seed {seeds[0]}" in runs.note


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["fancy-river-12", "lucky-moon-13"],  # a number alone is no seed
        ["adam_lr0.1", "adam_lr0.9"],
        ["seed0", "seed1"],  # no optimizer
        ["SGD-seed0", "baseline"],  # one rule has to do for all
        ["adam_0.5", "adam_0.7"],
    ],
)
def test_names_that_do_not_tell_it_are_not_guessed_at(names: list[str]) -> None:
    assert take_apart(names) is None


def test_a_folder_around_well_known_optimizers_is_the_problem() -> None:
    runs = take_apart(["mnist/SGD/0", "letters/AdamW_lr0.1/1"])
    assert runs is not None
    assert (runs.problems, runs.optimizers) == (("mnist", "letters"), ("SGD", "AdamW_lr0.1"))
    assert runs.note.endswith("'mnist/SGD/0' is SGD with seed 0 on mnist")
    for names in (["SGD/lr0.1/0", "Adam/lr0.1/0"], ["mnist/SGD/0", "mnist/mine/0"], ["Adam/SGD/0"]):
        runs = take_apart(names)
        assert runs is not None
        assert runs.problems is None
        assert runs.optimizers == tuple(name.removesuffix("/0") for name in names)


def test_names_that_several_runs_share_are_optimizers_without_seeds() -> None:
    runs = take_apart(["SGD", "SGD", "Adam", "Adam"])
    assert runs is not None
    assert (runs.optimizers, runs.seeds) == (("SGD", "SGD", "Adam", "Adam"), None)
