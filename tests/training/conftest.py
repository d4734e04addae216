"""Tiny images that can be learnt, and trials on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from reportgen.data import Part, Splits
from reportgen.training import Defects, Setup, Trial

CLASSES = 3


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def noisy_patterns(*shape: int) -> Splits:
    """37 + 23 + 19 images: noisy copies of three patterns; no size is a round one."""
    random = np.random.default_rng(7)
    patterns = random.integers(40, 216, (CLASSES, *shape))

    def part(size: int) -> Part:
        labels = random.integers(0, CLASSES, size)
        images = patterns[labels] + random.integers(-60, 60, (size, *shape))
        return Part(images.clip(0, 255).astype(np.uint8), labels.astype(np.int64))

    return Splits(part(37), part(23), part(19))


@pytest.fixture
def splits() -> Splits:
    """Images of 4 x 3 grey pixels."""
    return noisy_patterns(4, 3, 1)


@pytest.fixture
def coloured() -> Splits:
    """Images of 4 x 5 pixels in three colours, one of them darker than the others."""
    bright = noisy_patterns(4, 5, 3)

    def darker(part: Part) -> Part:
        return Part(part.inputs // np.array([1, 4, 1], dtype=np.uint8), part.labels)

    return Splits(darker(bright.train), darker(bright.validation), darker(bright.test))


@pytest.fixture
def make_trial() -> Callable[..., Trial]:
    """A trial in float64 with small settings; whatever is named differs."""

    def make(
        optimizer: str = "SGD", *, seed: int = 0, defects: Defects | None = None, **changes: Any
    ) -> Trial:
        settings: dict[str, Any] = {
            "stage": "comparison",
            "label": optimizer,
            "optimizer": optimizer,
            "hyperparameters": {"learning_rate": 0.05},
            "hidden": (6, 5),
            "batch_size": 8,
            "epochs": 5,
            "l2": 0.01,
            "initial_std": None,
            "dtype": "float64",
            "subset": None,
        }
        return Trial(Setup(**settings | changes), seed, defects or Defects())

    return make
