"""NAdam: Adam with Nesterov's momentum."""

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
from reportgen.optim.gradients import Gradients, check
from reportgen.optim.twins import groups_of


class NAdam(PerParameter):
    """NAdam: Adam that looks one step ahead along its mean gradient m, as Nesterov's momentum does.

    beta1: what the momentum mu of a step rises to; it is the share of m that is kept as well.
    beta2: the share of the mean squared gradient v that is kept from one step to the next.
    epsilon: keeps the divisor from 0.
    psi: how fast mu rises, mu(t) = beta1 (1 - 0.96^(t psi) / 2).
    weight_decay: how fast the weights (not the biases) shrink, apart from the gradient.

    Source: Dozat, Incorporating Nesterov momentum into Adam (ICLR 2016 workshop), algorithm 2; mu
    rises as in torch.optim.NAdam.
    """

    def __init__(
        self,
        learning_rate: float = 2e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        psi: float = 0.004,
        weight_decay: float = 0.0,
    ) -> None:
        refuse_outside_unit(beta1=beta1, beta2=beta2)
        refuse_not_positive(epsilon=epsilon)
        refuse_negative(psi=psi, weight_decay=weight_decay)
        self.learning_rate = learning_rate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.psi = psi
        self.weight_decay = weight_decay
        self.product = 1.0
        self.m: dict[str, Tensor] = {}
        self.v: dict[str, Tensor] = {}

    def mu(self, t: int) -> float:
        """The momentum of step t: beta1 (1 - 0.96^(t psi) / 2)."""
        share: float = 1 - 0.5 * 0.96 ** (t * self.psi)
        return self.beta1 * share

    def step(self, parameters: dict[str, Tensor], gradients: Gradients) -> None:
        """Multiply the momenta of all steps so far, and update every parameter in place."""
        check(parameters, gradients)
        # product <- product mu(t)
        self.product *= self.mu(self.t + 1)
        super().step(parameters, gradients)

    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        """Update both moments, and with them the parameter, in place."""
        m, v = zeros(self.m, name, w), zeros(self.v, name, w)
        # m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2
        m.mul_(self.beta1).add_(g, alpha=1 - self.beta1)
        v.mul_(self.beta2).addcmul_(g, g, value=1 - self.beta2)
        # g_hat = (1 - mu(t)) g / (1 - product),  m_hat = mu(t + 1) m / (1 - product mu(t + 1))
        now, ahead = self.mu(self.t), self.mu(self.t + 1)
        g_hat = (1 - now) / (1 - self.product) * g
        m_hat = ahead / (1 - self.product * ahead) * m
        v_hat = v / (1 - self.beta2**self.t)
        # w <- (1 - learning_rate weight_decay) w, weights only
        decay(w, self.learning_rate * self.weight_decay)
        # w <- w - learning_rate (g_hat + m_hat) / (sqrt(v_hat) + epsilon)
        w.sub_(self.learning_rate * (g_hat + m_hat) / (v_hat.sqrt() + self.epsilon))


def twin(
    weights: list[Tensor],
    biases: list[Tensor],
    *,
    learning_rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
    psi: float,
    weight_decay: float,
) -> Any:
    """torch.optim.NAdam, whose biases do not decay."""
    return torch.optim.NAdam(
        groups_of(weights, biases, weight_decay),
        lr=learning_rate,
        betas=(beta1, beta2),
        eps=epsilon,
        momentum_decay=psi,
        decoupled_weight_decay=True,
    )


ABOUT = About(
    heading=Words("NAdam：採 Nesterov 動量的 Adam", "NAdam: Adam with Nesterov’s momentum"),
    text=Words(
        "NAdam 把 Nesterov 的向前看用在 Adam 上：步伐由當下的梯度與下一步的動量合成。動量 μ 隨步數 t 由 β1"
        " 的一半逐漸升到 β1；π 為至今各步 μ 的乘積，從 1 開始。",
        "NAdam gives Adam the look ahead of Nesterov’s momentum: its step joins the gradient of now with the"
        " momentum of the next step. The momentum μ rises with the steps t from half of β1 to β1; π, which"
        " starts at 1, is the product of all μ so far.",
    ),
    formulas=(
        Formula(
            r"m \leftarrow \beta_1 m+(1-\beta_1)\,g,\qquad v \leftarrow \beta_2 v+(1-\beta_2)\,g^{2}",
            Words(
                "m 改為 β1 乘 m 加（1 減 β1）乘 g；v 改為 β2 乘 v 加（1 減 β2）乘 g 的平方。",
                "m becomes beta 1 times m plus 1 minus beta 1 times g; v becomes beta 2 times v plus 1 minus"
                " beta 2 times g squared.",
            ),
        ),
        Formula(
            r"\mu_t = \beta_1\left(1-\frac{1}{2}\,0.96^{t\psi}\right),\qquad \pi \leftarrow \pi\,\mu_t",
            Words(
                "第 t 步的 μ 等於 β1 乘（1 減二分之一乘 0.96 的 t ψ 次方）；π 改為 π 乘第 t 步的 μ。",
                "mu of step t equals beta 1 times 1 minus one half of 0.96 to the power of t times psi; pi"
                " becomes pi times mu of step t.",
            ),
        ),
        Formula(
            r"\hat g = \frac{(1-\mu_t)\,g}{1-\pi},\qquad"
            r" \hat m = \frac{\mu_{t+1}\,m}{1-\pi\,\mu_{t+1}},\qquad \hat v = \frac{v}{1-\beta_2^{t}}",
            Words(
                "校正後的 g 等於（1 減第 t 步的 μ）乘 g，除以（1 減 π）；"
                "校正後的 m 等於第 t 加 1 步的 μ 乘 m，除以（1 減 π 乘第 t 加 1 步的 μ）；"
                "校正後的 v 等於 v 除以（1 減 β2 的 t 次方）。",
                "The corrected g equals 1 minus mu of step t, times g, divided by 1 minus pi; the corrected m"
                " equals mu of step t plus 1, times m, divided by 1 minus pi times mu of step t plus 1; the"
                " corrected v equals v divided by 1 minus beta 2 to the power of t.",
            ),
        ),
        Formula(
            r"w \leftarrow w-\eta\,\frac{\hat g+\hat m}{\sqrt{\hat v}+\epsilon}",
            Words(
                "w 改為 w 減 η 乘（校正後的 g 加校正後的 m）除以（校正後之 v 的平方根加 ε）。",
                "w becomes w minus eta times the sum of the corrected g and the corrected m, divided by the"
                " square root of the corrected v plus epsilon.",
            ),
        ),
    ),
    source="Dozat, Incorporating Nesterov momentum into Adam (ICLR 2016 workshop)",
    twin=twin,
    against="torch.optim.NAdam",
    limit=1e-7,  # torch keeps the product of the momenta in float32
    trial={"learning_rate": 0.03, "beta1": 0.85, "beta2": 0.99, "epsilon": 1e-6, "psi": 0.05},
)
