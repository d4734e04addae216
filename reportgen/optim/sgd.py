"""Stochastic gradient descent."""

from __future__ import annotations

from torch import Tensor

from reportgen.optim.gradients import Gradients, accumulate, check


class SGD:
    """Stochastic gradient descent: w <- w - learning_rate g.

    Source: Robbins and Monro, A stochastic approximation method (1951).
    """

    def __init__(self, learning_rate: float = 1e-3) -> None:
        self.learning_rate = learning_rate

    def step(self, parameters: dict[str, Tensor], gradients: Gradients) -> None:
        """Update every parameter in place from the gradient of the same name."""
        check(parameters, gradients)
        for name, parameter in parameters.items():
            # w <- w - learning_rate g
            accumulate(parameter, gradients[name], alpha=-self.learning_rate)
