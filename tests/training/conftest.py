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


@pytest.fixture
def splits() -> Splits:
    """37 + 23 + 19 images of 4 x 3 pixels: noisy copies of three patterns; no size is a round one."""
    random = np.random.default_rng(7)
    patterns = random.integers(40, 216, (CLASSES, 4, 3, 1))

    def part(size: int) -> Part:
        labels = random.integers(0, CLASSES, size)
        images = patterns[labels] + random.integers(-60, 60, (size, 4, 3, 1))
        return Part(images.clip(0, 255).astype(np.uint8), labels.astype(np.int64))

    return Splits(part(37), part(23), part(19))


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
