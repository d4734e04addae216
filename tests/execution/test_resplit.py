"""A trial's seed draws its split: for all optimizers the same, for every seed another."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reportgen.data import load
from reportgen.errors import UserError
from reportgen.execution.executors.choosing import ExecutorOptions
from reportgen.execution.prepare import prepare
from reportgen.execution.run import run
from reportgen.execution.trial_key import trial_key
from reportgen.execution.trials import TrainingOptions
from reportgen.execution.worker import load_data, splits_for, splits_of
from reportgen.experiment.reading import Source, read
from reportgen.experiment.refusals import ExperimentError
from reportgen.records.run import Run

Make = Callable[..., Source]
RESPLIT = ('source = "digits"', 'source = "digits"\nresplit = true')


def parts_by_seed(source: Source) -> dict[tuple[str, int], dict[str, set[bytes]]]:
    """The images of each part of every trial, by optimizer and seed."""
    prepared = prepare(source)
    return {
        (trial.setup.label, trial.seed): {
            name: {image.tobytes() for image in np.asarray(part.inputs)}
            for name, part in splits_of(trial, splits_for(trial, prepared.data)).by_name().items()
        }
        for trial in prepared.trials
    }


def test_optimizers_share_a_seed_s_split_and_seeds_do_not(source: Make) -> None:
    parts = parts_by_seed(source(RESPLIT))
    assert parts["SGD", 0] == parts["Adam", 0]
    assert parts["SGD", 1] == parts["Adam", 1]
    for name in ("train", "validation", "test"):
        assert parts["SGD", 0][name] != parts["SGD", 1][name]
    everything = parts["SGD", 0]
    assert not everything["train"] & everything["validation"]
    assert not everything["train"] & everything["test"]


def test_test_images_of_the_source_s_own_stay(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (90, 4, 4), dtype=np.uint8), np.arange(90) % 3
    np.savez(
        tmp_path / "own.npz",
        x_train=images[:60],
        y_train=labels[:60],
        x_test=images[60:],
        y_test=labels[60:],
    )
    parts = parts_by_seed(written(tmp_path, 'source = "npz"\npath = "own.npz"\nresplit = true'))
    assert parts["SGD", 0]["test"] == parts["SGD", 1]["test"] == {image.tobytes() for image in images[60:]}
    assert parts["SGD", 0]["train"] != parts["SGD", 1]["train"]
    assert parts["SGD", 0]["train"] | parts["SGD", 0]["validation"] == {
        image.tobytes() for image in images[:60]
    }


def test_a_subset_is_of_the_seed_s_own_split(source: Make) -> None:
    made = source(RESPLIT, ("[comparison]", "[comparison]\nsubset = 50"))
    parts = parts_by_seed(made)
    assert [len(parts["SGD", seed]["train"]) for seed in (0, 1)] == [40, 40]
    assert parts["SGD", 0]["train"] == parts["Adam", 0]["train"] != parts["SGD", 1]["train"]


def test_the_split_is_in_the_key_and_off_is_as_before(source: Make) -> None:
    without, with_it = prepare(source()), prepare(source(RESPLIT))
    assert without.digest != with_it.digest
    trial = with_it.trials[0]
    assert trial_key(trial, without.digest) != trial_key(trial, with_it.digest)
    # whichever seed stands for all, a trial is the same trial
    others = prepare(source(RESPLIT, ("seeds = 2", "seeds = [1, 0]")))
    assert others.data.seed == 1
    assert others.digest == with_it.digest
    # the pool in the order of the source's own seed, as it always was
    digits = load("digits")
    order = np.random.default_rng(np.random.SeedSequence(0, spawn_key=(zlib.crc32(b"split"),))).permutation(
        len(digits.train_labels)
    )
    splits = load_data(without.data).splits
    np.testing.assert_array_equal(splits.train.inputs, digits.train_inputs[order][:60])
    np.testing.assert_array_equal(splits.test.inputs, digits.test_inputs[:40])


def test_two_runs_give_the_same_bytes_and_the_report_knows(
    source: Make, tmp_path: Path, listener: Any
) -> None:
    made = source(RESPLIT)
    folders = [carry_out(made, tmp_path / name, listener).folder for name in ("first", "second")]
    for name in ("metrics.csv", "results.csv"):
        first, second = (pd.read_csv(folder / name).drop(columns="seconds") for folder in folders)
        pd.testing.assert_frame_equal(first, second, check_exact=True)
    first, second = ((folder / "records" / "confusion.csv").read_bytes() for folder in folders)
    assert first == second
    results = pd.read_csv(folders[0] / "results.csv")
    assert (results["test_images"] == 40).all()
    data = json.loads((folders[0] / "manifest.json").read_text(encoding="utf-8"))["data"]
    assert {note["key"] for note in data["notes"]} >= {"split", "resplit"}
    evidence = json.loads((folders[0] / "manifest.json").read_text(encoding="utf-8"))["evidence"]
    assert {(each["samples"], each["validation_images"]) for each in evidence} == {(60, 30)}


def test_a_table_s_features_are_measured_on_the_seed_s_own_rows(tmp_path: Path, listener: Any) -> None:
    rng = np.random.default_rng(1)
    rows = 60
    frame = pd.DataFrame(
        {
            "size": rng.normal(size=rows),
            # one row alone has "rare": in most splits it is not trained on
            "colour": ["rare", *rng.choice(["red", "green"], rows - 1)],
            "label": np.tile(["a", "b"], rows // 2),
        }
    )
    frame.to_csv(tmp_path / "own.csv", index=False)
    made = written(tmp_path, 'source = "table"\npath = "own.csv"\nlabel = "label"\nresplit = true', seeds=4)
    manifest = carry_out(made, tmp_path / "output", listener).records.manifest
    assert {tuple(shapes["w1"]) for shapes in manifest.parameter_shapes} == {(4, 6)}
    assert manifest.data.features == 4


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("train = 60", "seed = 3\ntrain = 60"), "leave out seed"),
        (
            ("batches_slide_by_one = false", "test_images_from_training_file = true"),
            "leave one of the two out",
        ),
    ],
)
def test_what_contradicts_it_is_refused_in_one_line(
    source: Make, change: tuple[str, str], expected: str
) -> None:
    with pytest.raises(ExperimentError) as caught:
        source(RESPLIT, change)
    assert expected in str(caught.value)
    assert "resplit" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_split_that_lacks_a_class_is_refused_before_training(tmp_path: Path) -> None:
    frame = pd.DataFrame({"size": np.arange(40.0) ** 2, "label": np.arange(40) % 3})
    frame.to_csv(tmp_path / "own.csv", index=False)
    data = 'source = "table"\npath = "own.csv"\nlabel = "label"\nresplit = true\nshares = [0.9, 0.05, 0.05]'
    with pytest.raises(UserError, match="too few for one in the"):
        prepare(written(tmp_path, data))


def written(folder: Path, data: str, seeds: int = 2) -> Source:
    file = folder / "own.toml"
    file.write_text(
        f"""
title = "Own"
[data]
{data}
[comparison]
hidden = [6]
batch_size = 8
epochs = 1
seeds = {seeds}
optimizers = [{{ name = "SGD", learning_rate = 0.05 }}, {{ name = "Adam", learning_rate = 0.01 }}]
""",
        encoding="utf-8",
    )
    return Source("own", file, file.read_text(encoding="utf-8"), read(file))


def carry_out(source: Source, output: Path, listener: Any) -> Run:
    return run(
        prepare(source),
        output,
        training=TrainingOptions(ExecutorOptions(workers=1)),
        languages=["en"],
        proofs=(),
        watcher=listener,
    )
