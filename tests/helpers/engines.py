"""Stand-ins for engines: the textbook with something changed, under whatever name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch

from reportgen.nn import Classifier
from reportgen.optim import Optimizer
from reportgen.training import trainer
from reportgen.training.batches import BatchOrder, Images
from reportgen.training.engines.choice import engine_named
from reportgen.training.engines.engine import EpochStats
from reportgen.training.engines.textbook import TextbookEngine

Change = Callable[[Any, Any, Any], None]
"""Changes a classifier, an optimizer or images before an epoch."""


class StandIn(TextbookEngine):
    """The textbook, with something changed before each epoch."""

    def __init__(self, change: Change) -> None:
        self.change = change

    def epoch(
        self,
        classifier: Classifier,
        optimizer: Optimizer,
        images: Images,
        order: BatchOrder,
        learning_rates: Sequence[float],
    ) -> EpochStats:
        self.change(classifier, optimizer, images)
        return super().epoch(classifier, optimizer, images, order, learning_rates)


def sum_backwards(_: Classifier, __: Optimizer, images: Images) -> None:
    """The images of every batch in the opposite order: the same sums, rounded otherwise."""
    forwards = type(images).batch

    def batch(index: torch.Tensor | slice) -> tuple[torch.Tensor, torch.Tensor]:
        x, labels = forwards(images, index)
        return (x, labels) if isinstance(index, slice) else (x.flip(0), labels.flip(0))

    images.batch = batch  # type: ignore[method-assign]


def forget_l2(classifier: Any, _: Optimizer, __: Images) -> None:
    for layer in classifier.layers:
        layer.l2 = 0.0


def forget_labels(_: Classifier, __: Optimizer, images: Images) -> None:
    images.labels = images.labels * 0


def stand_in(monkeypatch: pytest.MonkeyPatch, name: str, change: Change) -> None:
    """Let the engine of this name be the textbook with something changed, for the rest of a test."""
    monkeypatch.setattr(
        trainer, "engine_named", lambda asked: StandIn(change) if asked == name else engine_named(asked)
    )
