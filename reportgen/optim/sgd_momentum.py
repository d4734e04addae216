"""Stochastic gradient descent with momentum."""

from __future__ import annotations

import torch
from torch import Tensor

from reportgen.optim.gradients import Gradients, accumulate, check


class SGDMomentum:
    """SGD with momentum: v <- momentum v - learning_rate g, then w <- w + v.

    Source: Polyak, Some methods of speeding up the convergence of iteration methods (1964); in
    this form Sutskever et al., On the importance of initialization and momentum in deep
    learning (ICML 2013).
    """

    def __init__(self, learning_rate: float = 1e-3, momentum: float = 0.9) -> None:
        if not 0 <= momentum < 1:
            raise ValueError("momentum must be at least 0 and less than 1")
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.velocity: dict[str, Tensor] = {}

    def step(self, parameters: dict[str, Tensor], gradients: Gradients) -> None:
        """Update every velocity, and with it its parameter, in place."""
        check(parameters, gradients)
        for name, parameter in parameters.items():
            if name not in self.velocity:
                self.velocity[name] = torch.zeros_like(parameter)
            velocity = self.velocity[name]
            # v <- momentum v - learning_rate g
            accumulate(velocity, gradients[name], beta=self.momentum, alpha=-self.learning_rate)
            # w <- w + v
            parameter.add_(velocity)
