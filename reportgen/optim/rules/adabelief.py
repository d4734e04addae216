"""AdaBelief: steps by the belief in the gradient."""

from __future__ import annotations

from typing import Any

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


class AdaBelief(PerParameter):
    """AdaBelief: Adam that divides by how far the gradient is from its mean m, not by its size.

    beta1: the share of the mean gradient m that is kept from one step to the next.
    beta2: the share of the mean squared deviation s that is kept from one step to the next.
    epsilon: added to s at every step, and to its root; keeps the divisor from 0.
    weight_decay: how fast the weights (not the biases) shrink, apart from the gradient.

    Source: Zhuang et al., AdaBelief optimizer: Adapting stepsizes by the belief in observed gradients
    (NeurIPS 2020), algorithm 2; epsilon's default is that of the authors' program.
    """

    def __init__(
        self,
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-16,
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
        self.s: dict[str, Tensor] = {}

    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        """Update the mean and the deviation from it, and with them the parameter, in place."""
        m, s = zeros(self.m, name, w), zeros(self.s, name, w)
        # m <- beta1 m + (1 - beta1) g
        m.mul_(self.beta1).add_(g, alpha=1 - self.beta1)
        # s <- beta2 s + (1 - beta2) (g - m)^2 + epsilon
        s.mul_(self.beta2).addcmul_(g - m, g - m, value=1 - self.beta2).add_(self.epsilon)
        # both start at 0: mend the bias that this leaves
        m_hat = m / (1 - self.beta1**self.t)
        s_hat = s / (1 - self.beta2**self.t)
        # w <- (1 - learning_rate weight_decay) w, weights only
        decay(w, self.learning_rate * self.weight_decay)
        # w <- w - learning_rate m_hat / (sqrt(s_hat) + epsilon)
        w.sub_(self.learning_rate * m_hat / (s_hat.sqrt() + self.epsilon))


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
    """AdaBelief of the package pytorch_optimizer, whose biases do not decay."""
    import pytorch_optimizer

    groups = groups_of(weights, biases, weight_decay)
    return pytorch_optimizer.AdaBelief(groups, lr=learning_rate, betas=(beta1, beta2), eps=epsilon)


ABOUT = About(
    heading=Words("AdaBelief：依對梯度的信任調整步伐", "AdaBelief: steps by the belief in the gradient"),
    text=Words(
        "AdaBelief 與 Adam 的差別在分母：s 為梯度 g 與其平均 m 之差的平方的平均。梯度與預期相近時步伐大，"
        "出乎預期時步伐小。",
        "AdaBelief differs from Adam in its divisor: s is the mean square of the difference between the"
        " gradient g and its mean m. Where the gradient is as expected the steps are large, where it"
        " surprises they are small.",
    ),
    formulas=(
        Formula(
            r"m \leftarrow \beta_1 m+(1-\beta_1)\,g,\qquad"
            r" s \leftarrow \beta_2 s+(1-\beta_2)\,(g-m)^{2}+\epsilon",
            Words(
                "m 改為 β1 乘 m 加（1 減 β1）乘 g；s 改為 β2 乘 s 加（1 減 β2）乘（g 減 m）的平方，再加 ε。",
                "m becomes beta 1 times m plus 1 minus beta 1 times g; s becomes beta 2 times s plus 1 minus"
                " beta 2 times the square of g minus m, plus epsilon.",
            ),
        ),
        Formula(
            r"\hat m = \frac{m}{1-\beta_1^{t}},\qquad \hat s = \frac{s}{1-\beta_2^{t}},\qquad"
            r" w \leftarrow w-\eta\,\frac{\hat m}{\sqrt{\hat s}+\epsilon}",
            Words(
                "校正後的 m 等於 m 除以（1 減 β1 的 t 次方）；校正後的 s 等於 s 除以（1 減 β2 的 t 次方）；"
                "w 改為 w 減 η 乘校正後的 m 除以（校正後之 s 的平方根加 ε）。",
                "The corrected m equals m divided by 1 minus beta 1 to the power of t; the corrected s"
                " equals s divided by 1 minus beta 2 to the power of t; w becomes w minus eta times the"
                " corrected m divided by the square root of the corrected s plus epsilon.",
            ),
        ),
    ),
    source=(
        "Zhuang et al., AdaBelief optimizer: Adapting stepsizes by the belief in observed gradients"
        " (NeurIPS 2020)"
    ),
    twin=twin,
    against="pytorch_optimizer.AdaBelief",
    trial={"learning_rate": 0.03, "beta1": 0.85, "beta2": 0.99, "epsilon": 1e-6},
)
