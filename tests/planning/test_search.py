"""The search: as many trials for every optimizer, chosen on validation alone, and then used."""

from __future__ import annotations

import itertools
import json
import math
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reportgen import checks
from reportgen.data import load, split
from reportgen.execution.prepare import prepare
from reportgen.execution.run import run
from reportgen.execution.trials import TrainingOptions
from reportgen.experiment.reading import ExperimentError, Source, read
from reportgen.experiment.search import Space
from reportgen.optim import Schedule
from reportgen.planning.search import Searched
from reportgen.records import run_folder
from reportgen.training import Defects, Setup, Trial, train

DATA = """
title = "Searched"
[data]
source = "digits"
train = 80
validation = 40
test = 40
"""
REAL = f"""{DATA}
[comparison]
hidden = [6]
batch_size = 8
epochs = 2
seeds = 2
optimizers = [
  {{ name = "SGD", learning_rate = 0.03 }},
  {{ name = "SGD_Momentum", label = "heavy ball", learning_rate = 0.02 }},
  {{ name = "Adam", learning_rate = 0.001 }},
]
[tuned]
hidden = [8, 6]
batch_size = 8
epochs = 4
l2 = 1e-4
optimizer = {{ name = "Adam", learning_rate = 1e-4 }}
[search.comparison]
trials = 6
seeds = [7, 8]
epochs = 3
[search.comparison.space]
learning_rate = {{ low = 3e-4, high = 3.0 }}
[search.comparison.own.SGD]
learning_rate = {{ low = 0.01, high = 1e30 }}
[search.comparison.own."heavy ball"]
momentum = [0.5, 0.9]
[search.tuned]
method = "optuna"
trials = 6
seeds = 1
[search.tuned.space]
learning_rate = {{ low = 1e-4, high = 1.0 }}
hidden = [[8, 6], [10]]
l2 = {{ low = 0.0, high = 0.1, scale = "linear" }}
"""


