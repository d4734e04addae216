"""AdaMax: Adam with the infinity norm."""

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


class AdaMax(PerParameter):
    """AdaMax: Adam that divides by u, the largest recent gradient, instead of a root mean square.

    beta1: the share of the mean gradient m that is kept from one step to the next.
    beta2: the share of u that is kept from one step to the next.
    epsilon: added to the size of each gradient, so that u is never 0.
    weight_decay: how fast the weights (not the biases) shrink, apart from the gradient.

    Source: Kingma and Ba, Adam: A method for stochastic optimization (ICLR 2015), algorithm 2;
    epsilon is not the paper's, which divides by 0 where a gradient has always been 0.
    """

    def __init__(
        self,
        learning_rate: float = 2e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        refuse_outside_unit(beta1=beta1, beta2=beta2)
        refuse_not_positive(epsilon=epsilon)
        refuse_negative(weight_decay=weight_decay)
        self.learning_rate = learning_rate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weight_decay = weight_decay
        self.m: dict[str, Tensor] = {}
        self.u: dict[str, Tensor] = {}

    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        """Update the mean and the largest gradient, and with them the parameter, in place."""
        m, u = zeros(self.m, name, w), zeros(self.u, name, w)
        # m <- beta1 m + (1 - beta1) g
        m.mul_(self.beta1).add_(g, alpha=1 - self.beta1)
        # u <- max(beta2 u, |g| + epsilon)
        torch.maximum(self.beta2 * u, g.abs() + self.epsilon, out=u)
        # m starts at 0: mend the bias that this leaves
        m_hat = m / (1 - self.beta1**self.t)
        # w <- (1 - learning_rate weight_decay) w, weights only
        decay(w, self.learning_rate * self.weight_decay)
        # w <- w - learning_rate m_hat / u
        w.sub_(self.learning_rate * m_hat / u)


def twin(
    weights: list[Tensor],
    biases: list[Tensor],
    *,
    learning_rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
    weight_decay: float,
) -> Any:
    """torch.optim.Adamax, before whose steps the weights shrink by hand."""
    adamax = torch.optim.Adamax([*weights, *biases], lr=learning_rate, betas=(beta1, beta2), eps=epsilon)
    return ShrinkingFirst(adamax, weights, weight_decay)


ABOUT = About(
    heading=Words("AdaMax：採無窮範數的 Adam", "AdaMax: Adam with the infinity norm"),
    text=Words(
        "AdaMax 是 Adam 的變體：不以梯度平方的平均、而以近期最大的梯度絕對值 u 除梯度的平均 m。u"
        " 不必修正偏差。",
        "AdaMax is a variant of Adam that divides the mean gradient m not by the root of a mean square, but"
        " by the largest recent size of the gradient, u. This needs no correction of its bias.",
    ),
    formulas=(
        Formula(
            r"m \leftarrow \beta_1 m+(1-\beta_1)\,g,\qquad u \leftarrow \max(\beta_2 u,\,|g|+\epsilon)",
            Words(
                "m 改為 β1 乘 m 加（1 減 β1）乘 g；u 改為 β2 乘 u 與（g 的絕對值加 ε）的較大者。",
                "m becomes beta 1 times m plus 1 minus beta 1 times g; u becomes the larger of beta 2 times"
                " u and the absolute value of g plus epsilon.",
            ),
        ),
        Formula(
            r"\hat m = \frac{m}{1-\beta_1^{t}},\qquad w \leftarrow w-\eta\,\frac{\hat m}{u}",
            Words(
                "校正後的 m 等於 m 除以（1 減 β1 的 t 次方）；w 改為 w 減 η 乘校正後的 m 除以 u。",
                "The corrected m equals m divided by 1 minus beta 1 to the power of t; w becomes w minus eta"
                " times the corrected m divided by u.",
            ),
        ),
    ),
    source="Kingma and Ba, Adam: A method for stochastic optimization (ICLR 2015)",
    twin=twin,
    against="torch.optim.Adamax",
    trial={"learning_rate": 0.03, "beta1": 0.85, "beta2": 0.99, "epsilon": 1e-6},
)
