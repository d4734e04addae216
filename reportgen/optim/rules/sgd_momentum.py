"""Stochastic gradient descent with momentum."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from reportgen.optim.about import About, Formula, Words
from reportgen.optim.base import refuse_negative, refuse_outside_unit, zeros
from reportgen.optim.gradients import Gradients, accumulate, check, is_weight


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
        refuse_outside_unit(momentum=momentum)
        refuse_negative(weight_decay=weight_decay)
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.velocity: dict[str, Tensor] = {}

    def step(self, parameters: dict[str, Tensor], gradients: Gradients) -> None:
        """Update every velocity, and with it its parameter, in place."""
        check(parameters, gradients)
        for name, parameter in parameters.items():
            velocity = zeros(self.velocity, name, parameter)
            # v <- momentum v - learning_rate g
            accumulate(velocity, gradients[name], beta=self.momentum, alpha=-self.learning_rate)
            if self.weight_decay and is_weight(parameter):
                # w <- (1 - learning_rate weight_decay) w
                parameter.mul_(1 - self.learning_rate * self.weight_decay)
            # w <- w + v
            parameter.add_(velocity)


def twin(
    weights: list[Tensor],
    biases: list[Tensor],
    *,
    learning_rate: float,
    momentum: float,
    weight_decay: float,
) -> Any:
    """torch.optim.SGD with momentum, whose velocity keeps every gradient without the learning rate.

    So that it does with one that changes as well, each gradient is multiplied by the learning rate of its
    step before, and torch's own learning rate is 1. The weights shrink by hand: torch has no such decay.
    """

    class Decaying(torch.optim.SGD):
        def step(self) -> None:  # type: ignore[override]
            group = self.param_groups[0]
            rate, group["lr"] = group["lr"], 1.0
            for w in weights:
                w.data *= 1 - rate * weight_decay
            for parameter in group["params"]:
                parameter.grad = rate * parameter.grad
            super().step()

    return Decaying([*weights, *biases], lr=learning_rate, momentum=momentum)


ABOUT = About(
    name="SGD_Momentum",
    heading=Words("SGD_Momentum：動量法", "SGD with momentum"),
    text=Words(
        "加上動量之後，速度 v 累積過去的梯度：先乘上動量係數 μ，再減去學習率乘上梯度，最後把速度加到參數上。",
        "With momentum, a velocity v accumulates past gradients: it is multiplied by the momentum μ, the learning"
        " rate times the gradient is subtracted, and the velocity is added to the parameter.",
    ),
    formulas=(
        Formula(
            r"v \leftarrow \mu\,v-\eta\,g,\qquad w \leftarrow w+v",
            Words(
                "v 改為 μ 乘 v 減 η 乘 g；w 改為 w 加 v。",
                "v becomes mu times v minus eta times g; w becomes w plus v.",
            ),
        ),
    ),
    source="Polyak, Some methods of speeding up the convergence of iteration methods (1964)",
    twin=twin,
    against="torch.optim.SGD",
    trial={"learning_rate": 0.02, "momentum": 0.8},
)
