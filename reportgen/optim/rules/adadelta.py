"""Adadelta: steps as large as those before them."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from reportgen.optim.about import About, Formula, Words
from reportgen.optim.base import (
    PerParameter,
    decay,
    refuse_negative,
    refuse_not_positive,
    refuse_outside_unit,
    zeros,
)
from reportgen.optim.twins import ShrinkingFirst


class Adadelta(PerParameter):
    """Adadelta: d = sqrt(u + epsilon) / sqrt(v + epsilon) g, then w <- w - learning_rate d.

    u and v are the moving averages of d^2 and of g^2.

    learning_rate: multiplies the step; 1 in the paper, which has none.
    rho: the share of both averages that is kept from one step to the next.
    epsilon: sets the size of the first steps, and keeps the divisor from 0.
    weight_decay: how fast the weights (not the biases) shrink, apart from the gradient.

    Source: Zeiler, Adadelta: An adaptive learning rate method (2012), algorithm 1.
    """

    def __init__(
        self,
        learning_rate: float = 1.0,
        rho: float = 0.9,
        epsilon: float = 1e-6,
        weight_decay: float = 0.0,
    ) -> None:
        refuse_outside_unit(rho=rho)
        refuse_not_positive(epsilon=epsilon)
        refuse_negative(weight_decay=weight_decay)
        self.learning_rate = learning_rate
        self.rho = rho
        self.epsilon = epsilon
        self.weight_decay = weight_decay
        self.u: dict[str, Tensor] = {}
        self.v: dict[str, Tensor] = {}

    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        """Update both averages, and take a step of the usual size, in place."""
        u, v = zeros(self.u, name, w), zeros(self.v, name, w)
        # v <- rho v + (1 - rho) g^2
        v.mul_(self.rho).addcmul_(g, g, value=1 - self.rho)
        # d = sqrt(u + epsilon) / sqrt(v + epsilon) g
        d = (u + self.epsilon).sqrt() / (v + self.epsilon).sqrt() * g
        # u <- rho u + (1 - rho) d^2
        u.mul_(self.rho).addcmul_(d, d, value=1 - self.rho)
        # w <- (1 - learning_rate weight_decay) w, weights only
        decay(w, self.learning_rate * self.weight_decay)
        # w <- w - learning_rate d
        w.sub_(self.learning_rate * d)


def twin(
    weights: list[Tensor],
    biases: list[Tensor],
    *,
    learning_rate: float,
    rho: float,
    epsilon: float,
    weight_decay: float,
) -> Any:
    """torch.optim.Adadelta, before whose steps the weights shrink by hand."""
    adadelta = torch.optim.Adadelta([*weights, *biases], lr=learning_rate, rho=rho, eps=epsilon)
    return ShrinkingFirst(adadelta, weights, weight_decay)


ABOUT = About(
    heading=Words("Adadelta：自適應學習率法", "Adadelta: an adaptive learning rate"),
    text=Words(
        "Adadelta 除了梯度平方的移動平均 v，也追蹤步伐平方的移動平均 u。步伐 d 的大小取自先前的步伐，"
        "因此原論文沒有學習率；這裡的 η 通常為 1。",
        "Adadelta tracks a moving average of the squared gradient, v, and one of the squared step, u. The"
        " size of the step d comes from the steps before, so the paper has no learning rate; η is usually 1"
        " here.",
    ),
    formulas=(
        Formula(
            r"v \leftarrow \rho\,v+(1-\rho)\,g^{2},\qquad d = \frac{\sqrt{u+\epsilon}}{\sqrt{v+\epsilon}}\,g",
            Words(
                "v 改為 ρ 乘 v 加（1 減 ρ）乘 g 的平方；d 等於（u 加 ε）的平方根除以（v 加 ε）的平方根，再乘"
                " g。",
                "v becomes rho times v plus 1 minus rho times g squared; d equals the square root of u plus"
                " epsilon, divided by the square root of v plus epsilon, times g.",
            ),
        ),
        Formula(
            r"u \leftarrow \rho\,u+(1-\rho)\,d^{2},\qquad w \leftarrow w-\eta\,d",
            Words(
                "u 改為 ρ 乘 u 加（1 減 ρ）乘 d 的平方；w 改為 w 減 η 乘 d。",
                "u becomes rho times u plus 1 minus rho times d squared; w becomes w minus eta times d.",
            ),
        ),
    ),
    source="Zeiler, Adadelta: An adaptive learning rate method (2012)",
    twin=twin,
    against="torch.optim.Adadelta",
    trial={"learning_rate": 0.8, "rho": 0.8, "epsilon": 1e-4},
)
