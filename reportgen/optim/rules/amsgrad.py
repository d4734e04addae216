"""AMSGrad: Adam whose second moment never falls."""

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


class AMSGrad(PerParameter):
    """AMSGrad: Adam that divides by the root of x, the largest that the mean square v has been.

    beta1: the share of the mean gradient m that is kept from one step to the next.
    beta2: the share of the mean squared gradient v that is kept from one step to the next.
    epsilon: keeps the divisor from 0.
    weight_decay: how fast the weights (not the biases) shrink, apart from the gradient.

    Source: Reddi, Kale and Kumar, On the convergence of Adam and beyond (ICLR 2018), algorithm 2,
    with Adam's correction of the bias, which the paper leaves out.
    """

    def __init__(
        self,
        learning_rate: float = 1e-3,
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
        self.v: dict[str, Tensor] = {}
        self.x: dict[str, Tensor] = {}

    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        """Update both moments and the largest second one, and with them the parameter, in place."""
        m, v, x = (zeros(store, name, w) for store in (self.m, self.v, self.x))
        # m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2
        m.mul_(self.beta1).add_(g, alpha=1 - self.beta1)
        v.mul_(self.beta2).addcmul_(g, g, value=1 - self.beta2)
        # x <- max(x, v)
        torch.maximum(x, v, out=x)
        # the averages start at 0: mend the bias that this leaves
        m_hat = m / (1 - self.beta1**self.t)
        x_hat = x / (1 - self.beta2**self.t)
        # w <- (1 - learning_rate weight_decay) w, weights only
        decay(w, self.learning_rate * self.weight_decay)
        # w <- w - learning_rate m_hat / (sqrt(x_hat) + epsilon)
        w.sub_(self.learning_rate * m_hat / (x_hat.sqrt() + self.epsilon))


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
    """torch.optim.AdamW with amsgrad, whose biases do not decay."""
    groups = groups_of(weights, biases, weight_decay)
    return torch.optim.AdamW(groups, lr=learning_rate, betas=(beta1, beta2), eps=epsilon, amsgrad=True)


ABOUT = About(
    heading=Words("AMSGrad：二階動差只增不減的 Adam", "AMSGrad: Adam with a second moment that never falls"),
    text=Words(
        "AMSGrad 與 Adam 的差別只在分母：採用梯度平方平均 v 至今的最大值 x，因此少見的大梯度不會很快被遺忘。",
        "AMSGrad differs from Adam in its divisor alone: it takes the largest value x that the mean square v"
        " has had so far, so that a rare large gradient is not soon forgotten.",
    ),
    formulas=(
        Formula(
            r"m \leftarrow \beta_1 m+(1-\beta_1)\,g,\qquad v \leftarrow \beta_2 v+(1-\beta_2)\,g^{2},\qquad"
            r" x \leftarrow \max(x,\,v)",
            Words(
                "m 改為 β1 乘 m 加（1 減 β1）乘 g；v 改為 β2 乘 v 加（1 減 β2）乘 g 的平方；x 改為 x 與 v"
                " 的較大者。",
                "m becomes beta 1 times m plus 1 minus beta 1 times g; v becomes beta 2 times v plus 1 minus"
                " beta 2 times g squared; x becomes the larger of x and v.",
            ),
        ),
        Formula(
            r"\hat m = \frac{m}{1-\beta_1^{t}},\qquad \hat x = \frac{x}{1-\beta_2^{t}},\qquad"
            r" w \leftarrow w-\eta\,\frac{\hat m}{\sqrt{\hat x}+\epsilon}",
            Words(
                "校正後的 m 等於 m 除以（1 減 β1 的 t 次方）；校正後的 x 等於 x 除以（1 減 β2 的 t 次方）；"
                "w 改為 w 減 η 乘校正後的 m 除以（校正後之 x 的平方根加 ε）。",
                "The corrected m equals m divided by 1 minus beta 1 to the power of t; the corrected x"
                " equals x divided by 1 minus beta 2 to the power of t; w becomes w minus eta times the"
                " corrected m divided by the square root of the corrected x plus epsilon.",
            ),
        ),
    ),
    source="Reddi, Kale and Kumar, On the convergence of Adam and beyond (ICLR 2018)",
    twin=twin,
    against="torch.optim.AdamW(amsgrad=True)",
    trial={"learning_rate": 0.03, "beta1": 0.85, "beta2": 0.9, "epsilon": 1e-6},
)