class Run:
    """A run with a search that was really made: its records, and the records of the search's trials."""

    def __init__(self, folder: Path) -> None:
        self.records = run_folder.read(folder)
        self.search = pd.read_csv(folder / "search.csv", keep_default_na=False, na_values=[""])
        self.trials = pd.DataFrame(
            [{"seed": trial.seed, **trial.setup.model_dump()} for trial in self.records.manifest.trials]
        )
        with sqlite3.connect(folder.parents[1] / "reportgen.sqlite") as database:
            self.kept = [
                json.loads(row)
                for (row,) in database.execute(
                    "SELECT record FROM trials WHERE NOT json_extract(setup, '$.reads_test')"
                )
            ]
        database.close()

    def settings(self, stage: str) -> dict[str, dict[str, Any]]:
        """What every setup of a stage was trained with, by its label."""
        return self.trials[self.trials["stage"] == stage].set_index("label")["hyperparameters"].to_dict()

    def best(self, stage: str) -> dict[str, dict[str, Any]]:
        """The settings of highest mean validation accuracy, worked out here from search.csv."""
        found = {}
        of_stage = self.search[self.search["stage"] == stage]
        for setup, tried in of_stage.groupby("setup"):
            means = {
                number: rows["validation_accuracy"].mean()
                for number, rows in tried.groupby("number")
                if (rows["status"] == "finished").all()
            }
            first = min(number for number, mean in means.items() if mean == max(means.values()))
            found[setup] = json.loads(tried[tried["number"] == first]["settings"].iloc[0])
        return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("searched")
    (folder / "real.toml").write_text(REAL, encoding="utf-8")
    source = Source("real", folder / "real.toml", REAL, read(folder / "real.toml"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks, "run", list)  # the proofs are tested elsewhere, and take a while
        made = run(prepare(source), folder / "out", training=TrainingOptions(1), languages=["en"])
        return Run(made.folder)


# ---------------------------------------------------------------- a run with a search


def test_every_optimizer_gets_as_many_settings_each_with_every_search_seed(made: Run) -> None:
    assert made.search.groupby(["stage", "setup"], sort=False)["number"].nunique().to_dict() == {
        ("comparison", "SGD"): 6,
        ("comparison", "heavy ball"): 6,
        ("comparison", "Adam"): 6,
        ("tuned", "Adam"): 6,
    }
    seeds = made.search.groupby(["stage", "setup", "number"])["seed"].agg(list)
    assert all(seeds["comparison"].map(lambda found: found == [7, 8]))
    assert all(seeds["tuned"].map(lambda found: found == [1000]))  # a count starts there
    assert len(made.search) == 3 * 6 * 2 + 6


def test_no_seed_of_the_search_is_one_of_the_final_trials(made: Run) -> None:
    assert set(made.records.results["seed"]) == {0, 1}
    assert not set(made.search["seed"]) & set(made.records.results["seed"])


def test_a_grid_s_rates_are_evenly_spaced_on_the_log_scale(made: Run) -> None:
    tried = made.search[made.search["seed"] == 7].groupby("setup")["settings"].agg(list)
    for setup, low, high in (("SGD", 0.01, 1e30), ("Adam", 3e-4, 3.0)):
        rates = [json.loads(settings)["learning_rate"] for settings in tried[setup]]
        np.testing.assert_allclose(rates, np.geomspace(low, high, 6), rtol=5e-4)  # of four digits
        assert (rates[0], rates[-1]) == (low, high)
    pairs = [tuple(json.loads(settings).values()) for settings in tried["heavy ball"]]
    expected = list(itertools.product(np.geomspace(3e-4, 3.0, 3), [0.5, 0.9]))
    np.testing.assert_allclose(pairs, expected, rtol=5e-4)


def test_the_chosen_settings_are_those_of_the_best_mean_on_validation(made: Run) -> None:
    chosen = made.search[made.search["chosen"]]
    for stage in ("comparison", "tuned"):
        of_stage = chosen[chosen["stage"] == stage]
        assert of_stage.groupby("setup")["number"].nunique().eq(1).all()
        found = {
            setup: json.loads(text)
            for setup, text in zip(of_stage["setup"], of_stage["settings"], strict=True)
        }
        assert found == made.best(stage)


def test_diverged_settings_are_counted_and_never_chosen(made: Run) -> None:
    sgd = made.search[made.search["setup"] == "SGD"]
    assert (sgd["status"] == "diverged").sum() >= 2
    diverged = sgd[sgd["status"] == "diverged"]
    assert diverged[["best_epoch", "validation_loss", "validation_accuracy"]].isna().all(axis=None)
    assert not diverged["chosen"].any()


def test_the_search_trains_as_long_as_it_says_and_the_stages_as_long_as_they_say(made: Run) -> None:
    finished = made.search[made.search["status"] == "finished"]
    assert set(finished[finished["stage"] == "comparison"]["epochs"]) == {3}
    assert set(finished[finished["stage"] == "tuned"]["epochs"]) == {4}  # it says nothing, so the stage's own
    epochs = made.trials.groupby("stage")["epochs"].agg(set).to_dict()
    assert epochs == {"comparison": {2}, "equally tuned": {2}, "tuned": {4}}


def test_the_search_never_reads_the_test_set(made: Run) -> None:
    assert len(made.kept) == len(made.search)
    assert all(record["test"] is None for record in made.kept)
    assert {record["evidence"]["test_readings"] for record in made.kept} == {0}
    assert {evidence.test_readings for evidence in made.records.manifest.evidence or ()} == {1}


def test_three_stages_are_trained_shared_equally_tuned_and_tuned(made: Run) -> None:
    labels = ["SGD", "heavy ball", "Adam"]
    found = made.trials.groupby("stage", sort=False)[["label", "seed"]].agg(list)
    assert found["label"].to_dict() == {
        "comparison": [label for label in labels for _ in range(2)],
        "equally tuned": [label for label in labels for _ in range(2)],
        "tuned": ["Adam"],
    }
    assert found["seed"].to_dict() == {
        "comparison": [0, 1] * 3,
        "equally tuned": [0, 1] * 3,
        "tuned": [0],
    }
    rates = {label: one["learning_rate"] for label, one in made.settings("comparison").items()}
    assert rates == {"SGD": 0.03, "heavy ball": 0.02, "Adam": 0.001}  # the file's own, untouched
    assert made.settings("comparison")["heavy ball"]["momentum"] == 0.9
    assert sorted(made.records.results["stage"].unique()) == ["comparison", "equally tuned", "tuned"]


def test_equally_tuned_has_exactly_the_chosen_settings(made: Run) -> None:
    for label, trained in made.settings("equally tuned").items():
        assert trained == made.settings("comparison")[label] | made.best("comparison")[label]
    assert made.settings("equally tuned") != made.settings("comparison")
    others = made.trials[made.trials["stage"] == "equally tuned"]
    assert set(others["hidden"].map(tuple)) == {(6,)}
    assert set(others["batch_size"]) == {8}


def test_tuned_has_exactly_the_chosen_settings(made: Run) -> None:
    best = made.best("tuned")["Adam"]
    (tuned,) = made.trials[made.trials["stage"] == "tuned"].to_dict("records")
    assert tuned["hyperparameters"]["learning_rate"] == best["learning_rate"] != 1e-4
    assert (tuned["hidden"], tuned["l2"]) == (best["hidden"], best["l2"])
    assert tuned["batch_size"] == 8


def test_what_lies_at_the_edge_of_its_space_is_marked(made: Run) -> None:
    """In a grid of 3 or 6 points the outermost ones are the edge, and no other."""
    grids = made.search[made.search["stage"] == "comparison"]
    marked = set()
    for setup, tried in grids.groupby("setup"):
        settings = pd.DataFrame([json.loads(text) for text in tried["settings"]])
        best = made.best("comparison")[setup]
        edges = [name for name in settings if best[name] in (settings[name].min(), settings[name].max())]
        assert set(tried[tried["chosen"]]["at_edge"].fillna("")) == {", ".join(edges)}
        assert tried[~tried["chosen"]]["at_edge"].isna().all()
        marked.add(bool(edges))
    assert marked == {True, False}  # both occur here


def test_a_search_trial_is_a_plain_training_with_these_settings(made: Run) -> None:
    """One trial of the search, put together and trained by hand."""
    row = made.search[(made.search["setup"] == "heavy ball") & (made.search["number"] == 4)].iloc[1]
    setup = Setup(
        stage="",
        label="",
        optimizer="SGD_Momentum",
        hyperparameters=json.loads(row["settings"]),
        hidden=(6,),
        batch_size=8,
        epochs=3,
        l2=0.0,
        initial_std=None,
        dtype="float32",
        subset=None,
    )
    record = train(Trial(setup, 8), split(load("digits"), train=80, validation=40, test=40), 10)
    best = record.epochs[record.best_epoch - 1]
    assert row["best_epoch"] == record.best_epoch
    assert row["validation_loss"] == best.validation_loss
    assert row["validation_accuracy"] == best.validation_accuracy
    assert row["learning_rate"] == setup.hyperparameters["learning_rate"]


# ---------------------------------------------------------------- the choice, with invented scores

STAGES = f"""{DATA}
[comparison]
hidden = [6]
batch_size = 8
epochs = 10
optimizers = [
  {{ name = "SGD", learning_rate = 0.03 }},
  {{ name = "Adam", learning_rate = 0.001 }},
]
"""
Find = Callable[..., list[Searched]]


def comparison(trials: int, space: str, more: str = "", seeds: str = "[7, 8]") -> str:
    """An experiment that searches its comparison."""
    return (
        f"{STAGES}\n[search.comparison]\ntrials = {trials}\nseeds = {seeds}\n{more}\n"
        f"[search.comparison.space]\n{space}\n"
    )


def rate(trial: Trial) -> float:
    return trial.setup.hyperparameters["learning_rate"]


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


TUNED = f"""{DATA}
[tuned]
hidden = [8]
batch_size = 8
epochs = 10
l2 = 1e-4
schedule = "cosine"
augmentation = {{ shift = 1 }}
optimizer = {{ name = "SGD_Momentum", learning_rate = 0.0123456789, momentum = 0.9 }}
"""
OPTUNA = f"""{TUNED}
[search.tuned]
method = "optuna"
trials = 12
seeds = [5]
[search.tuned.space]
learning_rate = {{ low = 1e-4, high = 1.0 }}
hidden = [[16], [8], [8, 8]]
l2 = {{ low = 0, high = 0.01, scale = "linear" }}
momentum = [0, 0.9]
schedule = [{{ name = "constant" }}, {{ name = "cosine" }}]
augmentation = [{{ flip = true }}, {{ shift = 1, flip = false }}]
"""


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
