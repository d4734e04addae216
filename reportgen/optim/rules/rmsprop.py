"""RMSProp: root mean square propagation."""

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


class RMSProp(PerParameter):
    """RMSProp: v <- rho v + (1 - rho) g^2, then w <- w - learning_rate g / (sqrt(v) + epsilon).

    rho: the share of the mean squared gradient v that is kept from one step to the next.
    epsilon: keeps the divisor from 0.
    weight_decay: how fast the weights (not the biases) shrink, apart from the gradient.

    Source: Tieleman and Hinton, Lecture 6.5, rmsprop: Divide the gradient by a running average of
    its recent magnitude (Neural networks for machine learning, 2012).
    """

    def __init__(
        self,
        learning_rate: float = 1e-2,
        rho: float = 0.99,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        refuse_outside_unit(rho=rho)
        refuse_not_positive(epsilon=epsilon)
        refuse_negative(weight_decay=weight_decay)
        self.learning_rate = learning_rate
        self.rho = rho
        self.epsilon = epsilon
        self.weight_decay = weight_decay
        self.v: dict[str, Tensor] = {}

    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        """Update the mean squared gradient, and step by its root, in place."""
        v = zeros(self.v, name, w)
        # v <- rho v + (1 - rho) g^2
        v.mul_(self.rho).addcmul_(g, g, value=1 - self.rho)
        # w <- (1 - learning_rate weight_decay) w, weights only
        decay(w, self.learning_rate * self.weight_decay)
        # w <- w - learning_rate g / (sqrt(v) + epsilon)
        w.sub_(self.learning_rate * g / (v.sqrt() + self.epsilon))


def twin(
    weights: list[Tensor],
    biases: list[Tensor],
    *,
    learning_rate: float,
    rho: float,
    epsilon: float,
    weight_decay: float,
) -> Any:
    """torch.optim.RMSprop, before whose steps the weights shrink by hand."""
    rmsprop = torch.optim.RMSprop([*weights, *biases], lr=learning_rate, alpha=rho, eps=epsilon)
    return ShrinkingFirst(rmsprop, weights, weight_decay)


ABOUT = About(
    heading=Words("RMSProp：均方根傳播", "RMSProp: root mean square propagation"),
    text=Words(
        "RMSProp 追蹤梯度平方的移動平均 v，以其平方根除梯度；它會淡忘久遠的梯度，步伐因此不像 AdaGrad"
        " 那樣愈來愈小。",
        "RMSProp tracks a moving average v of the squared gradient and divides the gradient by its root. It"
        " forgets what is long past, so its steps do not shrink for ever as AdaGrad’s do.",
    ),
    formulas=(
        Formula(
            r"v \leftarrow \rho\,v+(1-\rho)\,g^{2},\qquad w \leftarrow w-\eta\,\frac{g}{\sqrt{v}+\epsilon}",
            Words(
                "v 改為 ρ 乘 v 加（1 減 ρ）乘 g 的平方；w 改為 w 減 η 乘 g 除以（v 的平方根加 ε）。",
                "v becomes rho times v plus 1 minus rho times g squared; w becomes w minus eta times g"
                " divided by the square root of v plus epsilon.",
            ),
        ),
    ),
    source="Tieleman and Hinton, Lecture 6.5, rmsprop (Neural networks for machine learning, 2012)",
    twin=twin,
    against="torch.optim.RMSprop",
    trial={"learning_rate": 0.03, "rho": 0.9, "epsilon": 1e-6},
)
