"""Nesterov's accelerated gradient."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from reportgen.optim.about import About, Formula, Words
from reportgen.optim.base import PerParameter, decay, refuse_negative, refuse_outside_unit, zeros
from reportgen.optim.twins import ShrinkingFirst


class Nesterov(PerParameter):
    """Nesterov's momentum: v <- momentum v + g, then w <- w - learning_rate (g + momentum v).

    momentum: the share of the velocity v that is kept from one step to the next.
    weight_decay: how fast the weights (not the biases) shrink, apart from the velocity.

    Source: Nesterov, A method for solving the convex programming problem with convergence rate
    O(1/k^2) (1983); for neural networks Sutskever et al., On the importance of initialization and
    momentum in deep learning (ICML 2013), here with the parameters at the point looked ahead to.
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
        self.v: dict[str, Tensor] = {}

    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        """Update the velocity, and with it the parameter, in place."""
        v = zeros(self.v, name, w)
        # v <- momentum v + g
        v.mul_(self.momentum).add_(g)
        # w <- (1 - learning_rate weight_decay) w, weights only
        decay(w, self.learning_rate * self.weight_decay)
        # w <- w - learning_rate (g + momentum v)
        w.sub_(self.learning_rate * (g + self.momentum * v))


def twin(
    weights: list[Tensor],
    biases: list[Tensor],
    *,
    learning_rate: float,
    momentum: float,
    weight_decay: float,
) -> Any:
    """torch.optim.SGD with Nesterov's momentum, before whose steps the weights shrink by hand."""
    sgd = torch.optim.SGD([*weights, *biases], lr=learning_rate, momentum=momentum, nesterov=momentum > 0)
    return ShrinkingFirst(sgd, weights, weight_decay)


ABOUT = About(
    heading=Words("Nesterov：加速梯度法", "Nesterov’s accelerated gradient"),
    text=Words(
        "Nesterov 動量也累積速度 v，但步伐看得更遠：除了當下的梯度，再加上更新後之速度的 μ 倍，"
        "相當於先沿著速度前進，才計算梯度。",
        "Nesterov’s momentum accumulates a velocity v too, but its step looks further: to the gradient it"
        " adds μ times the velocity just updated, as if the gradient were taken after moving along the"
        " velocity.",
    ),
    formulas=(
        Formula(
            r"v \leftarrow \mu\,v+g,\qquad w \leftarrow w-\eta\,(g+\mu\,v)",
            Words(
                "v 改為 μ 乘 v 加 g；w 改為 w 減 η 乘（g 加 μ 乘 v）。",
                "v becomes mu times v plus g; w becomes w minus eta times the sum of g and mu times v.",
            ),
        ),
    ),
    source="Sutskever et al., On the importance of initialization and momentum in deep learning (ICML 2013)",
    twin=twin,
    against="torch.optim.SGD(nesterov=True)",
    trial={"learning_rate": 0.02, "momentum": 0.8},
)
