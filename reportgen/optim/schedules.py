"""How the learning rate changes over training."""

from __future__ import annotations

import math
from dataclasses import dataclass

SCHEDULES = ("constant", "step", "cosine")


@dataclass(frozen=True)
class Schedule:
    """The learning rate's factor over the steps of a training, epochs counted in fractions.

    constant: 1. step: multiplied by `factor` whenever an epoch of `at` has been finished.
    cosine: from 1 down to 0 along half a cosine. Over the first `warmup_epochs` the factor
    rises linearly; a cosine begins after them.

    Source: Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts (ICLR
    2017), equation 5, without restarts; warm-up: Goyal et al., Accurate, large minibatch SGD
    (2017), section 2.2.
    """

    name: str = "constant"
    warmup_epochs: float = 0.0
    at: tuple[float, ...] = ()
    factor: float = 0.1

    def factors(self, epoch: int, epochs: int, batches: int) -> list[float]:
        """The factor at every step of an epoch.

        epoch: which one, from 1. epochs: how many there will be. batches: steps an epoch.
        """
        warmup = self.warmup_epochs * batches
        first = (epoch - 1) * batches
        return [
            min((step + 1) / warmup, 1.0)
            if step < warmup
            else self._after_warmup(step, warmup, epochs, batches)
            for step in range(first, first + batches)
        ]

    def _after_warmup(self, step: int, warmup: float, epochs: int, batches: int) -> float:
        match self.name:
            case "cosine":
                share = (step - warmup) / (epochs * batches - warmup)
                return 0.5 * (1 + math.cos(math.pi * share))
            case "step":
                return math.prod(self.factor for epoch in self.at if step >= epoch * batches)
            case _:
                return 1.0
