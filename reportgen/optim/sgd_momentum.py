"""Stochastic gradient descent with momentum."""

from __future__ import annotations

import torch
from torch import Tensor

from reportgen.optim.gradients import Gradients, accumulate, check, is_weight, refuse_negative


class SGDMomentum:
    """SGD with momentum: v <- momentum v - learning_rate g, then w <- w + v.

    Source: Polyak, Some methods of speeding up the convergence of iteration methods (1964); in
    this form Sutskever et al., On the importance of initialization and momentum in deep
    learning (ICML 2013).

    weight_decay: how fast the weights (not the biases) shrink, apart from the velocity:
    Loshchilov and Hutter, Decoupled weight decay regularization (ICLR 2019), algorithm 1.
    """

    def __init__(
        self,
        learning_rate: float = 1e-3,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
    ) -> None:
        if not 0 <= momentum < 1:
            raise ValueError("momentum must be at least 0 and less than 1")
        refuse_negative("weight_decay", weight_decay)
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.weight_decay = weight_decay
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
            if self.weight_decay and is_weight(parameter):
                # w <- (1 - learning_rate weight_decay) w
                parameter.mul_(1 - self.learning_rate * self.weight_decay)
            # w <- w + v
            parameter.add_(velocity)
