"""What a trial shows of its own fairness, against the same counted and computed another way."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from reportgen.data import Splits
from reportgen.nn import Classifier, FullyConnectedLayer
from reportgen.randomness import stream
from reportgen.training import Defects, Evidence, Trial, train
from reportgen.training.measured.evidence import BatchLog, digest, gradient_scale
from reportgen.training.saved_classifier import load_classifier

CLASSES = 3
OPTIMIZERS = ["SGD", "SGD_Momentum", "Adam"]
MakeTrial = Callable[..., Trial]
TWICE = Defects(gradients_averaged_twice=True)
SLIDING = Defects(batches_slide_by_one=True)


@pytest.fixture
def evidence(splits: Splits, make_trial: MakeTrial) -> Callable[..., Evidence]:
    def of(optimizer: str = "SGD", **changes: object) -> Evidence:
        return train(make_trial(optimizer, **{"epochs": 2} | changes), splits, CLASSES).evidence

    return of


def test_one_seed_gives_every_optimizer_the_same_weights_and_batches(
    evidence: Callable[..., Evidence],
) -> None:
    of_seeds = []
    for seed in (0, 1):
        found = [evidence(optimizer, seed=seed) for optimizer in OPTIMIZERS]
        found.append(evidence(seed=seed, dropout=0.5, label_smoothing=0.1, l2=0.5))
        assert len({(one.initial_weights, one.batch_order) for one in found}) == 1
        of_seeds.append(found[0])
    assert of_seeds[0].initial_weights != of_seeds[1].initial_weights
    assert of_seeds[0].batch_order != of_seeds[1].batch_order


def test_the_digests_are_those_of_the_weights_and_of_the_places(evidence: Callable[..., Evidence]) -> None:
    weights, expected = stream(4, "weights"), hashlib.sha256()
    for inputs, outputs in ((12, 6), (6, 5), (5, 3)):
        expected.update((weights.standard_normal((inputs, outputs)) * math.sqrt(2 / inputs)).tobytes())
        expected.update(np.zeros(outputs).tobytes())
    shuffled, places, order = stream(4, "batch order"), "", np.arange(37)
    for _ in range(2):
        shuffled.shuffle(order)
        places = hashlib.sha256(places.encode() + order.tobytes()).hexdigest()
    found = evidence(seed=4)
    assert found.initial_weights == expected.hexdigest()
    assert found.batch_order == places


def test_digests_tell_what_differs_from_what_does_not(evidence: Callable[..., Evidence]) -> None:
    base, wide = evidence(), evidence(hidden=(7, 5))
    assert wide.initial_weights != base.initial_weights
    assert wide.batch_order == base.batch_order
    assert evidence(batch_size=9).batch_order == base.batch_order  # the same images in the same order
    assert evidence(defects=SLIDING).batch_order != base.batch_order
    assert evidence(epochs=3).batch_order != base.batch_order
    assert evidence(initial_std=0.5).initial_weights != base.initial_weights


def test_a_digest_notices_the_smallest_change() -> None:
    parameters = {"w1": torch.ones(3, 2), "b1": torch.zeros(2)}
    before = digest(parameters)
    parameters["b1"][1] = 1e-30
    assert digest(parameters) != before


@pytest.mark.parametrize(
    ("defects", "batch_size", "counts"),
    [
        (Defects(), 8, (37, 37, 23)),
        (Defects(), 37, (37, 37, 23)),
        (SLIDING, 8, (4 * 8, 4 + 8 - 1, 2 + 8 - 1)),
        (SLIDING, 3, (12 * 3, 12 + 3 - 1, 7 + 3 - 1)),
    ],
)
def test_the_images_an_epoch_and_a_validation_meet_are_counted(
    evidence: Callable[..., Evidence], defects: Defects, batch_size: int, counts: tuple[int, int, int]
) -> None:
    found = evidence(defects=defects, batch_size=batch_size)
    assert (found.samples, found.distinct, found.validation_distinct) == counts
    assert found.validation_images == 23


def test_distinct_images_are_those_of_the_poorest_epoch() -> None:
    log = BatchLog()
    for epoch in ([[0, 1], [2, 3]], [[5, 5], [5, 6]], [[0, 1], [2, 2]]):
        log.add([torch.tensor(batch) for batch in epoch])
    assert (log.samples, log.distinct) == (4, 2)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"l2": 0.0},
        {"l2": 0.5, "label_smoothing": 0.1},
        {"dropout": 0.5, "input_dropout": 0.5},
        {"hidden": ()},
        {"hidden": (2, 2, 2)},
        {"hidden": (200,), "initial_std": 0.01},
        {"dtype": "float32", "normalization": "per-channel"},
    ],
    ids=str,
)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_gradient_that_steps_is_the_true_one(
    evidence: Callable[..., Evidence], changes: dict[str, object], seed: int
) -> None:
    scale = evidence(seed=seed, epochs=1, **changes).gradient_scale
    layers = len(changes.get("hidden", (6, 5))) + 1
    assert set(scale) == {f"{kind}{number}" for kind in "wb" for number in range(1, layers + 1)}
    assert scale == pytest.approx(dict.fromkeys(scale, 1.0), abs=1e-4)


def test_the_gradient_is_the_true_one_also_where_all_inputs_are_0() -> None:
    """There, with biases of 0, every unit would stand on the kink of its ReLU."""
    classifier = Classifier(12, [6, 5], 3, np.random.default_rng(0), dtype=torch.float64)
    x = torch.rand(8, 12, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    x[:4] = 0
    scale = gradient_scale(classifier, x, torch.arange(8) % 3)
    assert len(scale) == 6
    assert scale == pytest.approx(dict.fromkeys(scale, 1.0), abs=1e-4)


@pytest.mark.parametrize("batch_size", [1, 8, 32])
def test_averaged_twice_it_is_divided_by_the_batch_size(
    evidence: Callable[..., Evidence], batch_size: int
) -> None:
    scale = evidence(defects=TWICE, l2=0.0, batch_size=batch_size).gradient_scale
    assert len(scale) == 6
    assert scale == pytest.approx(dict.fromkeys(scale, 1 / batch_size), rel=1e-4)


def test_averaged_twice_the_l2_term_stays_whole(evidence: Callable[..., Evidence]) -> None:
    scale = evidence(defects=TWICE, l2=0.01).gradient_scale
    for name, of_one in scale.items():
        if name.startswith("b"):
            assert of_one == pytest.approx(1 / 8, rel=1e-4)
        else:
            assert 1.1 / 8 < of_one < 0.9


@pytest.mark.parametrize(("part", "kind"), [("dw", "w"), ("db", "b")])
def test_a_gradient_of_the_wrong_length_is_measured(
    part: str, kind: str, evidence: Callable[..., Evidence], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = getattr(FullyConnectedLayer, part)
    monkeypatch.setattr(FullyConnectedLayer, part, lambda self, dout: right(self, 3 * dout))
    for name, of_one in evidence(l2=0.0).gradient_scale.items():
        assert of_one == pytest.approx(3 if name.startswith(kind) else 1, rel=1e-4)


@pytest.mark.parametrize("std", [0.01, 1e200])
def test_a_gradient_too_short_or_too_long_to_be_measured_is_left_out(
    evidence: Callable[..., Evidence], std: float
) -> None:
    """Neither ends the trial, and what is measured is a number."""
    found = evidence(hidden=(10,) * 12, initial_std=std, l2=0.0)
    assert "w1" not in found.gradient_scale
    assert found.gradient_scale == pytest.approx(dict.fromkeys(found.gradient_scale, 1.0), abs=1e-3)


def test_measuring_changes_nothing(splits: Splits) -> None:
    classifier = Classifier(12, [6], 3, np.random.default_rng(0), l2=0.1, dropout=0.5)
    before = digest(classifier.parameters)
    x = torch.from_numpy(splits.train.inputs.reshape(37, 12) / 255).float()
    gradient_scale(classifier, x, torch.from_numpy(splits.train.labels))
    assert digest(classifier.parameters) == before
    assert {p.dtype for p in classifier.parameters.values()} == {torch.float32}


def test_the_test_images_are_read_once_and_not_at_all_if_the_trial_diverged(
    splits: Splits, make_trial: MakeTrial
) -> None:
    for changes in ({}, {"epochs": 12, "early_stopping": 1}, {"average_epochs": 3}):
        assert train(make_trial(**changes), splits, CLASSES).evidence.test_readings == 1
    diverged = train(
        make_trial(hyperparameters={"learning_rate": 1e6}, hidden=(20, 20), epochs=50), splits, CLASSES
    )
    assert diverged.diverged
    assert diverged.evidence.test_readings == 0
    assert diverged.evidence.validation_accuracy is None
    unread = train(make_trial(reads_test=False), splits, CLASSES)
    assert (unread.test, unread.evidence.test_readings) == (None, 0)
    assert unread.best_epoch is not None


@pytest.mark.parametrize("defects", [Defects(), SLIDING], ids=["right", "sliding"])
def test_the_validation_accuracy_counts_every_image_once(
    defects: Defects, splits: Splits, make_trial: MakeTrial, tmp_path: Path
) -> None:
    record = train(make_trial(defects=defects), splits, CLASSES, save_to=tmp_path / "m.safetensors")
    images = torch.from_numpy(splits.validation.inputs.reshape(23, 12) / 255)
    predicted = load_classifier(tmp_path / "m.safetensors").predict(images).numpy()
    right = int((predicted == splits.validation.labels).sum())
    assert record.evidence.validation_accuracy == pytest.approx(right / 23, rel=1e-12)
    seen = record.epochs[record.best_epoch - 1].validation_accuracy
    assert (seen == record.evidence.validation_accuracy) is (defects == Defects())
