"""The engine that reports print: step by step, as the layers and the optimizers are written."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from reportgen.nn import Classifier
from reportgen.optim import Optimizer
from reportgen.training.batches import BatchOrder, Images
from reportgen.training.engines.engine import EpochStats
from reportgen.training.measured.step_sizes import StepSizes, measured_step

TEXTBOOK = "textbook"


class TextbookEngine:
    """Trains by the layers' and the optimizer's own methods; it can do all that they can."""

    name = TEXTBOOK

    def epoch(
        self,
        classifier: Classifier,
        optimizer: Optimizer,
        images: Images,
        order: BatchOrder,
        learning_rates: Sequence[float],
    ) -> EpochStats:
        """Train for one pass over the images; see `Engine.epoch`."""
        return EpochStats(*train_one_epoch(classifier, optimizer, images, order, learning_rates))


def train_one_epoch(
    classifier: Classifier,
    optimizer: Optimizer,
    images: Images,
    order: BatchOrder,
    learning_rates: Sequence[float],
) -> tuple[float, float, StepSizes]:
    """One pass over the training images; returns the mean loss and the accuracy of its batches.

    learning_rates: one for every batch. The last step is measured, which changes nothing in it.

    Nothing is read back or added up before the epoch ends: at every step that takes time, and
    it would stop the queue of an accelerator.
    """
    batches = []
    last = len(learning_rates) - 1
    for number, (index, learning_rate) in enumerate(zip(order.epoch(), learning_rates, strict=True)):
        x, labels = images.batch(index)
        probabilities, loss = classifier.loss.forward(labels, classifier.forward(x, training=True))
        optimizer.learning_rate = learning_rate
        gradients = classifier.backward()
        if number < last:
            optimizer.step(classifier.parameters, gradients)
        else:
            measured = measured_step(optimizer, classifier.parameters, gradients)
        batches.append((loss, probabilities, labels))
    losses, predictions, answers = zip(*batches, strict=True)
    sizes = torch.tensor([len(labels) for labels in answers], dtype=images.dtype).to(losses[0].device)
    mean_loss = torch.stack(losses) @ sizes / sizes.sum()
    correct = torch.cat(predictions).argmax(dim=1) == torch.cat(answers)
    return float(mean_loss), float(correct.double().mean()), measured
