"""Stochastic gradient descent."""

from __future__ import annotations

from torch import Tensor

from reportgen.optim.gradients import Gradients, accumulate, check, is_weight, refuse_negative


class SGD:
    """Stochastic gradient descent: w <- w - learning_rate g.

    weight_decay: how fast the weights (not the biases) shrink, apart from the gradient.

    Source: Robbins and Monro, A stochastic approximation method (1951); the decay is that of
    Loshchilov and Hutter, Decoupled weight decay regularization (ICLR 2019), algorithm 1.
    """

    def __init__(self, learning_rate: float = 1e-3, weight_decay: float = 0.0) -> None:
        refuse_negative("weight_decay", weight_decay)
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay

    def step(self, parameters: dict[str, Tensor], gradients: Gradients) -> None:
        """Update every parameter in place from the gradient of the same name."""
        check(parameters, gradients)
        for name, parameter in parameters.items():
            kept = 1 - self.learning_rate * self.weight_decay if is_weight(parameter) else 1.0
            # w <- (1 - learning_rate weight_decay) w - learning_rate g
            accumulate(parameter, gradients[name], beta=kept, alpha=-self.learning_rate)
