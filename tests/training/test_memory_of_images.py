"""What a training holds of its images: pages of the cache's file, and a batch of numbers at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from reportgen.data import load, split
from reportgen.nn import Classifier
from reportgen.randomness import stream
from reportgen.training.batches import Images
from reportgen.training.evaluation import EVALUATION_BATCH, evaluate

SIDE, CLASSES = 4, 3


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """More images than are evaluated at once."""
    rng, count = np.random.default_rng(0), 2 * EVALUATION_BATCH + 500
    images = rng.integers(0, 256, (count, SIDE, SIDE), dtype=np.uint8)
    labels = np.arange(count) % CLASSES
    path = tmp_path / "images.npz"
    np.savez(path, x_train=images, y_train=labels, x_test=images[:50], y_test=labels[:50])
    return path


def test_images_are_the_pages_of_the_cache_and_no_copies(file: Path) -> None:
    dataset = load("npz", file)
    parts = split(dataset, train=1000, validation=1500)
    for part in (parts.train, parts.validation):
        images = Images(part, torch.float32)
        assert images.pixels.dtype == torch.uint8
        assert np.shares_memory(images.pixels.numpy(), dataset.train_inputs)


def test_an_evaluation_never_holds_more_than_a_batch_of_numbers(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    validation = split(load("npz", file), train=200, validation=2300).validation
    asked: list[int] = []
    batch = Images.batch

    def noted(self: Images, index: torch.Tensor | slice) -> tuple[torch.Tensor, torch.Tensor]:
        numbers = batch(self, index)
        asked.append(len(numbers[0]))
        return numbers

    monkeypatch.setattr(Images, "batch", noted)
    classifier = Classifier(SIDE * SIDE, [2], CLASSES, stream(0, "weights"))
    evaluate(classifier, Images(validation, torch.float32), torch.ones(2300, dtype=torch.float64))
    assert sum(asked) == 2300
    assert max(asked) <= EVALUATION_BATCH
