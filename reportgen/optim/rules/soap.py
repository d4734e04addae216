"""SOAP: Adam in the eigenbasis of Shampoo's second moments."""

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
from reportgen.optim.twins import groups_of


class SOAP(PerParameter):
    """SOAP: Adam's step for Q_L^T g Q_R, with Q_L, Q_R the eigenvectors of the means of g g^T and g^T g.

    beta1, beta2: how much the mean gradient m, and the mean square v with the means L and R, keep of
    their past. epsilon: keeps the division finite. every: the eigenvectors are renewed at every how
    many steps. largest: a side that is longer is left as it is, unturned. weight_decay: how fast the
    weights (not the biases) shrink, apart from the gradient.

    The first gradient only gives the first eigenvectors. A bias is not turned: Adam's step.

    Source: Vyas et al., SOAP: Improving and stabilizing Shampoo using Adam (ICLR 2025),
    algorithm 3.
    """

    def __init__(
        self,
        learning_rate: float = 3e-3,
        *,
        beta1: float = 0.95,
        beta2: float = 0.95,
        epsilon: float = 1e-8,
        every: int = 10,
        largest: int = 1024,
        weight_decay: float = 0.0,
    ) -> None:
        refuse_outside_unit(beta1=beta1, beta2=beta2)
        refuse_not_positive(epsilon=epsilon, every=every, largest=largest)
        refuse_negative(weight_decay=weight_decay)
        self.learning_rate = learning_rate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.every = every
        self.largest = largest
        self.weight_decay = weight_decay
        self.m: dict[str, Tensor] = {}
        self.v: dict[str, Tensor] = {}
        self.moments: dict[str, Tensor] = {}
        self.bases: dict[str, Tensor] = {}

    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        """Update both moments in the basis, with them the parameter w in place, and then the basis."""
        m, v = zeros(self.m, name, w), zeros(self.v, name, w)
        t = self.t - 1
        if t > 0:
            # m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) (Q_L^T g Q_R)^2
            m.lerp_(g, 1 - self.beta1)
            v.lerp_(self._turned(name, g).square(), 1 - self.beta2)
            # u <- Q_L (Q_L^T m Q_R / (sqrt(v) + epsilon)) Q_R^T
            u = self._turned_back(name, self._turned(name, m) / (v.sqrt() + self.epsilon))
            # w <- w - learning_rate sqrt(1 - beta2^t) / (1 - beta1^t) u
            w.sub_(u, alpha=self.learning_rate * math.sqrt(1 - self.beta2**t) / (1 - self.beta1**t))
            # w <- (1 - learning_rate weight_decay) w, weights only
            decay(w, self.learning_rate * self.weight_decay)
        if is_weight(w):
            self._update_basis(f"{name} left", g, v)
            self._update_basis(f"{name} right", g.T, v.T)

    def _turned(self, name: str, x: Tensor) -> Tensor:
        """Return Q_L^T x Q_R; a side without a basis stays."""
        left, right = self.bases.get(f"{name} left"), self.bases.get(f"{name} right")
        x = x if left is None else left.T @ x
        return x if right is None else x @ right

    def _turned_back(self, name: str, x: Tensor) -> Tensor:
        """Return Q_L x Q_R^T."""
        left, right = self.bases.get(f"{name} left"), self.bases.get(f"{name} right")
        x = x if left is None else left @ x
        return x if right is None else x @ right.T

    def _update_basis(self, side: str, g: Tensor, v: Tensor) -> None:
        """Update the mean L of g g^T, and at times its eigenvectors Q; v follows their order in place."""
        if len(g) > self.largest:
            return
        # L <- beta2 L + (1 - beta2) g g^T
        product = g @ g.T
        moment = zeros(self.moments, side, product).lerp_(product, 1 - self.beta2)
        if not moment.isfinite().all():  # a training that diverges has no eigenvectors
            self.bases[side] = torch.full_like(moment, torch.nan)
        elif side not in self.bases:
            # Q <- the eigenvectors of L
            self.bases[side] = torch.linalg.eigh(moment).eigenvectors
        elif (self.t - 1) % self.every == 0:
            # Q <- qr(L Q): one step of the power iteration, by falling estimates of the eigenvalues
            basis = self.bases[side]
            powered = moment @ basis
            order = (basis * powered).sum(dim=0).argsort(descending=True)
            v.copy_(v[order])
            self.bases[side] = torch.linalg.qr(powered[:, order]).Q


