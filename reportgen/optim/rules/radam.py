"""RAdam: rectified Adam."""

from __future__ import annotations

import math
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


class RAdam(PerParameter):
    """RAdam: Adam whose first steps, while v says little yet, are along m alone, and then smaller.

    beta1: the share of the mean gradient m that is kept from one step to the next.
    beta2: the share of the mean squared gradient v that is kept from one step to the next.
    epsilon: keeps the divisor from 0.
    weight_decay: how fast the weights (not the biases) shrink, apart from the gradient.

    Source: Liu et al., On the variance of the adaptive learning rate and beyond (ICLR 2020),
    algorithm 2; the paper's bound for rho is 4, and 5 is that of its authors' program.
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

    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        """Update both moments, and with them the parameter, in place."""
        m, v = zeros(self.m, name, w), zeros(self.v, name, w)
        # m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2
        m.mul_(self.beta1).add_(g, alpha=1 - self.beta1)
        v.mul_(self.beta2).addcmul_(g, g, value=1 - self.beta2)
        # both start at 0: mend the bias that this leaves
        unbiased = 1 - self.beta2**self.t
        m_hat = m / (1 - self.beta1**self.t)
        # rho = rho_max - 2 t beta2^t / (1 - beta2^t): how many gradients v is the mean of
        rho_max = 2 / (1 - self.beta2) - 1
        rho = rho_max - 2 * self.t * self.beta2**self.t / unbiased
        # w <- (1 - learning_rate weight_decay) w, weights only
        decay(w, self.learning_rate * self.weight_decay)
        if rho > 5:
            # r^2 = (rho - 4) (rho - 2) rho_max / ((rho_max - 4) (rho_max - 2) rho)
            r = math.sqrt((rho - 4) * (rho - 2) * rho_max / ((rho_max - 4) * (rho_max - 2) * rho))
            # w <- w - learning_rate r m_hat sqrt(1 - beta2^t) / (sqrt(v) + epsilon)
            w.sub_(self.learning_rate * r * m_hat * math.sqrt(unbiased) / (v.sqrt() + self.epsilon))
        else:
            # w <- w - learning_rate m_hat
            w.sub_(self.learning_rate * m_hat)


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
    """torch.optim.RAdam, whose biases do not decay."""
    return torch.optim.RAdam(
        groups_of(weights, biases, weight_decay),
        lr=learning_rate,
        betas=(beta1, beta2),
        eps=epsilon,
        decoupled_weight_decay=True,
    )


ABOUT = About(
    heading=Words("RAdam：修正變異數的 Adam", "RAdam: rectified Adam"),
    text=Words(
        "訓練之初，梯度平方的平均 v 只來自少數梯度，並不可靠。RAdam 以 ρ 估計 v 相當於幾個梯度的平均："
        "ρ 不大於 5 時只沿 m 前進，之後以小於 1 的係數 r 縮短步伐，r 逐漸趨近 1。",
        "At first the mean square v comes from few gradients and is unreliable. RAdam estimates in ρ how"
        " many gradients v is worth: up to 5 it steps along m alone, then it shortens its steps by a factor"
        " r below 1, which approaches 1.",
    ),
    formulas=(
        Formula(
            r"m \leftarrow \beta_1 m+(1-\beta_1)\,g,\qquad v \leftarrow \beta_2 v+(1-\beta_2)\,g^{2},\qquad"
            r" \hat m = \frac{m}{1-\beta_1^{t}}",
            Words(
                "m 改為 β1 乘 m 加（1 減 β1）乘 g；v 改為 β2 乘 v 加（1 減 β2）乘 g 的平方；"
                "校正後的 m 等於 m 除以（1 減 β1 的 t 次方）。",
                "m becomes beta 1 times m plus 1 minus beta 1 times g; v becomes beta 2 times v plus 1 minus"
                " beta 2 times g squared; the corrected m equals m divided by 1 minus beta 1 to the power of"
                " t.",
            ),
        ),
        Formula(
            r"\rho_{\infty} = \frac{2}{1-\beta_2}-1,\qquad"
            r" \rho = \rho_{\infty}-\frac{2\,t\,\beta_2^{t}}{1-\beta_2^{t}},\qquad"
            r" r = \sqrt{\frac{(\rho-4)(\rho-2)\,\rho_{\infty}}{(\rho_{\infty}-4)(\rho_{\infty}-2)\,\rho}}",
            Words(
                "ρ 的極限等於 2 除以（1 減 β2），再減 1；ρ 等於其極限減去 2 乘 t 乘 β2 的 t 次方除以（1 減"
                " β2 的 t 次方）；r 等於一個分數的平方根：分子為（ρ 減 4）乘（ρ 減 2）乘 ρ 的極限，分母為（ρ"
                " 的極限減 4）乘（ρ 的極限減 2）乘 ρ。",
                "The limit of rho equals 2 divided by 1 minus beta 2, minus 1; rho equals its limit minus 2"
                " times t times beta 2 to the power of t, divided by 1 minus beta 2 to the power of t; r"
                " equals the square root of a fraction: rho minus 4, times rho minus 2, times the limit of"
                " rho, over the limit of rho minus 4, times the limit of rho minus 2, times rho.",
            ),
        ),
        Formula(
            r"w \leftarrow w-\eta\,r\,\hat m\,\frac{\sqrt{1-\beta_2^{t}}}{\sqrt{v}+\epsilon}\quad(\rho>5),"
            r"\qquad w \leftarrow w-\eta\,\hat m\quad(\rho\leq 5)",
            Words(
                "ρ 大於 5 時，w 改為 w 減 η 乘 r 乘校正後的 m，再乘（1 減 β2 的 t 次方）的平方根，"
                "除以（v 的平方根加 ε）；否則 w 改為 w 減 η 乘校正後的 m。",
                "Where rho is greater than 5, w becomes w minus eta times r times the corrected m, times the"
                " square root of 1 minus beta 2 to the power of t, divided by the square root of v plus"
                " epsilon; else w becomes w minus eta times the corrected m.",
            ),
        ),
    ),
    source="Liu et al., On the variance of the adaptive learning rate and beyond (ICLR 2020)",
    twin=twin,
    against="torch.optim.RAdam",
    trial={"learning_rate": 0.03, "beta1": 0.85, "beta2": 0.99, "epsilon": 1e-6},
)
