"""Muon: momentum whose steps are made orthogonal."""

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
from reportgen.optim.gradients import is_weight


class Muon(PerParameter):
    """Muon: a momentum's step with all its singular values made about 1, for weight matrices.

    momentum: how much the mean gradient m keeps of its past. bfloat16: whether the step is made
    orthogonal in bfloat16, as torch.optim.Muon does, rather than in the weights' own precision.
    weight_decay: how fast the weights (not the biases) shrink, apart from the gradient.

    A bias is no matrix and takes Adam's step: bias_factor: its learning rate, as a multiple of the
    weights'. beta1, beta2: how much its means m and v keep of their past. epsilon: keeps its division
    finite.

    Source: Jordan et al., Muon: An optimizer for hidden layers in neural networks (2024).
    """

    def __init__(
        self,
        learning_rate: float = 0.02,
        *,
        momentum: float = 0.95,
        bfloat16: bool = False,
        weight_decay: float = 0.0,
        bias_factor: float = 0.05,
        beta1: float = 0.9,
        beta2: float = 0.95,
        epsilon: float = 1e-10,
    ) -> None:
        refuse_outside_unit(momentum=momentum, beta1=beta1, beta2=beta2)
        refuse_negative(weight_decay=weight_decay, bias_factor=bias_factor)
        refuse_not_positive(epsilon=epsilon)
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.bfloat16 = bfloat16
        self.weight_decay = weight_decay
        self.bias_factor = bias_factor
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.m: dict[str, Tensor] = {}
        self.v: dict[str, Tensor] = {}

    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        """Update the mean gradient, and with it the parameter w, in place."""
        if not is_weight(w):
            self._update_bias(name, w, g)
            return
        # m <- momentum m + (1 - momentum) g
        m = zeros(self.m, name, w).lerp_(g, 1 - self.momentum)
        # o <- orthogonal((1 - momentum) g + momentum m), one step ahead as Nesterov's momentum is
        o = self._orthogonal(g.lerp(m, self.momentum))
        # w <- (1 - learning_rate weight_decay) w, weights only
        decay(w, self.learning_rate * self.weight_decay)
        # w <- w - learning_rate sqrt(max(1, outputs / inputs)) o
        inputs, outputs = w.shape
        w.sub_(o, alpha=self.learning_rate * math.sqrt(max(1, outputs / inputs)))

    def _orthogonal(self, g: Tensor) -> Tensor:
        """Return about U V^T where g = U S V^T, by five Newton-Schulz iterations."""
        x = g.bfloat16() if self.bfloat16 else g
        # the short side first, so that x x^T is small
        turned = x.shape[0] >= x.shape[1]
        x = x.T if turned else x
        # x <- x / |x|: no singular value is above 1
        x = x / x.norm().clamp_min(1e-7)
        for _ in range(5):
            # x <- 3.4445 x - 4.775 (x x^T) x + 2.0315 (x x^T)^2 x: so does every singular value
            square = x @ x.T
            polynomial = torch.addmm(square, square, square, beta=-4.7750, alpha=2.0315)
            x = torch.addmm(x, polynomial, x, beta=3.4445)
        return (x.T if turned else x).to(g.dtype)

    def _update_bias(self, name: str, b: Tensor, g: Tensor) -> None:
        m, v = zeros(self.m, name, b), zeros(self.v, name, b)
        # m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2
        m.mul_(self.beta1).add_(g, alpha=1 - self.beta1)
        v.mul_(self.beta2).addcmul_(g, g, value=1 - self.beta2)
        m_hat = m / (1 - self.beta1**self.t)
        v_hat = v / (1 - self.beta2**self.t)
        # b <- b - bias_factor learning_rate m_hat / (sqrt(v_hat) + epsilon)
        rate = self.bias_factor * self.learning_rate
        b.addcdiv_(m_hat, v_hat.sqrt_().add_(self.epsilon), value=-rate)