def twin(
    weights: list[Tensor],
    biases: list[Tensor],
    *,
    learning_rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
    every: int,
    largest: int,
    weight_decay: float,
) -> Any:
    """pytorch_optimizer's SOAP, which renews its eigenvectors in float32 at any precision."""
    import pytorch_optimizer

    groups = groups_of(weights, biases, weight_decay)
    return pytorch_optimizer.SOAP(
        groups,
        lr=learning_rate,
        betas=(beta1, beta2),
        eps=epsilon,
        precondition_frequency=every,
        max_precondition_dim=largest,
    )


ABOUT = About(
    heading=Words("SOAP：特徵基底中的 Adam", "SOAP: Adam in an eigenbasis"),
    text=Words(
        "SOAP 把權重矩陣的梯度轉到其兩側二階矩 L 與 R 的特徵基底，在其中計算 Adam 的步伐，再轉回來。基底每隔"
        "數步（every）才更新；邊長超過上限（largest）的一側不旋轉。第一個梯度只用來建立基底，權重在步伐之後"
        "才衰減。偏移量不旋轉，即 Adam 的步伐。",
        "SOAP turns the gradient of a weight matrix into the eigenbasis of its second moments on both sides,"
        " L and R, takes Adam's step there and turns it back. The basis is renewed only at every few steps"
        " (every); a side longer than a limit (largest) is not turned. The first gradient only makes the"
        " basis, and weights decay after a step. Biases are not turned: theirs is Adam's step.",
    ),
    formulas=(
        Formula(
            r"L \leftarrow \beta_2 L+(1-\beta_2)\,g\,g^{\top},\qquad"
            r" R \leftarrow \beta_2 R+(1-\beta_2)\,g^{\top}g,\qquad"
            r" L = Q_L\Lambda_L Q_L^{\top},\qquad R = Q_R\Lambda_R Q_R^{\top}",
            Words(
                "L 改為 β2 乘 L 加（1 減 β2）乘 g 乘 g 的轉置；R 改為 β2 乘 R 加（1 減 β2）乘 g 的轉置乘 g；"
                "L 等於 Q L 乘 Λ L 乘 Q L 的轉置，R 等於 Q R 乘 Λ R 乘 Q R 的轉置，即兩者的特徵分解。",
                "L becomes beta 2 times L plus 1 minus beta 2 times g times g transposed; R becomes beta 2"
                " times R plus 1 minus beta 2 times g transposed times g; L equals Q L times Lambda L times"
                " Q L transposed and R equals Q R times Lambda R times Q R transposed, which are their"
                " eigendecompositions.",
            ),
        ),
        Formula(
            r"m \leftarrow \beta_1 m+(1-\beta_1)\,g,\qquad"
            r" v \leftarrow \beta_2 v+(1-\beta_2)\,(Q_L^{\top}g\,Q_R)^{2}",
            Words(
                "m 改為 β1 乘 m 加（1 減 β1）乘 g；v 改為 β2 乘 v 加（1 減 β2）乘（Q L 的轉置乘 g 乘 Q R）的"
                "平方。",
                "m becomes beta 1 times m plus 1 minus beta 1 times g; v becomes beta 2 times v plus 1 minus"
                " beta 2 times the square of Q L transposed times g times Q R.",
            ),
        ),
        Formula(
            r"w \leftarrow w-\eta\,\frac{\sqrt{1-\beta_2^{t}}}{1-\beta_1^{t}}\;"
            r"Q_L\,\frac{Q_L^{\top}m\,Q_R}{\sqrt{v}+\epsilon}\,Q_R^{\top}",
            Words(
                "w 改為 w 減 η 乘（1 減 β2 的 t 次方）的平方根除以（1 減 β1 的 t 次方），乘 Q L 乘〔Q L 的轉"
                "置乘 m 乘 Q R，除以（v 的平方根加 ε）〕乘 Q R 的轉置。",
                "w becomes w minus eta times the square root of 1 minus beta 2 to the power of t, divided by"
                " 1 minus beta 1 to the power of t, times Q L times Q L transposed times m times Q R,"
                " divided by the square root of v plus epsilon, times Q R transposed.",
            ),
        ),
    ),
    source="Vyas et al., SOAP: Improving and stabilizing Shampoo using Adam (ICLR 2025)",
    twin=twin,
    against="pytorch_optimizer's SOAP",
    limit=1e-4,
    on_problems={"epsilon": 1e-3},
    trial={"learning_rate": 0.003, "beta1": 0.9, "weight_decay": 0.1},
)
