"""AdamW: Adam with decoupled weight decay."""

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
from reportgen.optim.twins import groups_of


class AdamW(PerParameter):
    """AdamW: Adam's step, and weights that shrink apart from the gradient.

    beta1: the share of the mean gradient m that is kept from one step to the next.
    beta2: the share of the mean squared gradient v that is kept from one step to the next.
    epsilon: keeps the divisor from 0.
    weight_decay: how fast the weights (not the biases) shrink.

    Source: Loshchilov and Hutter, Decoupled weight decay regularization (ICLR 2019), algorithm 2.
    """

    def __init__(
        self,
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
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
        self.v: dict[str, Tensor] = {}

    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        """Update both moments, and with them the parameter, in place."""
        m, v = zeros(self.m, name, w), zeros(self.v, name, w)
        # m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2
        m.mul_(self.beta1).add_(g, alpha=1 - self.beta1)
        v.mul_(self.beta2).addcmul_(g, g, value=1 - self.beta2)
        # both start at 0: mend the bias that this leaves
        m_hat = m / (1 - self.beta1**self.t)
        v_hat = v / (1 - self.beta2**self.t)
        # w <- (1 - learning_rate weight_decay) w, weights only
        decay(w, self.learning_rate * self.weight_decay)
        # w <- w - learning_rate m_hat / (sqrt(v_hat) + epsilon)
        w.sub_(self.learning_rate * m_hat / (v_hat.sqrt() + self.epsilon))


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
    """torch.optim.AdamW, whose biases do not decay."""
    groups = groups_of(weights, biases, weight_decay)
    return torch.optim.AdamW(groups, lr=learning_rate, betas=(beta1, beta2), eps=epsilon)


ABOUT = About(
    heading=Words("AdamW：權重衰減獨立的 Adam", "AdamW: Adam with decoupled weight decay"),
    text=Words(
        "AdamW 的步伐與 Adam 相同，但每一步先把權重乘上（1 − ηδ），δ 為權重衰減。衰減不經過梯度，因此不被 v"
        " 的平方根除；偏移量不衰減。",
        "AdamW steps as Adam does, but first multiplies the weights by 1 − ηδ, with the weight decay δ. The"
        " decay is no part of the gradient, so it is not divided by the root of v; biases do not decay.",
    ),
    formulas=(
        Formula(
            r"m \leftarrow \beta_1 m+(1-\beta_1)\,g,\qquad v \leftarrow \beta_2 v+(1-\beta_2)\,g^{2},\qquad"
            r" \hat m = \frac{m}{1-\beta_1^{t}},\qquad \hat v = \frac{v}{1-\beta_2^{t}}",
            Words(
                "m 改為 β1 乘 m 加（1 減 β1）乘 g；v 改為 β2 乘 v 加（1 減 β2）乘 g 的平方；"
                "校正後的 m 等於 m 除以（1 減 β1 的 t 次方）；校正後的 v 等於 v 除以（1 減 β2 的 t 次方）。",
                "m becomes beta 1 times m plus 1 minus beta 1 times g; v becomes beta 2 times v plus 1 minus"
                " beta 2 times g squared; the corrected m equals m divided by 1 minus beta 1 to the power of"
                " t; the corrected v equals v divided by 1 minus beta 2 to the power of t.",
            ),
        ),
        Formula(
            r"w \leftarrow (1-\eta\,\delta)\,w-\eta\,\frac{\hat m}{\sqrt{\hat v}+\epsilon}",
            Words(
                "w 改為（1 減 η 乘 δ）乘 w，減 η 乘校正後的 m 除以（校正後之 v 的平方根加 ε）。",
                "w becomes 1 minus eta times delta, times w, minus eta times the corrected m divided by the"
                " square root of the corrected v plus epsilon.",
            ),
        ),
    ),
    source="Loshchilov and Hutter, Decoupled weight decay regularization (ICLR 2019)",
    twin=twin,
    against="torch.optim.AdamW",
    trial={"learning_rate": 0.03, "beta1": 0.85, "beta2": 0.99, "epsilon": 1e-6},
)
