"""What an engine is: something that trains a network for one epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from reportgen.nn import Classifier
from reportgen.optim import Optimizer
from reportgen.training.batches import BatchOrder, Images
from reportgen.training.measured.step_sizes import StepSizes


@dataclass(frozen=True)
class EpochStats:
    """What an epoch of training showed.

    loss: the mean cross-entropy of its batches, each with the weights that it met. accuracy: of the same
    predictions. sizes: how large its last step was.
    """

    loss: float
    accuracy: float
    sizes: StepSizes


class Engine(Protocol):
    """One way to train an epoch. All ways leave the same numbers, but for the rounding of sums."""

    name: str

    def epoch(
        self,
        classifier: Classifier,
        optimizer: Optimizer,
        images: Images,
        order: BatchOrder,
        learning_rates: Sequence[float],
    ) -> EpochStats:
        """Train for one pass over the images.

        Args:
            classifier: Its parameters change in place.
            optimizer: Its state changes too, and is found in its attributes whenever an epoch is over.
            images: To train on.
            order: Which of them form which batch.
            learning_rates: One for every batch.
        """
        ...
