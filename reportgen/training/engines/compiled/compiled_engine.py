"""The compiled engine: trains an epoch as the textbook does, but for the order of sums."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from reportgen.nn import Classifier
from reportgen.optim import Optimizer
from reportgen.training.batches import BatchOrder, Images
from reportgen.training.engines.compiled.noted_rules import NoStateError
from reportgen.training.engines.compiled.shadow import Shadow
from reportgen.training.engines.compiled.step_runs import Steps
from reportgen.training.engines.engine import EpochStats
from reportgen.training.measured.step_sizes import StepSizes, measured_step


class CompiledEngine:
    """Trains by kernels made from the optimizer's own rule.

    The textbook does the first step of a training, which makes the optimizer's state, and the last step of
    every epoch, which is measured and whose batch may be smaller.
    """

    name = "compiled"

    def epoch(
        self,
        classifier: Classifier,
        optimizer: Optimizer,
        images: Images,
        order: BatchOrder,
        learning_rates: Sequence[float],
    ) -> EpochStats:
        """Train for one pass over the images; see `Engine.epoch`.

        Raises:
            NotElementwiseError: The optimizer's rule cannot be compiled.
        """
        batches = list(order.epoch())
        losses, right = np.zeros(len(batches)), np.zeros(len(batches), np.int64)
        done, last = 0, len(batches) - 1
        shadow = shadow_of(optimizer, classifier.parameters) if last else None
        if last and shadow is None:
            losses[0], right[0], _ = train_by_hand(
                classifier, optimizer, images, batches[0], learning_rates[0]
            )
            # what makes new tensors in its second step too has no rule that can be noted
            done, shadow = 1, Shadow(optimizer, classifier.parameters)
        if shadow is not None and done < last:
            steps = Steps(classifier, shadow, images, len(batches[done]))
            steps.train(batches[done:last], learning_rates[done:last], losses[done:last], right[done:last])
        losses[last], right[last], sizes = train_by_hand(
            classifier, optimizer, images, batches[last], learning_rates[last]
        )
        counts = np.array([len(batch) for batch in batches])
        return EpochStats(float(losses @ counts / counts.sum()), float(right.sum() / counts.sum()), sizes)


def train_by_hand(
    classifier: Classifier, optimizer: Optimizer, images: Images, index: Tensor, learning_rate: float
) -> tuple[float, int, StepSizes]:
    """Train one step by the textbook; return the mean loss, how many were right, and the step's sizes.

    Args:
        classifier: Its parameters change.
        optimizer: Its state changes.
        images: To train on.
        index: The batch's places (N,).
        learning_rate: Of this step.
    """
    x, labels = images.batch(index)
    probabilities, loss = classifier.loss.forward(labels, classifier.forward(x, training=True))
    optimizer.learning_rate = learning_rate
    sizes = measured_step(optimizer, classifier.parameters, classifier.backward())
    return float(loss), int((probabilities.argmax(dim=1) == labels).sum()), sizes


def shadow_of(optimizer: Optimizer, parameters: dict[str, Tensor]) -> Shadow | None:
    """Return what goes through an optimizer's steps ahead; None where a first step has yet to make its state.

    Args:
        optimizer: Any.
        parameters: By name.

    Raises:
        NotElementwiseError: Its rule is not the same for every number.
    """
    try:
        return Shadow(optimizer, parameters)
    except NoStateError:
        return None
