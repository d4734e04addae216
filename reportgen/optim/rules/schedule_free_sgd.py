"""Schedule-free SGD: averages its weights instead of lowering the learning rate."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from reportgen.optim.about import About, Formula, Words
from reportgen.optim.base import refuse_negative, refuse_outside_unit
from reportgen.optim.gradients import Gradients, check, is_weight, written_out
from reportgen.optim.twins import groups_of


class ScheduleFreeSGD:
    """Schedule-free SGD: z takes SGD's steps, x is the mean of z, and gradients are taken between both, at y.

    The parameters in training are y; to be evaluated is x, by `evaluated`.

    beta: where y is, from z (at 0) to x (at 1). weight_decay: how much of the weights y (not of the
    biases) is added to the gradient.

    Source: Defazio et al., The road less scheduled (NeurIPS 2024), equations 3 to 5; the mean weighs
    every z with the square of the largest learning rate so far, as in the authors' code.
    """

    def __init__(self, learning_rate: float = 1.0, beta: float = 0.9, weight_decay: float = 0.0) -> None:
        refuse_outside_unit(beta=beta)
        refuse_negative(weight_decay=weight_decay)
        self.learning_rate = learning_rate
        self.beta = beta
        self.weight_decay = weight_decay
        self.x: dict[str, Tensor] = {}
        self.z: dict[str, Tensor] = {}
        self.largest_rate = 0.0
        self.total = 0.0

    def step(self, parameters: dict[str, Tensor], gradients: Gradients) -> None:
        """Update z and x, and with them every parameter y, in place."""
        check(parameters, gradients)
        # c <- rate^2 / (the sum of rate^2 over all steps), rate being the largest learning rate so far
        self.largest_rate = max(self.largest_rate, self.learning_rate)
        self.total += self.largest_rate**2
        c = self.largest_rate**2 / self.total if self.total else 0.0
        for name, y in parameters.items():
            if name not in self.z:
                self.z[name], self.x[name] = y.clone(), y.clone()
            z, x, g = self.z[name], self.x[name], written_out(gradients[name])
            if self.weight_decay and is_weight(y):
                # g <- g + weight_decay y
                g = g + self.weight_decay * y
            # z <- z - learning_rate g
            z.sub_(g, alpha=self.learning_rate)
            # x <- (1 - c) x + c z
            x.lerp_(z, c)
            # y <- (1 - beta) z + beta x
            y.copy_(z.lerp(x, self.beta))

    def evaluated(self, parameters: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return x, the weights to evaluate: before the first step, those in training."""
        return {name: self.x.get(name, y) for name, y in parameters.items()}


def twin(
    weights: list[Tensor], biases: list[Tensor], *, learning_rate: float, beta: float, weight_decay: float
) -> Any:
    """schedulefree's SGDScheduleFree, by the authors, whose biases do not decay."""
    from schedulefree import SGDScheduleFree

    groups = groups_of(weights, biases, weight_decay)
    published = SGDScheduleFree(groups, lr=learning_rate, momentum=beta)
    published.train()
    return published


ABOUT = About(
    heading=Words("Schedule-free SGD：免排程的 SGD", "Schedule-free SGD"),
    text=Words(
        "免排程的 SGD 不降低學習率，而是平均權重：z 依 SGD 更新，x 為 z 的平均，梯度則在兩者之間的 y 計算。"
        "訓練中的參數是 y，驗證與測試使用 x。",
        "Schedule-free SGD does not lower the learning rate but averages the weights: z takes SGD's steps, x"
        " is the mean of z, and gradients are taken between both, at y. The parameters in training are y;"
        " validation and test use x.",
    ),
    formulas=(
        Formula(
            r"z \leftarrow z-\eta\,(g(y)+\delta y),\qquad x \leftarrow (1-c)\,x+c\,z,\qquad"
            r" c = \frac{\eta^{2}}{\sum\eta^{2}}",
            Words(
                "z 改為 z 減 η 乘（y 處的 g 加衰減係數 δ 乘 y）；x 改為（1 減 c）乘 x 加 c 乘 z；c 等於 η 的"
                "平方除以至今所有 η 平方的總和。",
                "z becomes z minus eta times the sum of g at y and the decay delta times y; x becomes 1"
                " minus c times x plus c times z; c equals eta squared divided by the sum of all eta squared"
                " so far.",
            ),
        ),
        Formula(
            r"y = (1-\beta)\,z+\beta\,x",
            Words("y 等於（1 減 β）乘 z 加 β 乘 x。", "y equals 1 minus beta times z plus beta times x."),
        ),
    ),
    source="Defazio et al., The road less scheduled (NeurIPS 2024)",
    twin=twin,
    against="schedulefree's SGDScheduleFree",
    trial={"learning_rate": 0.03, "beta": 0.85, "weight_decay": 0.1},
)