def twin(
    weights: list[Tensor],
    biases: list[Tensor],
    *,
    learning_rate: float,
    momentum: float,
    bfloat16: bool,
    weight_decay: float,
    bias_factor: float,
    beta1: float,
    beta2: float,
    epsilon: float,
) -> Any:
    """torch.optim.Muon, in bfloat16 always, on the transposed weights: torch's are (outputs, inputs).

    The biases are those of torch.optim.Adam.
    """
    from torch.optim import Adam
    from torch.optim import Muon as Published

    if not bfloat16:
        raise ImportError("torch.optim.Muon works in bfloat16 alone")

    class MuonAndAdam:
        def __init__(self) -> None:
            self.param_groups = [{"lr": learning_rate}]
            # they share the weights' storage
            self.transposed = [torch.nn.Parameter(w.detach().T) for w in weights]
            self.of_weights: Any = Published(self.transposed, momentum=momentum, weight_decay=weight_decay)
            self.of_biases = Adam(biases, betas=(beta1, beta2), eps=epsilon)

        def step(self) -> None:
            rate = self.param_groups[0]["lr"]
            self.of_weights.param_groups[0]["lr"] = rate
            self.of_biases.param_groups[0]["lr"] = bias_factor * rate
            for transposed, w in zip(self.transposed, weights, strict=True):
                assert w.grad is not None
                transposed.grad = w.grad.T
            self.of_weights.step()
            self.of_biases.step()

    return MuonAndAdam()


ABOUT = About(
    heading=Words("Muon：正交化的動量", "Muon: momentum made orthogonal"),
    text=Words(
        "Muon 以五次 Newton–Schulz 迭代把權重矩陣的動量正交化，使所有奇異值都接近 1，因此每個方向的步伐大致"
        "等長。偏移量不是矩陣，採用 Adam 的步伐，其學習率為 η 乘上固定的倍數（bias_factor）。",
        "Muon makes the momentum of a weight matrix orthogonal by five Newton–Schulz iterations: all"
        " singular values come close to 1, so that the step is about as long in every direction. Biases,"
        " which are no matrices, take Adam's step, with η times a fixed factor (bias_factor) as their"
        " learning rate.",
    ),
    formulas=(
        Formula(
            r"m \leftarrow \mu\,m+(1-\mu)\,g,\qquad n = \mu\,m+(1-\mu)\,g,\qquad"
            r" x_0 = \frac{n}{\left\|n\right\|}",
            Words(
                "m 改為 μ 乘 m 加（1 減 μ）乘 g；n 等於 μ 乘新的 m 加（1 減 μ）乘 g；x 0 等於 n 除以 n 的長"
                "度。",
                "m becomes mu times m plus 1 minus mu times g; n equals mu times the new m plus 1 minus mu"
                " times g; x 0 equals n divided by the length of n.",
            ),
        ),
        Formula(
            r"x_{i+1} = 3.4445\,x_i-4.775\,x_i x_i^{\top}x_i+2.0315\,(x_i x_i^{\top})^{2}x_i,"
            r"\qquad w \leftarrow w-\eta\,\sqrt{\max\left(1,\,\frac{n_{\mathrm{out}}}{n_{\mathrm{in}}}"
            r"\right)}\;x_5",
            Words(
                "下一個 x 等於 3.4445 乘 x，減 4.775 乘 x 乘 x 的轉置乘 x，加 2.0315 乘（x 乘 x 的轉置）的平"
                "方乘 x；w 改為 w 減 η 乘（1 與輸出數除以輸入數的較大者）的平方根乘 x 5。",
                "The next x equals 3.4445 times x, minus 4.775 times x times x transposed times x, plus"
                " 2.0315 times the square of x times x transposed, times x; w becomes w minus eta times the"
                " square root of the larger of 1 and outputs divided by inputs, times x 5.",
            ),
        ),
    ),
    source="Jordan et al., Muon: An optimizer for hidden layers in neural networks (2024)",
    twin=twin,
    against="torch.optim.Muon",
    trial={"learning_rate": 0.03, "momentum": 0.9, "bfloat16": True, "bias_factor": 0.5, "weight_decay": 0.1},
)
