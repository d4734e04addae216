"""Nothing is trained twice: what counts as the same, what does not, and two runs at once."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from tests.helpers.cli import Cli
from tests.helpers.experiments import FIVE_TRIALS
from tests.helpers.runs import ALL, numbers, run, runs, trained

pytestmark = pytest.mark.usefixtures("experiment", "no_reports", "no_proofs")


def test_an_unchanged_experiment_trains_nothing_and_has_the_same_records(cli: Cli) -> None:
    assert trained(run(cli)) == ALL
    again = run(cli)
    assert trained(again) == 0
    assert f"note: nothing to train: all {ALL} trials are kept from before" in again.out
    first, second = runs()
    for name in ("metrics.csv", "results.csv", "records/confusion.csv", "records/tuned-seed0.safetensors"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


@pytest.mark.parametrize(
    ("before", "after", "touched"),
    [
        ("learning_rate = 0.05", "learning_rate = 0.06", 2),
        ("hidden = [8]", "hidden = [9]", 1),
        ("seeds = 2", "seeds = 3", 2),
        ("epochs = 2", "epochs = 3", 4),
        ("train = 60", "train = 61", ALL),
        ('title = "Kept"', 'title = "Another"', 0),
        ('name = "SGD",', 'name = "SGD", label = "plain",', 0),
    ],
)
def test_one_changed_setting_trains_only_what_it_touches(
    cli: Cli, experiment: Path, before: str, after: str, touched: int
) -> None:
    run(cli)
    experiment.write_text(FIVE_TRIALS.replace(before, after, 1), encoding="utf-8")
    answer = run(cli)
    assert trained(answer) == touched
    if 0 < touched < ALL:
        assert f"training: {touched} trials (" in answer.out


def test_what_one_experiment_has_trained_another_need_not(cli: Cli) -> None:
    run(cli)
    Path("other.toml").write_text(FIVE_TRIALS.replace("seeds = 2", "seeds = [1]"), encoding="utf-8")
    assert trained(cli("run", "other.toml", "--workers", 1)) == 0
    assert len(runs("other")) == 1


def test_equal_trials_of_two_stages_are_trained_once(cli: Cli, experiment: Path) -> None:
    same = FIVE_TRIALS.replace("hidden = [8]", "hidden = [6]").replace("epochs = 3", "epochs = 2")
    experiment.write_text(same, encoding="utf-8")
    assert trained(run(cli)) == ALL - 1
    results = pd.read_csv(runs()[0] / "results.csv").set_index(["stage", "setup", "seed"])
    assert (
        results.loc[("tuned", "Adam", 0), "test_accuracy"]
        == (results.loc[("comparison", "Adam", 0), "test_accuracy"])
    )
    assert (runs()[0] / "records" / "tuned-seed0.safetensors").is_file()


def test_fresh_trains_all_again_to_the_same_numbers(cli: Cli) -> None:
    run(cli)
    assert trained(run(cli, "--fresh")) == ALL
    first, second = runs()
    assert numbers(first) == numbers(second)


def test_a_tuned_network_that_is_gone_is_trained_again(cli: Cli) -> None:
    run(cli)
    (model,) = Path("output/.trials").glob("*/model.safetensors")
    model.unlink()
    assert trained(run(cli)) == 1
    first, second = runs()
    name = "records/tuned-seed0.safetensors"
    assert (first / name).read_bytes() == (second / name).read_bytes()


def test_another_program_or_another_torch_trains_anew(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    run(cli)
    with monkeypatch.context() as patch:
        patch.setattr("reportgen.execution.trial_key.code_digest", lambda: "another program")
        assert trained(run(cli)) == ALL
    with monkeypatch.context() as patch:
        patch.setattr("torch.__version__", "9.9")
        assert trained(run(cli)) == ALL
    assert trained(run(cli)) == 0


def test_two_runs_at_once_share_what_both_need(experiment: Path, tmp_path: Path) -> None:
    experiment.write_text(FIVE_TRIALS.replace("epochs = 3", "epochs = 400"), encoding="utf-8")
    command = [sys.executable, "-m", "reportgen", "run", "x.toml", "--no-pdf", "--workers", "1"]
    both = [
        subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    done = [line.split(":")[0] for out, _ in said for line in out.splitlines() if "trials done)" in line]
    assert sorted(done) == sorted(set(done))  # no trial twice
    assert len(done) == ALL
    first, second = sorted(path.parent for path in tmp_path.glob("output/x/2*/manifest.json"))
    assert numbers(first) == numbers(second)


def test_a_run_beside_one_that_is_killed_takes_over(experiment: Path, tmp_path: Path) -> None:
    experiment.write_text(FIVE_TRIALS.replace("epochs = 3", "epochs = 100000"), encoding="utf-8")
    command = [sys.executable, "-m", "reportgen", "run", "x.toml", "--no-pdf", "--workers", "1"]
    endless = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert endless.stdout is not None
    started = [endless]
    try:
        reached = (line.startswith("comparison Adam seed 1: epoch 2/2") for line in endless.stdout)
        assert any(reached), "it ended before"
        waiting = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
        started.append(waiting)
        assert waiting.stdout is not None
        line = waiting.stdout.readline()
        assert line == "note: waiting for another run, which is training the same trial\n"
        endless.kill()
        assert re.match(r"training: 1 trials, 100000 epochs", waiting.stdout.readline())
    finally:
        for process in started:
            process.kill()
            process.communicate()


def test_the_manifest_says_what_was_kept_and_what_it_ran_on(cli: Cli) -> None:
    run(cli, "--seeds", 1)
    run(cli)
    first, second = (json.loads((folder / "manifest.json").read_text(encoding="utf-8")) for folder in runs())
    assert first["reused"] == [False] * 3
    assert second["reused"] == [True, False, True, False, True]
    (where,) = second["trained_on"]
    assert second["trained_at"] == [0] * 5
    assert second["device"]["executor"] == "local"
    for name, value in {**second["versions"], **second["device"]}.items():
        assert where.get(name, value) == value
    assert len(second["kept_trials"]) == ALL


def test_checkpoints_that_a_kill_left_behind_a_finished_trial_go(cli: Cli) -> None:
    run(cli)
    (model,) = Path("output/.trials").glob("*/model.safetensors")
    left = [
        model.with_name("000002-0123456789abcdef.safetensors"),
        Path("output/.trials", finished_key(), "000001-0123456789abcdef.safetensors"),
    ]
    for file in left:
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"left behind")
    assert trained(run(cli)) == 0
    assert not any(file.exists() for file in left)
    assert not left[1].parent.exists()
    assert model.is_file()


def finished_key() -> str:
    """The key of a trial that keeps no network."""
    with closing(sqlite3.connect("output/reportgen.sqlite")) as database:
        found = database.execute("SELECT key FROM trials WHERE seed = 1").fetchone()
    return str(found[0])
