"""Schedule-free AdamW: averages its weights instead of lowering the learning rate."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from reportgen.optim.about import About, Formula, Words
from reportgen.optim.base import refuse_negative, refuse_not_positive, refuse_outside_unit, zeros
from reportgen.optim.gradients import Gradients, check, is_weight, written_out
from reportgen.optim.twins import groups_of


class ScheduleFreeAdamW:
    """Schedule-free AdamW: z takes scaled steps, x is the mean of z, and gradients are taken between, at y.

    The parameters in training are y; to be evaluated is x, by `evaluated`.

    beta1: where y is, from z (at 0) to x (at 1), in place of Adam's momentum. beta2: how much the mean
    square v keeps of its past. epsilon: keeps the division finite. weight_decay: how fast the
    weights y (not the biases) shrink, apart from the gradient.

    Source: Defazio et al., The road less scheduled (NeurIPS 2024), algorithm 1; the mean weighs every
    z with the square of the largest learning rate so far, as in the authors' code.
    """

    def __init__(
        self,
        learning_rate: float = 2.5e-3,
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
        self.v: dict[str, Tensor] = {}
        self.x: dict[str, Tensor] = {}
        self.z: dict[str, Tensor] = {}
        self.largest_rate = 0.0
        self.total = 0.0
        self.t = 0

    def step(self, parameters: dict[str, Tensor], gradients: Gradients) -> None:
        """Update v, z and x, and with them every parameter y, in place."""
        check(parameters, gradients)
        self.t += 1
        # c <- rate^2 / (the sum of rate^2 over all steps), rate being the largest learning rate so far
        self.largest_rate = max(self.largest_rate, self.learning_rate)
        self.total += self.largest_rate**2
        c = self.largest_rate**2 / self.total if self.total else 0.0
        for name, y in parameters.items():
            if name not in self.z:
                self.z[name], self.x[name] = y.clone(), y.clone()
            v, z, x = zeros(self.v, name, y), self.z[name], self.x[name]
            g = written_out(gradients[name])
            # v <- beta2 v + (1 - beta2) g^2
            v.mul_(self.beta2).addcmul_(g, g, value=1 - self.beta2)
            # u <- g / (sqrt(v_hat) + epsilon), the scaled gradient
            v_hat = v / (1 - self.beta2**self.t)
            u = g / (v_hat.sqrt_() + self.epsilon)
            if is_weight(y):
                # u <- u + weight_decay y
                u.add_(y, alpha=self.weight_decay)
            # z <- z - learning_rate u
            z.sub_(u, alpha=self.learning_rate)
            # x <- (1 - c) x + c z
            x.lerp_(z, c)
            # y <- (1 - beta1) z + beta1 x
            y.copy_(z.lerp(x, self.beta1))

    def evaluated(self, parameters: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return x, the weights to evaluate: before the first step, those in training."""
        return {name: self.x.get(name, y) for name, y in parameters.items()}


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
    """schedulefree's AdamWScheduleFree, by the authors, whose biases do not decay."""
    from schedulefree import AdamWScheduleFree

    groups = groups_of(weights, biases, weight_decay)
    published = AdamWScheduleFree(groups, lr=learning_rate, betas=(beta1, beta2), eps=epsilon)
    published.train()
    return published


ABOUT = About(
    heading=Words("Schedule-free AdamW：免排程的 AdamW", "Schedule-free AdamW"),
    text=Words(
        "免排程的 AdamW 不降低學習率，而是平均權重：z 以梯度除以 v 的平方根更新，x 為 z 的平均，梯度則在兩者"
        "之間的 y 計算，並以此取代 Adam 的動量。訓練中的參數是 y，驗證與測試使用 x。",
        "Schedule-free AdamW does not lower the learning rate but averages the weights: z moves by the"
        " gradient divided by the root of v, x is the mean of z, and gradients are taken between both, at y,"
        " which stands for Adam's momentum. The parameters in training are y; validation and test use x.",
    ),
    formulas=(
        Formula(
            r"v \leftarrow \beta_2 v+(1-\beta_2)\,g(y)^{2},\qquad"
            r" z \leftarrow z-\eta\left(\frac{g(y)}{\sqrt{\hat v}+\epsilon}+\delta y\right)",
            Words(
                "v 改為 β2 乘 v 加（1 減 β2）乘 y 處之 g 的平方；z 改為 z 減 η 乘〔g 除以（校正後之 v 的平方"
                "根加 ε），再加上衰減係數 δ 乘 y〕。",
                "v becomes beta 2 times v plus 1 minus beta 2 times the square of g at y; z becomes z minus"
                " eta times the sum of g divided by the square root of the corrected v plus epsilon, and the"
                " decay delta times y.",
            ),
        ),
        Formula(
            r"x \leftarrow (1-c)\,x+c\,z,\qquad c = \frac{\eta^{2}}{\sum\eta^{2}},\qquad"
            r" y = (1-\beta_1)\,z+\beta_1 x",
            Words(
                "x 改為（1 減 c）乘 x 加 c 乘 z；c 等於 η 的平方除以至今所有 η 平方的總和；y 等於（1 減 β1）"
                "乘 z 加 β1 乘 x。",
                "x becomes 1 minus c times x plus c times z; c equals eta squared divided by the sum of all"
                " eta squared so far; y equals 1 minus beta 1 times z plus beta 1 times x.",
            ),
        ),
    ),
    source="Defazio et al., The road less scheduled (NeurIPS 2024)",
    twin=twin,
    against="schedulefree's AdamWScheduleFree",
    trial={"learning_rate": 0.03, "beta1": 0.85, "beta2": 0.99, "weight_decay": 0.1},
)
