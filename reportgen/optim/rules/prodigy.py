"""Prodigy: Adam that estimates its own learning rate."""

from __future__ import annotations

import math
from typing import Any

from torch import Tensor

from reportgen.optim.about import About, Formula, Words
from reportgen.optim.base import decay, refuse_negative, refuse_not_positive, refuse_outside_unit, zeros
from reportgen.optim.gradients import Gradients, check, written_out
from reportgen.optim.twins import groups_of


class Prodigy:
    """Prodigy: Adam with the step size d, a growing estimate of how far the solution is from the start.

    learning_rate: a factor of d, 1 where there is no schedule. beta1, beta2: how much the means m and v
    keep of their past. epsilon: keeps the division finite. d0: the first d, small.
    weight_decay: how fast the weights (not the biases) shrink, apart from the gradient.

    Source: Mishchenko and Defazio, Prodigy: An expeditiously adaptive parameter-free learner (ICML
    2024), algorithm 4; r and s count d against d0, as in the authors' code.
    """

    def __init__(
        self,
        learning_rate: float = 1.0,
        *,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        d0: float = 1e-6,
        weight_decay: float = 0.0,
    ) -> None:
        refuse_outside_unit(beta1=beta1, beta2=beta2)
        refuse_not_positive(epsilon=epsilon, d0=d0)
        refuse_negative(weight_decay=weight_decay)
        self.learning_rate = learning_rate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.d0 = d0
        self.weight_decay = weight_decay
        self.d = d0
        self.r = 0.0
        self.start: dict[str, Tensor] = {}
        self.m: dict[str, Tensor] = {}
        self.v: dict[str, Tensor] = {}
        self.s: dict[str, Tensor] = {}

    def step(self, parameters: dict[str, Tensor], gradients: Gradients) -> None:
        """Update the moments and, from all parameters together, d; then every parameter, in place."""
        check(parameters, gradients)
        if self.learning_rate == 0:
            return  # without a step nothing is learnt of d
        d, beta3 = self.d, math.sqrt(self.beta2)
        step_size = d * self.learning_rate
        length = 0.0
        self.r *= beta3
        for name, w in parameters.items():
            if name not in self.start:
                self.start[name] = w.clone()
            g = written_out(gradients[name])
            m, v, s = zeros(self.m, name, w), zeros(self.v, name, w), zeros(self.s, name, w)
            # m <- beta1 m + (1 - beta1) d g,  v <- beta2 v + (1 - beta2) d^2 g^2
            m.mul_(self.beta1).add_(g, alpha=(1 - self.beta1) * d)
            v.mul_(self.beta2).addcmul_(g, g, value=(1 - self.beta2) * d**2)
            # r <- beta3 r + d / d0 step_size <g, start - w>,  s <- beta3 s + d / d0 step_size g
            weight = d / self.d0 * step_size
            self.r += weight * float((g * (self.start[name] - w)).sum())
            s.mul_(beta3).add_(g, alpha=weight)
            length += float(s.abs().sum())
        if length > 0:
            # d <- max(d, r / |s|_1)
            self.d = max(d, self.r / length)
        for name, w in parameters.items():
            # w <- (1 - step_size weight_decay) w, weights only
            decay(w, step_size * self.weight_decay)
            # w <- w - step_size m / (sqrt(v) + d epsilon)
            w.addcdiv_(self.m[name], self.v[name].sqrt().add_(self.d * self.epsilon), value=-step_size)


def twin(
    weights: list[Tensor],
    biases: list[Tensor],
    *,
    learning_rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
    d0: float,
    weight_decay: float,
) -> Any:
    """prodigyopt's Prodigy, by the authors, whose biases do not decay."""
    import prodigyopt

    groups = groups_of(weights, biases, weight_decay)
    return prodigyopt.Prodigy(groups, lr=learning_rate, betas=(beta1, beta2), eps=epsilon, d0=d0)


ABOUT = About(
    heading=Words("Prodigy：自行估計學習率的 Adam", "Prodigy: an Adam that finds its own learning rate"),
    text=Words(
        "Prodigy 不需要調整學習率：步伐的大小 d 是起點到解之距離的估計值，從很小的 d0 開始，只增不減。d 由所"
        "有參數共同決定；學習率 η 只是 d 的倍數，通常為 1。",
        "Prodigy needs no tuned learning rate: the size of its step, d, is an estimate of how far the"
        " solution is from the start; it begins at a small d0 and never falls. All parameters share it, and"
        " the learning rate η is but a factor of d, usually 1.",
    ),
    formulas=(
        Formula(
            r"m \leftarrow \beta_1 m+(1-\beta_1)\,d\,g,\qquad v \leftarrow \beta_2 v+(1-\beta_2)\,d^{2}g^{2}",
            Words(
                "m 改為 β1 乘 m 加（1 減 β1）乘 d 乘 g；v 改為 β2 乘 v 加（1 減 β2）乘 d 的平方乘 g 的平方。",
                "m becomes beta 1 times m plus 1 minus beta 1 times d times g; v becomes beta 2 times v plus"
                " 1 minus beta 2 times d squared times g squared.",
            ),
        ),
        Formula(
            r"r \leftarrow \sqrt{\beta_2}\,r+\frac{d^{2}}{d_0}\,\eta\,\left\langle g,\,w_0-w\right\rangle,"
            r"\qquad s \leftarrow \sqrt{\beta_2}\,s+\frac{d^{2}}{d_0}\,\eta\,g",
            Words(
                "r 改為 β2 的平方根乘 r，加 d 的平方除以 d0 乘 η 乘 g 與（w0 減 w）的內積；s 改為 β2 的平方"
                "根乘 s，加 d 的平方除以 d0 乘 η 乘 g。",
                "r becomes the square root of beta 2 times r, plus d squared divided by d 0, times eta,"
                " times the inner product of g and w 0 minus w; s becomes the square root of beta 2 times s,"
                " plus d squared divided by d 0, times eta, times g.",
            ),
        ),
        Formula(
            r"d' = \max\left(d,\,\frac{r}{\left\|s\right\|_1}\right),\qquad"
            r" w \leftarrow w-\eta\,d\,\frac{m}{\sqrt{v}+d'\epsilon},\qquad d \leftarrow d'",
            Words(
                "d 撇等於 d 與 r 除以 s 的絕對值總和的較大者；w 改為 w 減 η 乘 d 乘 m 除以（v 的平方根加 d"
                " 撇乘 ε）；d 改為 d 撇。",
                "d prime equals the larger of d and r divided by the sum of the absolute values of s; w"
                " becomes w minus eta times d times m divided by the square root of v plus d prime times"
                " epsilon; d becomes d prime.",
            ),
        ),
    ),
    source="Mishchenko and Defazio, Prodigy: An expeditiously adaptive parameter-free learner (ICML 2024)",
    twin=twin,
    against="prodigyopt's Prodigy",
    trial={"d0": 1e-3, "beta2": 0.99, "weight_decay": 0.1},
)
