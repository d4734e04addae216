"""What a trial shows of its own fairness, measured while it runs."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from reportgen.nn import Classifier, WeightGradient

IMAGES = 256  # of the first batch, at most, to measure the gradient on
BIAS = 0.1  # at 0, units without input would stand on the kink of the ReLU, where there is no slope
STEP = 1e-7  # of the central difference along the gradient: so short that hardly a ReLU changes sides on it
MEASURABLE = 1e-5  # times the objective: of a shorter gradient the difference is lost in rounding


@dataclass(frozen=True)
class Evidence:
    """What an audit can hold one trial against another by.

    initial_weights, batch_order: digests (SHA-256) of the parameters before the first step, and of the
    places of all images in all batches. samples: training images an epoch, counted as often as they are
    seen. distinct: how many different ones, in the epoch that saw the fewest. validation_images,
    validation_distinct: how many there are, and how many a validation meets. gradient_scale: by parameter,
    the gradient that the optimizer gets, divided by the true one. test_readings: how often the test
    images were read. chosen_by: what the best epoch was chosen by. validation_accuracy: at the best epoch,
    every validation image counted once, whatever the validation met; None where the trial diverged.
    """

    initial_weights: str
    batch_order: str
    samples: int
    distinct: int
    validation_images: int
    validation_distinct: int
    gradient_scale: dict[str, float]
    test_readings: float
    chosen_by: str
    validation_accuracy: float | None = None


def digest(parameters: dict[str, Tensor]) -> str:
    """The SHA-256 of all parameters, in order."""
    found = hashlib.sha256()
    for parameter in parameters.values():
        found.update(parameter.cpu().numpy().tobytes())
    return found.hexdigest()


class BatchLog:
    """Keeps account of which images were in which batch.

    digest: the SHA-256 of the digest before and of the places of an epoch's images, epoch after epoch.
    samples, distinct: as in `Evidence`.
    """

    def __init__(self) -> None:
        self.digest = ""
        self.samples = 0
        self.distinct = 0

    def add(self, epoch: Sequence[Tensor]) -> None:
        """Take in the places of the images of every batch of an epoch."""
        seen = torch.cat(list(epoch))
        # each epoch's digest is made of the one before, so that it can be kept and gone on from
        self.digest = hashlib.sha256(self.digest.encode() + seen.numpy().tobytes()).hexdigest()
        distinct = int(torch.bincount(seen).count_nonzero())
        self.distinct = distinct if self.samples == 0 else min(self.distinct, distinct)
        self.samples = len(seen)


def gradient_scale(classifier: Classifier, x: Tensor, labels: Tensor) -> dict[str, float]:
    """Return by parameter the gradient that the optimizer gets, divided by the true one.

    Measured in float64, without dropout and with biases away from 0, by a central difference of the
    objective along the gradient itself: 1 where it is the gradient of the mean cross-entropy plus the L2
    term, 1 / N where it was divided by N once too often. A parameter whose gradient is too short to be
    measured is left out.

    Args:
        classifier: As it trains.
        x: Inputs (N, D).
        labels: Theirs (N,).
    """
    twin = classifier.copy(torch.float64)
    x = x.double()
    for parameter in twin.parameters.values():
        if parameter.dim() == 1:
            parameter.add_(BIAS)

    def objective() -> float:
        _, loss = twin.loss.forward(labels, twin.forward(x))
        return float(loss + twin.l2_term())

    shortest = MEASURABLE * objective()
    gradients = {
        name: gradient.written_out() if isinstance(gradient, WeightGradient) else gradient
        for name, gradient in twin.backward().items()
    }
    scales = {}
    for name, gradient in gradients.items():
        length = float(gradient.norm())
        if not length > shortest:  # so that one that is not a number is left out too
            continue
        parameter, step = twin.parameters[name], gradient * (STEP / length)
        parameter.add_(step)
        above = objective()
        parameter.sub_(step, alpha=2)
        below = objective()
        parameter.add_(step)
        slope = (above - below) / (2 * STEP)
        scales[name] = length / slope if slope else math.inf
    return scales
