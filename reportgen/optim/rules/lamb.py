"""LAMB: Adam whose step is as long as the layer's weights are."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from reportgen.optim.about import About, Formula, Words
from reportgen.optim.base import (
    PerParameter,
    refuse_negative,
    refuse_not_positive,
    refuse_outside_unit,
    zeros,
)
from reportgen.optim.gradients import is_weight


class LAMB(PerParameter):
    """LAMB: Adam's step u, made as long as the weights that it moves, for every layer by itself.

    beta1, beta2: how much the means m and v keep of their past. epsilon: keeps the division finite.
    weight_decay: how much of the weights (not the biases) is added to u before its length is measured.

    A bias takes Adam's step as it is: it starts at 0, and a step of that length would be none.

    Source: You et al., Large batch optimization for deep learning: training BERT in 76 minutes
    (ICLR 2020), algorithm 2.
    """

    def __init__(
        self,
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
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
        """Update both moments, and with them the parameter w, in place."""
        m, v = zeros(self.m, name, w), zeros(self.v, name, w)
        # m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2
        m.mul_(self.beta1).add_(g, alpha=1 - self.beta1)
        v.mul_(self.beta2).addcmul_(g, g, value=1 - self.beta2)
        # u <- m_hat / (sqrt(v_hat) + epsilon), Adam's step
        m_hat = m / (1 - self.beta1**self.t)
        v_hat = v / (1 - self.beta2**self.t)
        u = m_hat / (v_hat.sqrt() + self.epsilon)
        ratio = 1.0
        if is_weight(w):
            # u <- u + weight_decay w
            u.add_(w, alpha=self.weight_decay)
            # ratio <- |w| / |u|
            length_of_w, length_of_u = float(w.norm()), float(u.norm())
            if length_of_w > 0 and length_of_u > 0:
                ratio = length_of_w / length_of_u
        # w <- w - learning_rate ratio u
        w.sub_(u, alpha=self.learning_rate * ratio)


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
    """torch.optim.Adam's step of learning rate 1, measured on tensors of its own, and then made as long."""

    class Adapted:
        def __init__(self) -> None:
            self.param_groups = [{"lr": learning_rate}]
            self.steps = [torch.zeros_like(parameter) for parameter in (*weights, *biases)]
            self.adam = torch.optim.Adam(self.steps, lr=1.0, betas=(beta1, beta2), eps=epsilon)

        @torch.no_grad()
        def step(self) -> None:
            rate = self.param_groups[0]["lr"]
            for step, parameter in zip(self.steps, (*weights, *biases), strict=True):
                step.zero_()
                step.grad = parameter.grad
            self.adam.step()
            for step, w in zip(self.steps, weights, strict=False):
                direction = step - weight_decay * w
                w.add_(direction * (torch.linalg.norm(w) / torch.linalg.norm(direction)), alpha=rate)
            for step, b in zip(self.steps[len(weights) :], biases, strict=True):
                b.add_(step, alpha=rate)

    return Adapted()


ABOUT = About(
    heading=Words("LAMB：逐層調整步伐的 Adam", "LAMB: Adam with steps to the measure of each layer"),
    text=Words(
        "LAMB 先算出 Adam 的步伐 u，再對每一層分別把它調整成與該層權重 w 等長，因此大批次也能使用大的學習"
        "率。偏移量從 0 開始，所以直接採用 Adam 的步伐。",
        "LAMB takes Adam's step u and makes it, for every layer by itself, as long as that layer's weights"
        " w, so that large batches can be trained at large learning rates. Biases, which start at 0, take"
        " Adam's step as it is.",
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
            r"u = \frac{\hat m}{\sqrt{\hat v}+\epsilon}+\delta w,\qquad"
            r" w \leftarrow w-\eta\,\frac{\left\|w\right\|}{\left\|u\right\|}\,u",
            Words(
                "u 等於校正後的 m 除以（校正後之 v 的平方根加 ε），再加上衰減係數 δ 乘 w；w 改為 w 減 η 乘 w"
                " 的長度除以 u 的長度，再乘 u。",
                "u equals the corrected m divided by the square root of the corrected v plus epsilon, plus"
                " the decay delta times w; w becomes w minus eta times the length of w divided by the length"
                " of u, times u.",
            ),
        ),
    ),
    source="You et al., Large batch optimization for deep learning: training BERT in 76 minutes (ICLR 2020)",
    twin=twin,
    against="an independent implementation in the file",
    trial={"learning_rate": 0.03, "beta1": 0.85, "beta2": 0.99, "weight_decay": 0.1},
)
