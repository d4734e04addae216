"""ADOPT: Adam that divides by the squared gradients of before."""

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


class ADOPT(PerParameter):
    """ADOPT: scales each gradient by the root of v, which does not have it yet, and then averages.

    beta1, beta2: how much the means m and v keep of their past. epsilon: the least that is divided
    by. weight_decay: how fast the weights (not the biases) shrink, apart from the gradient.

    The first gradient is the first v and moves nothing; the k-th after it is scaled and clipped
    to at most k^(1/4).

    Source: Taniguchi et al., ADOPT: Modified Adam can converge with any beta2 with the optimal
    rate (NeurIPS 2024), algorithm 2.
    """

    def __init__(
        self,
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.9999,
        epsilon: float = 1e-6,
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
        """Update the parameter w by the v of before, in place, and then v."""
        m, v = zeros(self.m, name, w), zeros(self.v, name, w)
        if self.t == 1:
            # v <- g^2: this is all
            v.addcmul_(g, g)
            return
        # u <- g / max(sqrt(v), epsilon), clipped at k^(1/4)
        clip = (self.t - 1) ** 0.25
        u = (g / v.sqrt().clamp_min(self.epsilon)).clamp_(-clip, clip)
        # m <- beta1 m + (1 - beta1) u
        m.mul_(self.beta1).add_(u, alpha=1 - self.beta1)
        # w <- (1 - learning_rate weight_decay) w, weights only
        decay(w, self.learning_rate * self.weight_decay)
        # w <- w - learning_rate m
        w.sub_(m, alpha=self.learning_rate)
        # v <- beta2 v + (1 - beta2) g^2
        v.mul_(self.beta2).addcmul_(g, g, value=1 - self.beta2)


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
    """pytorch_optimizer's ADOPT, which counts the first gradient in its clipping and decays at it, too."""
    import pytorch_optimizer

    groups = [{"params": weights}, {"params": biases}]
    published = pytorch_optimizer.ADOPT(
        groups,
        lr=learning_rate,
        betas=(beta1, beta2),
        eps=epsilon,
        weight_decouple=True,
        clip_lambda=lambda step: (step - 1) ** 0.25,
    )
    # no decay at the first step
    published.register_step_post_hook(lambda *_: published.param_groups[0].update(weight_decay=weight_decay))
    return published


ABOUT = About(
    heading=Words("ADOPT：任意 β2 皆可收斂的 Adam", "ADOPT: an Adam that converges with any beta 2"),
    text=Words(
        "ADOPT 以先前梯度的 v 來縮放目前的梯度，之後才把目前的梯度加入 v，因此兩者互不相關；縮放後的 u 截斷"
        "於 k 的四次方根，再取平均 m 作為步伐。第一個梯度只用來設定 v，k 從第二個梯度起算。",
        "ADOPT scales a gradient by the v of those before it and adds it to v only afterwards, so that the"
        " two do not depend on each other; what comes of it, u, is clipped at the fourth root of k, and its"
        " mean m is the step. The first gradient only sets v, and k counts from the second one.",
    ),
    formulas=(
        Formula(
            r"u = \mathrm{clip}\left(\frac{g}{\max(\sqrt{v},\,\epsilon)},\,k^{1/4}\right),\qquad"
            r" m \leftarrow \beta_1 m+(1-\beta_1)\,u",
            Words(
                "u 等於 g 除以（v 的平方根與 ε 的較大者），絕對值截斷於 k 的四次方根；m 改為 β1 乘 m 加（1"
                " 減 β1）乘 u。",
                "u equals g divided by the larger of the square root of v and epsilon, clipped at the fourth"
                " root of k; m becomes beta 1 times m plus 1 minus beta 1 times u.",
            ),
        ),
        Formula(
            r"w \leftarrow w-\eta\,m,\qquad v \leftarrow \beta_2 v+(1-\beta_2)\,g^{2}",
            Words(
                "w 改為 w 減 η 乘 m；然後 v 改為 β2 乘 v 加（1 減 β2）乘 g 的平方。",
                "w becomes w minus eta times m; then v becomes beta 2 times v plus 1 minus beta 2 times g"
                " squared.",
            ),
        ),
    ),
    source=(
        "Taniguchi et al., ADOPT: Modified Adam can converge with any beta2 with the optimal rate"
        " (NeurIPS 2024)"
    ),
    twin=twin,
    against="pytorch_optimizer's ADOPT",
    trial={"learning_rate": 0.03, "beta1": 0.85, "beta2": 0.99, "weight_decay": 0.1},
)
