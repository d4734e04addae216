"""One experiment from its file to a run's folder."""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from reportgen.data import load
from reportgen.errors import UserError
from reportgen.execution.executors.choosing import ExecutorOptions
from reportgen.execution.prepare import prepare
from reportgen.execution.run import run
from reportgen.execution.trials import TrainingOptions
from reportgen.experiment.reading import Source
from reportgen.nn import FullyConnectedLayer, ReLU
from reportgen.optim import SGD
from reportgen.records import run_folder
from reportgen.records.run import Run
from reportgen.training.saved_classifier import load_classifier
from tests.helpers.project import ROOT

Make = Callable[..., Source]


def carry_out(source: Source, output: Path, listener: Any) -> Run:
    return run(
        prepare(source),
        output,
        training=TrainingOptions(ExecutorOptions(workers=1)),
        languages=["en"],
        watcher=listener,
    )


@pytest.fixture
def finished(source: Make, tmp_path: Path, listener: Any) -> Path:
    made = carry_out(source(), tmp_path / "output", listener)
    return made.folder


def test_a_run_s_folder_holds_what_is_promised_and_no_more(finished: Path, tmp_path: Path) -> None:
    assert finished.parent == tmp_path / "output" / "small"
    assert [path.name for path in finished.parent.iterdir()] == [finished.name]
    assert sorted(str(path.relative_to(finished)) for path in finished.rglob("*")) == [
        "manifest.json",
        "metrics.csv",
        "records",
        "records/answers.npz",
        "records/confusion.csv",
        "records/excerpts.json",
        "records/experiment.toml",
        "records/insight.npz",
        "records/samples.npz",
        "records/tuned-seed0.safetensors",
        "results.csv",
    ]


def test_the_records_are_of_every_trial_and_epoch(finished: Path, listener: Any) -> None:
    kept = run_folder.read(finished)
    assert len(kept.results) == len(listener.trials) == len(kept.manifest.trials) == 5
    assert len(kept.epochs) == len(listener.rows) == 4 * 2 + 3
    assert len(kept.confusion) == 5 * 100
    by_trial = kept.confusion.groupby(["stage", "setup", "seed"])["images"].sum()
    assert by_trial.tolist() == [40] * 5
    right = kept.confusion[kept.confusion["true"] == kept.confusion["predicted"]]
    found = right.groupby(["stage", "setup", "seed"])["images"].sum()
    correct = kept.results.set_index(["stage", "setup", "seed"])["test_correct"].sort_index()
    assert found.tolist() == correct.tolist()


