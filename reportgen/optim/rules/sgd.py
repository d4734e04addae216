"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from reportgen.optim.about import About, Formula, Words
from reportgen.optim.base import refuse_negative
from reportgen.optim.gradients import Gradients, accumulate, check, is_weight


class SGD:
    """Stochastic gradient descent: w <- w - learning_rate g.

    weight_decay: how fast the weights (not the biases) shrink, apart from the gradient.

    Source: Robbins and Monro, A stochastic approximation method (1951); the decay is that of
    Loshchilov and Hutter, Decoupled weight decay regularization (ICLR 2019), algorithm 1.
    """

    def __init__(self, learning_rate: float = 1e-3, weight_decay: float = 0.0) -> None:
        refuse_negative(weight_decay=weight_decay)
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay

    def step(self, parameters: dict[str, Tensor], gradients: Gradients) -> None:
        """Update every parameter in place from the gradient of the same name."""
        check(parameters, gradients)
        for name, parameter in parameters.items():
            kept = 1 - self.learning_rate * self.weight_decay if is_weight(parameter) else 1.0
            # w <- (1 - learning_rate weight_decay) w - learning_rate g
            accumulate(parameter, gradients[name], beta=kept, alpha=-self.learning_rate)


def twin(weights: list[Tensor], biases: list[Tensor], *, learning_rate: float, weight_decay: float) -> Any:
    """torch.optim.SGD, before whose steps the weights shrink by hand: torch has no such decay."""

    class Decaying(torch.optim.SGD):
        def step(self) -> None:  # type: ignore[override]
            rate = self.param_groups[0]["lr"]
            for w in weights:
                w.data *= 1 - rate * weight_decay
            super().step()

    return Decaying([*weights, *biases], lr=learning_rate)


ABOUT = About(
    heading=Words("SGD：隨機梯度下降", "Stochastic gradient descent"),
    text=Words(
        "隨機梯度下降（stochastic gradient descent）是最基本的優化器：每次更新減去學習率乘上梯度。",
        "Stochastic gradient descent is the simplest optimizer: every update subtracts the learning rate times"
        " the gradient.",
    ),
    formulas=(
        Formula(r"w \leftarrow w-\eta\,g", Words("w 改為 w 減 η 乘 g。", "w becomes w minus eta times g.")),
    ),
    source="Robbins and Monro, A stochastic approximation method (1951)",
    twin=twin,
    against="torch.optim.SGD",
    trial={"learning_rate": 0.05},
)
