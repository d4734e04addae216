"""What is measured of steps and shown of a classifier: it is right, and it changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

from reportgen.data import Splits
from reportgen.nn import Classifier
from reportgen.training import INSIGHT, Record, Trial, train, trainer
from reportgen.training.batches import Images
from reportgen.training.engines import textbook
from reportgen.training.measured.step_sizes import StepSizes
from reportgen.training.saved_classifier import load_classifier
from reportgen.training.trainer import streams

CLASSES = 3

MakeTrial = Callable[..., Trial]


@pytest.mark.parametrize(
    "chosen", [("SGD", "float32"), ("SGD_Momentum", "bfloat16"), ("Adam", "float32"), ("SGD", "bfloat16")]
)
def test_measuring_a_step_changes_no_bit(
    chosen: tuple[str, str],
    make_trial: MakeTrial,
    splits: Splits,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def plain_step(optimizer, parameters, gradients):  # type: ignore[no-untyped-def]
        optimizer.step(parameters, gradients)
        return StepSizes(0.0, 0.0, 0.0)

    def trained(name: str) -> tuple[list[dict[str, float]], bytes]:
        trial = make_trial(chosen[0], dtype=chosen[1], l2=0.01, dropout=0.2, epochs=4)
        record = train(trial, splits, CLASSES, save_to=tmp_path / name)
        rows = [{k: v for k, v in asdict(row).items() if "_norm" not in k} for row in record.epochs]
        return [row | {"seconds": 0.0} for row in rows], (tmp_path / name).read_bytes()

    measured = trained("measured.safetensors")
    monkeypatch.setattr(textbook, "measured_step", plain_step)
    assert trained("plain.safetensors") == measured


@pytest.fixture
def shown(make_trial: MakeTrial, coloured: Splits, tmp_path: Path) -> tuple[Trial, Record, Path]:
    trial = make_trial(hidden=(30,), epochs=3)
    return trial, train(trial, coloured, CLASSES, save_to=tmp_path / "model.safetensors"), tmp_path


def test_the_weights_shown_are_those_before_and_after(
    shown: tuple[Trial, Record, Path], coloured: Splits
) -> None:
    trial, _, folder = shown
    kept = np.load(folder / INSIGHT)
    after = safetensors.torch.load_file(folder / "model.safetensors")["w1"].numpy()
    size = coloured.train.inputs[0].size
    before = Classifier(size, (30,), CLASSES, streams(trial)[0], std=trial.setup.initial_std).parameters["w1"]
    longest = np.argsort(-np.linalg.norm(after, axis=0))[:12]
    assert kept["units"].tolist() == longest.tolist()
    for name, weights in (("before", before.numpy()), ("after", after)):
        found = kept[name] * kept["scale"][:, None]
        np.testing.assert_allclose(found, weights[:, longest].T, atol=kept["scale"].max() / 1.99)


def test_the_examples_are_the_first_of_every_class_told_right_and_wrong(
    shown: tuple[Trial, Record, Path], coloured: Splits
) -> None:
    _, record, folder = shown
    kept = np.load(folder / INSIGHT)
    classifier = load_classifier(folder / "model.safetensors")
    test = Images(coloured.test, classifier.parameters["w1"].dtype)
    logits = classifier.forward(test.batch(slice(0, len(test)))[0])
    predicted, labels = logits.argmax(dim=1).numpy(), coloured.test.labels
    wanted = []
    for label in range(CLASSES):
        of_class = np.flatnonzero(labels == label)
        wanted += of_class[predicted[of_class] == label][:2].tolist()
        wanted += of_class[predicted[of_class] != label][:2].tolist()
    assert kept["labels"].tolist() == labels[wanted].tolist()
    assert kept["predicted"].tolist() == predicted[wanted].tolist()
    assert (kept["images"] == coloured.test.inputs.reshape(len(labels), -1)[wanted]).all()
    shares = torch.softmax(logits, dim=1).max(dim=1).values[wanted]
    np.testing.assert_allclose(kept["probability"], shares.numpy(), rtol=1e-6)
    assert record.evidence.test_readings == 1


def test_stopped_and_gone_on_with_it_shows_the_same(
    make_trial: MakeTrial, splits: Splits, tmp_path: Path
) -> None:
    class StoppedError(Exception):
        pass

    def stop_after_two(row: object) -> None:
        if row.epoch == 3:  # type: ignore[attr-defined]
            raise StoppedError

    trial, found = make_trial(epochs=4), []
    for name in ("whole", "stopped"):
        folder = tmp_path / name
        folder.mkdir()
        checkpoints = trainer.Checkpoints(folder / "checkpoints", seconds_between=0)
        if name == "stopped":
            with pytest.raises(StoppedError):
                train(trial, splits, CLASSES, on_epoch=stop_after_two, checkpoints=checkpoints)
        record = train(trial, splits, CLASSES, save_to=folder / "model", checkpoints=checkpoints)
        found.append(([row.update_norm for row in record.epochs], (folder / INSIGHT).read_bytes()))
    assert found[0] == found[1]
