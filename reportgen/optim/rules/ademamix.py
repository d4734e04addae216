"""AdEMAMix: Adam with a second, slow mean of the gradients."""

from __future__ import annotations

import math
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


class AdEMAMix(PerParameter):
    """AdEMAMix: Adam's step along a mix of two mean gradients, a fast one m and a slow one q.

    beta1, beta3: how much m and q keep of their past. beta2: the same of the mean square v. alpha: how
    much q counts beside m. warmup: over how many steps alpha grows from 0, and q slows down from
    beta1 to beta3; 0 for none. epsilon: keeps the division finite. weight_decay: how fast the weights
    (not the biases) shrink, apart from the gradient.

    Source: Pagliardini et al., The AdEMAMix optimizer: Better, faster, older (ICLR 2025),
    algorithm 1.
    """

    def __init__(
        self,
        learning_rate: float = 1e-3,
        *,
        beta1: float = 0.9,
        beta2: float = 0.999,
        beta3: float = 0.9999,
        alpha: float = 5.0,
        warmup: int = 0,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        refuse_outside_unit(beta1=beta1, beta2=beta2, beta3=beta3)
        refuse_negative(alpha=alpha, warmup=warmup, weight_decay=weight_decay)
        refuse_not_positive(epsilon=epsilon)
        if warmup:
            refuse_not_positive(beta1=beta1, beta3=beta3)
        self.learning_rate = learning_rate
        self.beta1 = beta1
        self.beta2 = beta2
        self.beta3 = beta3
        self.alpha = alpha
        self.warmup = warmup
        self.epsilon = epsilon
        self.weight_decay = weight_decay
        self.m: dict[str, Tensor] = {}
        self.q: dict[str, Tensor] = {}
        self.v: dict[str, Tensor] = {}

    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        """Update all three means, and with them the parameter w, in place."""
        m, q, v = zeros(self.m, name, w), zeros(self.q, name, w), zeros(self.v, name, w)
        alpha, beta3 = self._warmed_up()
        # m <- beta1 m + (1 - beta1) g,  q <- beta3 q + (1 - beta3) g,  v <- beta2 v + (1 - beta2) g^2
        m.mul_(self.beta1).add_(g, alpha=1 - self.beta1)
        q.mul_(beta3).add_(g, alpha=1 - beta3)
        v.mul_(self.beta2).addcmul_(g, g, value=1 - self.beta2)
        # m and v start at 0: mend the bias that this leaves; that of q stays
        m_hat = m / (1 - self.beta1**self.t)
        v_hat = v / (1 - self.beta2**self.t)
        # w <- (1 - learning_rate weight_decay) w, weights only
        decay(w, self.learning_rate * self.weight_decay)
        # w <- w - learning_rate (m_hat + alpha q) / (sqrt(v_hat) + epsilon)
        mix = m_hat.add_(q, alpha=alpha)
        w.addcdiv_(mix, v_hat.sqrt_().add_(self.epsilon), value=-self.learning_rate)

    def _warmed_up(self) -> tuple[float, float]:
        """alpha and beta3 at this step: alpha grows evenly, and so does the half-life of q."""
        if self.t >= self.warmup:
            return self.alpha, self.beta3
        done = self.t / self.warmup
        slow, fast = math.log(self.beta3), math.log(self.beta1)
        return done * self.alpha, math.exp(slow * fast / ((1 - done) * slow + done * fast))


def twin(
    weights: list[Tensor],
    biases: list[Tensor],
    *,
    learning_rate: float,
    beta1: float,
    beta2: float,
    beta3: float,
    alpha: float,
    warmup: int,
    epsilon: float,
    weight_decay: float,
) -> Any:
    """pytorch_optimizer's AdEMAMix, whose biases do not decay."""
    import pytorch_optimizer

    groups = groups_of(weights, biases, weight_decay)
    return pytorch_optimizer.AdEMAMix(
        groups,
        lr=learning_rate,
        betas=(beta1, beta2, beta3),
        alpha=alpha,
        t_alpha_beta3=warmup or None,
        eps=epsilon,
        weight_decouple=True,
    )


ABOUT = About(
    heading=Words("AdEMAMix：快慢兩個梯度平均", "AdEMAMix: a fast and a slow mean gradient"),
    text=Words(
        "AdEMAMix 在 Adam 的梯度平均 m 之外，另外保存一個記得更久的平均 q，兩者相加之後除以 v 的平方根作為步"
        "伐，因此很久以前的梯度仍有作用。",
        "Beside Adam's mean gradient m, AdEMAMix keeps a mean q with a far longer memory; the step is the"
        " two together, divided by the root of v, so that gradients of long ago still count.",
    ),
    formulas=(
        Formula(
            r"m \leftarrow \beta_1 m+(1-\beta_1)\,g,\qquad q \leftarrow \beta_3 q+(1-\beta_3)\,g,\qquad"
            r" v \leftarrow \beta_2 v+(1-\beta_2)\,g^{2}",
            Words(
                "m 改為 β1 乘 m 加（1 減 β1）乘 g；q 改為 β3 乘 q 加（1 減 β3）乘 g；v 改為 β2 乘 v 加（1 減"
                " β2）乘 g 的平方。",
                "m becomes beta 1 times m plus 1 minus beta 1 times g; q becomes beta 3 times q plus 1 minus"
                " beta 3 times g; v becomes beta 2 times v plus 1 minus beta 2 times g squared.",
            ),
        ),
        Formula(
            r"w \leftarrow w-\eta\,\frac{\hat m+\alpha\,q}{\sqrt{\hat v}+\epsilon}",
            Words(
                "w 改為 w 減 η 乘（校正後的 m 加 α 乘 q）除以（校正後之 v 的平方根加 ε）。",
                "w becomes w minus eta times the corrected m plus alpha times q, divided by the square root"
                " of the corrected v plus epsilon.",
            ),
        ),
    ),
    source="Pagliardini et al., The AdEMAMix optimizer: Better, faster, older (ICLR 2025)",
    twin=twin,
    against="pytorch_optimizer's AdEMAMix",
    trial={
        "learning_rate": 0.03,
        "beta1": 0.85,
        "beta2": 0.99,
        "beta3": 0.999,
        "alpha": 2.0,
        "warmup": 40,
        "weight_decay": 0.1,
    },
)