def test_the_manifest_says_what_was_run_on_what_with_what(finished: Path) -> None:
    manifest = json.loads((finished / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["run"] == finished.name
    assert manifest["experiment"]["settings"]["comparison"]["seeds"] == [0, 1]
    assert manifest["experiment"]["settings"]["comparison"]["l2"] == 0.0  # defaults written out
    assert manifest["data"]["digest"] == load("digits").digest
    sizes = {name: sum(counts) for name, counts in manifest["data"]["images_by_class"].items()}
    assert sizes == {"train": 60, "validation": 30, "test": 40}
    assert manifest["versions"]["torch"].split("+")[0] == torch.__version__.split("+")[0]
    assert manifest["device"]["threads_per_worker"] == 1
    assert manifest["times"]["seconds"] > 0
    assert [check["passed"] for check in manifest["checks"]] == [True] * 8
    assert manifest["checks"][0]["line"] == (
        "Results of fully connected layer forward and backward tests: All passed."
    )


def test_the_excerpts_are_the_code_that_ran(finished: Path) -> None:
    excerpts = run_folder.read(finished).excerpts
    for name, ran in (("fully_connected", FullyConnectedLayer), ("relu", ReLU), ("SGD", SGD)):
        assert excerpts[name].text == inspect.getsource(ran)
    for excerpt in excerpts.values():
        lines = (ROOT / excerpt.file).read_text(encoding="utf-8").splitlines()
        assert lines[excerpt.line - 1].strip() == excerpt.text.splitlines()[0].strip()
    assert {"SGD", "Adam", "SGD_Momentum"} <= set(excerpts)


def test_the_samples_are_training_images_of_every_class(finished: Path) -> None:
    kept = run_folder.read(finished)
    train = {image.tobytes() for image in load("digits").train_inputs}
    assert all(image.tobytes() in train for image in kept.sample_images)
    assert kept.sample_labels.tolist() == sorted(kept.sample_labels)
    assert set(kept.sample_labels) == set(range(10))


def test_the_saved_classifier_is_the_one_of_the_best_epoch(finished: Path) -> None:
    kept = run_folder.read(finished)
    tuned = kept.results[kept.results["stage"] == "tuned"].iloc[0]
    classifier = load_classifier(finished / "records" / "tuned-seed0.safetensors")
    digits = load("digits")
    images = torch.from_numpy(digits.test_inputs[:40].reshape(40, -1) / np.float32(255))
    found = classifier.predict(images.float()).numpy() == digits.test_labels[:40]
    assert found.sum() == tuned["test_correct"]


def test_the_same_experiment_twice_gives_the_same_tables(source: Make, tmp_path: Path, listener: Any) -> None:
    first, second = (carry_out(source(), tmp_path / name, listener).records for name in ("a", "b"))
    for table in ("epochs", "results", "confusion"):
        one, other = (
            getattr(kept, table).drop(columns="seconds", errors="ignore") for kept in (first, second)
        )
        assert one.equals(other)


def test_a_diverged_trial_is_reported_and_the_rest_goes_on(
    source: Make, tmp_path: Path, listener: Any
) -> None:
    made = source(
        ("epochs = 2", "epochs = 30"), ('"SGD", learning_rate = 0.05', '"SGD", learning_rate = 1e30')
    )
    kept = carry_out(made, tmp_path / "output", listener).records
    status = kept.results.set_index(["stage", "setup", "seed"])["status"].to_dict()
    assert status == {
        ("comparison", "SGD", 0): "diverged",
        ("comparison", "SGD", 1): "diverged",
        ("comparison", "Adam", 0): "finished",
        ("comparison", "Adam", 1): "finished",
        ("tuned", "SGD_Momentum", 0): "finished",
    }
    epochs = kept.epochs.groupby("setup").size()
    assert epochs["SGD"] < 60
    assert epochs["Adam"] == 60


class StoppedError(Exception):
    """Somebody pulled the plug."""


def test_a_run_that_is_stopped_leaves_nothing_behind(source: Make, tmp_path: Path, listener: Any) -> None:
    def stop(*_: object) -> None:
        raise StoppedError

    listener.epoch = stop
    with pytest.raises(StoppedError):
        carry_out(source(), tmp_path / "output", listener)
    assert list((tmp_path / "output" / "small").iterdir()) == []


REFUSED = {
    "batch larger than the training part": (
        "batch_size = 7\nepochs = 2",
        "batch_size = 61\nepochs = 2",
        "comparison.batch_size = 61: must be at most 60, the number of training images",
    ),
    "sliding batch larger than the validation part": (
        "batch_size = 7\nepochs = 3",
        "batch_size = 31\nepochs = 3",
        "tuned.batch_size = 31: must be at most 30, the number of validation images",
    ),
    "subset larger than the training part": (
        "[comparison]",
        "[comparison]\nsubset = 61",
        "subset = 61 is out of range: choose from 5 to 60",
    ),
    "more images than there are": ("train = 60", "train = 6000", "train = 6000"),
    "unknown optimizer": ('"Adam"', '"Adan"', 'comparison.optimizers[1].name = "Adan": no such optimizer'),
    "missing data": (
        'source = "digits"',
        'source = "npz"\npath = "none.npz"',
        "none.npz does not exist",
    ),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_settings_that_do_not_fit_are_refused_before_anything_is_written(
    mistake: str, source: Make, tmp_path: Path, listener: Any
) -> None:
    right, wrong, said = REFUSED[mistake]
    slide = ("slide_by_one = false", f"slide_by_one = {str(mistake.startswith('sliding')).lower()}")
    made = source((right, wrong), slide)
    with pytest.raises(UserError) as caught:
        carry_out(made, tmp_path / "output", listener)
    message = str(caught.value)
    assert message.startswith(f"{made.file}: ")
    assert said in message
    assert "\n" not in message
    assert not (tmp_path / "output").exists()


def test_a_whole_sliding_batch_of_validation_images_is_enough(
    source: Make, tmp_path: Path, listener: Any
) -> None:
    made = source(
        ("batch_size = 7\nepochs = 3", "batch_size = 30\nepochs = 3"), ("by_one = false", "by_one = true")
    )
    carry_out(made, tmp_path / "output", listener)


def test_a_broken_formula_stops_the_run_before_training(
    source: Make, tmp_path: Path, listener: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTGEN_CACHE", str(tmp_path / "cache"))  # proofs of the whole code may be kept
    monkeypatch.setattr(ReLU, "backward", lambda _, dout: dout)
    with pytest.raises(UserError, match=r"ReLU forward and backward tests: FAILED\."):
        carry_out(source(), tmp_path / "output", listener)
    assert listener.rows == []
    assert not (tmp_path / "output").exists()


def test_no_folder_for_the_run_is_said_before_training(source: Make, tmp_path: Path, listener: Any) -> None:
    (tmp_path / "output").write_text("a file", encoding="utf-8")
    with pytest.raises(UserError, match="cannot be written"):
        carry_out(source(), tmp_path / "output", listener)
    assert listener.rows == []


def test_every_file_of_a_run_is_on_the_disk_before_it_has_its_name(
    source: Make, tmp_path: Path, listener: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: set[int] = set()
    found: dict[str, bool] = {}
    fsync, rename = os.fsync, os.rename

    def note(descriptor: int) -> None:
        flushed.add(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    def look(partial: Path, folder: Path) -> None:
        files = (path for path in Path(partial).rglob("*") if path.is_file())
        found.update({file.name: file.stat().st_ino in flushed for file in files})
        rename(partial, folder)

    monkeypatch.setattr(os, "fsync", note)
    monkeypatch.setattr(os, "rename", look)
    carry_out(source(), tmp_path / "output", listener)
    assert {"manifest.json", "metrics.csv", "tuned-seed0.safetensors", "samples.npz"} <= found.keys()
    assert all(found.values()), found
