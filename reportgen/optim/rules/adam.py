"""Adam: adaptive moment estimation."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from reportgen.optim.about import About, Formula, Words
from reportgen.optim.base import refuse_negative, refuse_not_positive, refuse_outside_unit, zeros
from reportgen.optim.gradients import Gradients, check, is_weight, written_out


class Adam:
    """Adam: steps along the mean gradient m, scaled by the root of the mean squared gradient v.

    weight_decay: how fast the weights (not the biases) shrink, apart from the gradient; with it
    this is AdamW.

    Source: Kingma and Ba, Adam: A method for stochastic optimization (ICLR 2015), algorithm 1;
    the decay: Loshchilov and Hutter, Decoupled weight decay regularization (ICLR 2019),
    algorithm 2.
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
        self.t = 0

    def step(self, parameters: dict[str, Tensor], gradients: Gradients) -> None:
        """Update both moments, and with them every parameter, in place."""
        check(parameters, gradients)
        self.t += 1
        for name, parameter in parameters.items():
            m, v = zeros(self.m, name, parameter), zeros(self.v, name, parameter)
            g = written_out(gradients[name])
            # m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2
            m.mul_(self.beta1).add_(g, alpha=1 - self.beta1)
            v.mul_(self.beta2).addcmul_(g, g, value=1 - self.beta2)
            # both start at 0: mend the bias that this leaves
            m_hat = m / (1 - self.beta1**self.t)
            v_hat = v / (1 - self.beta2**self.t)
            if self.weight_decay and is_weight(parameter):
                # w <- (1 - learning_rate weight_decay) w
                parameter.mul_(1 - self.learning_rate * self.weight_decay)
            # w <- w - learning_rate m_hat / (sqrt(v_hat) + epsilon)
            parameter.addcdiv_(m_hat, v_hat.sqrt_().add_(self.epsilon), value=-self.learning_rate)


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
    """torch.optim.AdamW, whose biases do not decay."""
    groups = [{"params": weights, "weight_decay": weight_decay}, {"params": biases, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=learning_rate, betas=(beta1, beta2), eps=epsilon)


ABOUT = About(
    heading=Words("Adam：自適應動差估計", "Adaptive moment estimation"),
    text=Words(
        "Adam 同時追蹤梯度的平均 m 與梯度平方的平均 v。兩者都從 0 開始，因此先修正偏差，再以 m 除以 v 的平方根作為步伐。",
        "Adam tracks the mean of the gradient, m, and of its square, v. Both start at 0, so their bias is"
        " corrected first; the step is m divided by the root of v.",
    ),
    formulas=(
        Formula(
            r"m \leftarrow \beta_1 m+(1-\beta_1)\,g,\qquad v \leftarrow \beta_2 v+(1-\beta_2)\,g^{2}",
            Words(
                "m 改為 β1 乘 m 加（1 減 β1）乘 g；v 改為 β2 乘 v 加（1 減 β2）乘 g 的平方。",
                "m becomes beta 1 times m plus 1 minus beta 1 times g; v becomes beta 2 times v plus 1 minus beta 2 times g squared.",
            ),
        ),
        Formula(
            r"\hat m = \frac{m}{1-\beta_1^{t}},\qquad \hat v = \frac{v}{1-\beta_2^{t}},\qquad"
            r" w \leftarrow w-\eta\,\frac{\hat m}{\sqrt{\hat v}+\epsilon}",
            Words(
                "校正後的 m 等於 m 除以（1 減 β1 的 t 次方）；校正後的 v 等於 v 除以（1 減 β2 的 t 次方）；w 改為 w 減 η 乘校正後的 m 除以（校正後之 v 的平方根加 ε）。",
                "The corrected m equals m divided by 1 minus beta 1 to the power of t; the corrected v equals v divided by 1 minus beta 2 to the power of t; w becomes w minus eta times the corrected m divided by the square root of the corrected v plus epsilon.",
            ),
        ),
    ),
    source="Kingma and Ba, Adam: A method for stochastic optimization (ICLR 2015)",
    twin=twin,
    against="torch.optim.AdamW",
    trial={"learning_rate": 0.03, "beta1": 0.85, "beta2": 0.99, "epsilon": 1e-6},
)
