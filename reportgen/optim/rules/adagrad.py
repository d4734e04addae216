"""AdaGrad: adaptive gradients."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from reportgen.optim.about import About, Formula, Words
from reportgen.optim.base import PerParameter, decay, refuse_negative, refuse_not_positive, zeros
from reportgen.optim.twins import ShrinkingFirst


class AdaGrad(PerParameter):
    """AdaGrad: a <- a + g^2, then w <- w - learning_rate g / (sqrt(a) + epsilon).

    epsilon: keeps the divisor from 0 where there has been no gradient yet.
    weight_decay: how fast the weights (not the biases) shrink, apart from the gradient.

    Source: Duchi, Hazan and Singer, Adaptive subgradient methods for online learning and stochastic
    optimization (JMLR 12, 2011), with a diagonal matrix.
    """

    def __init__(
        self,
        learning_rate: float = 1e-2,
        epsilon: float = 1e-10,
        weight_decay: float = 0.0,
    ) -> None:
        refuse_not_positive(epsilon=epsilon)
        refuse_negative(weight_decay=weight_decay)
        self.learning_rate = learning_rate
        self.epsilon = epsilon
        self.weight_decay = weight_decay
        self.a: dict[str, Tensor] = {}

    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        """Add to the sum of squared gradients, and step by its root, in place."""
        a = zeros(self.a, name, w)
        # a <- a + g^2
        a.addcmul_(g, g)
        # w <- (1 - learning_rate weight_decay) w, weights only
        decay(w, self.learning_rate * self.weight_decay)
        # w <- w - learning_rate g / (sqrt(a) + epsilon)
        w.sub_(self.learning_rate * g / (a.sqrt() + self.epsilon))


def twin(
    weights: list[Tensor],
    biases: list[Tensor],
    *,
    learning_rate: float,
    epsilon: float,
    weight_decay: float,
) -> Any:
    """torch.optim.Adagrad, before whose steps the weights shrink by hand."""
    adagrad = torch.optim.Adagrad([*weights, *biases], lr=learning_rate, eps=epsilon)
    return ShrinkingFirst(adagrad, weights, weight_decay)


ABOUT = About(
    heading=Words("AdaGrad：自適應梯度法", "AdaGrad: adaptive gradients"),
    text=Words(
        "AdaGrad 為每個參數累加梯度的平方 a，再以其平方根除梯度：少有梯度的參數步伐較大，"
        "常有梯度的參數步伐愈來愈小。",
        "AdaGrad adds up the squared gradients of every parameter in a and divides the gradient by its root:"
        " parameters with rare gradients take large steps, those with frequent ones ever smaller steps.",
    ),
    formulas=(
        Formula(
            r"a \leftarrow a+g^{2},\qquad w \leftarrow w-\eta\,\frac{g}{\sqrt{a}+\epsilon}",
            Words(
                "a 改為 a 加 g 的平方；w 改為 w 減 η 乘 g 除以（a 的平方根加 ε）。",
                "a becomes a plus g squared; w becomes w minus eta times g divided by the square root of a"
                " plus epsilon.",
            ),
        ),
    ),
    source=(
        "Duchi, Hazan and Singer, Adaptive subgradient methods for online learning and stochastic"
        " optimization (JMLR 2011)"
    ),
    twin=twin,
    against="torch.optim.Adagrad",
    trial={"learning_rate": 0.1, "epsilon": 1e-6},
)
