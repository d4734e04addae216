"""A run with a search: as many trials for every optimizer, chosen on validation alone, and then used."""

from __future__ import annotations

import itertools
import json
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reportgen.data import load, split
from reportgen.execution.executors.choosing import ExecutorOptions
from reportgen.execution.prepare import prepare
from reportgen.execution.run import run
from reportgen.execution.trials import TrainingOptions
from reportgen.experiment.reading import Source, read
from reportgen.records import run_folder
from reportgen.training import Setup, Trial, train
from tests.helpers.searches import DATA

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
        trials = self.records.manifest.trials
        setups = [trial.setup.model_dump(mode="json") for trial in trials]
        self.trials = pd.DataFrame(setups).assign(seed=[trial.seed for trial in trials])
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
        patch.setattr(
            "reportgen.execution.proving.prove_formulas", lambda _: []
        )  # the proofs are tested elsewhere, and take a while
        made = run(
            prepare(source),
            folder / "out",
            training=TrainingOptions(ExecutorOptions(workers=1)),
            languages=["en"],
        )
        return Run(made.folder)


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
    assert (list(tuned["hidden"]), tuned["l2"]) == (best["hidden"], best["l2"])
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
