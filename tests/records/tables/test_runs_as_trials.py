"""Runs of any tool as trials that are compared: what counts, what is a curve, what is lost or unpaired."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reportgen.records import run_folder
from reportgen.records.score_files import Scores, read_all
from reportgen.records.tables.reading import Reading

TRIAL = ["problem", "optimizer", "seed", "score"]


def trials(scores: Scores) -> list[tuple[str, str, object, float]]:
    return [tuple(row) for row in scores.table[TRIAL].itertuples(index=False)]


# ---------------------------------------------------------------- runs of ours


def test_a_run_is_compared_by_its_test_as_its_results_are(tiny_run: Path) -> None:
    scores, expected = read_all([tiny_run]), read_all([tiny_run / "results.csv"])
    assert scores.metric == expected.metric == "test_accuracy"
    assert trials(scores) == trials(expected)
    assert scores.curves is None
    assert scores.assumed == (f"{tiny_run.name} is the run '{tiny_run.name}'",)


def test_other_metrics_of_a_run_are_curves(tiny_run: Path) -> None:
    scores = read_all([tiny_run], Reading(metric="validation_accuracy"))
    epochs = run_folder.read(tiny_run).epochs
    assert scores.curves is not None
    columns = ["stage", "setup", "seed", "epoch", "validation_accuracy"]
    assert scores.curves.to_numpy().tolist() == epochs[columns].to_numpy().tolist()
    last = epochs.groupby(["stage", "setup", "seed"], sort=False)["validation_accuracy"].last()
    assert scores.table["score"].tolist() == last.tolist()


def test_a_diverged_trial_of_a_run_is_lost_and_not_left_out(tiny_run: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(tiny_run, run)
    results = pd.read_csv(run / "results.csv")
    results["test_accuracy"] = results["test_accuracy"].mask(results.index == 0)
    results.loc[0, "status"] = "diverged"
    results.to_csv(run / "results.csv", index=False)
    scores = read_all([run])
    assert len(scores.table) == len(results)
    assert np.flatnonzero(scores.table["score"].isna()).tolist() == [0]


def test_several_runs_are_told_apart_by_their_experiments(tiny_run: Path, tmp_path: Path) -> None:
    other = tmp_path / "second" / "20300101-000000-aaaaaa"
    shutil.copytree(tiny_run, other)
    problems = set(read_all([tiny_run, other]).table["problem"])
    stages = set(run_folder.read(tiny_run).results["stage"])
    assert problems == {f"{name} {stage}" for name in (tiny_run.parent.name, "second") for stage in stages}


# ---------------------------------------------------------------- other tools


@pytest.fixture
def logged(tmp_path: Path) -> Callable[..., Path]:
    """What writes the runs of a folder of TensorBoard: the values of each tag, by step."""
    tensorboardX = pytest.importorskip("tensorboardX")  # noqa: N806 - so it is called

    def write(**runs: dict[str, dict[int, float]]) -> Path:
        for name, tags in runs.items():
            with tensorboardX.SummaryWriter(str(tmp_path / "runs" / name.replace("_", "-"))) as writer:
                for tag, values in tags.items():
                    for step, value in values.items():
                        writer.add_scalar(tag, value, step)
        return tmp_path / "runs"

    return write


def test_tags_of_tensorboard_may_be_logged_at_different_steps(logged: Callable[..., Path]) -> None:
    loss = dict.fromkeys(range(1, 5), 1.0)
    folder = logged(
        SGD_seed0={"train/loss": loss, "test/acc": {2: 0.5, 4: 0.75}},
        Adam_seed0={"train/loss": loss, "test/acc": {2: 0.25, 4: float("nan")}},
        Adam_seed1={"train/loss": loss},
    )
    scores = read_all([folder])
    assert (scores.metric, scores.paired) == ("test/acc", True)
    assert scores.curves is not None
    assert scores.curves[["optimizer", "epoch"]].to_numpy().tolist() == [
        ["Adam", 2],
        ["Adam", 4],
        ["Adam", 4],
        ["SGD", 2],
        ["SGD", 4],
    ]
    assert str(trials(scores)) == str(
        [
            ("runs", "Adam", 0, float("nan")),
            ("runs", "Adam", 1, float("nan")),
            ("runs", "SGD", 0, 0.75),
        ]
    )


def test_a_test_at_the_end_is_no_curve(logged: Callable[..., Path]) -> None:
    loss = {1: 3.0, 2: 2.0}
    folder = logged(
        SGD_seed0={"loss": loss, "test/acc": {2: 0.5}}, Lion_seed0={"loss": loss, "test/acc": {1: 0.75}}
    )
    scores = read_all([folder])
    assert trials(scores) == [("runs", "Lion", 0, 0.75), ("runs", "SGD", 0, 0.5)]
    assert scores.curves is None
    assert not [sentence for sentence in scores.assumed if "last epoch" in sentence]


def test_results_of_benchopt_are_compared_by_the_objective_unpaired(tmp_path: Path) -> None:
    records = [
        {
            "objective_name": "Lasso",
            "data_name": "Simulated",
            "solver_name": solver,
            "stop_val": stop,
            "idx_rep": repetition,
            "time": 1.0 + stop,
            "objective_value": 1 / (1 + stop + repetition),
        }
        for solver in ("SGD[lr=0.1]", "GD")
        for repetition in (0, 1)
        for stop in (0, 3)
    ]
    path = tmp_path / "benchopt_run.parquet"
    pd.DataFrame(records).to_parquet(path)
    scores = read_all([path])
    assert (scores.metric, scores.paired) == ("objective_value", False)
    assert trials(scores)[:2] == [("Simulated", "SGD[lr=0.1]", 0, 0.25), ("Simulated", "SGD[lr=0.1]", 1, 0.2)]
    assert "a repetition of one solver has nothing in common with those of others" in scores.assumed
    assert read_all([path], Reading(paired=True)).paired
