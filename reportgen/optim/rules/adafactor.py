"""Adafactor: the squared gradient's mean kept as one number a row and one a column."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from reportgen.optim.about import About, Formula, Words
from reportgen.optim.base import PerParameter, decay, refuse_negative, refuse_not_positive, zeros
from reportgen.optim.gradients import is_weight
from reportgen.optim.twins import groups_of


class Adafactor(PerParameter):
    """Adafactor: divides by the root of v, which it rebuilds from a mean r per row and c per column.

    learning_rate: the largest step, relative to the weights' own size; later 1 / sqrt(t) where that is
    less. decay_power: the share of the newest square in r and c is t^-decay_power. epsilon1: keeps the
    divisions finite. epsilon2: the least size that weights are taken to have. clip: the largest
    root mean square of a step. weight_decay: how fast the weights (not the biases) shrink, apart
    from the gradient.

    Source: Shazeer and Stern, Adafactor: Adaptive learning rates with sublinear memory cost (ICML
    2018), algorithms 4 and 5.
    """

    def __init__(
        self,
        learning_rate: float = 0.01,
        *,
        decay_power: float = 0.8,
        epsilon1: float = 1e-15,
        epsilon2: float = 1e-3,
        clip: float = 1.0,
        weight_decay: float = 0.0,
    ) -> None:
        refuse_not_positive(decay_power=decay_power, epsilon1=epsilon1, epsilon2=epsilon2, clip=clip)
        refuse_negative(weight_decay=weight_decay)
        self.learning_rate = learning_rate
        self.decay_power = decay_power
        self.epsilon1 = epsilon1
        self.epsilon2 = epsilon2
        self.clip = clip
        self.weight_decay = weight_decay
        self.rows: dict[str, Tensor] = {}
        self.columns: dict[str, Tensor] = {}
        self.v: dict[str, Tensor] = {}

    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        """Update the means of the squared gradient, and with them the parameter w, in place."""
        # rate <- min(learning_rate, 1 / sqrt(t)) max(epsilon2, rms(w))
        rate = min(self.learning_rate, 1 / math.sqrt(self.t)) * max(self.epsilon2, self._rms(w))
        share = self.t**-self.decay_power
        if is_weight(w):
            # r <- (1 - share) r + share mean_over_columns(g^2),  c likewise over rows
            row, column = (g * g).mean(dim=1, keepdim=True), (g * g).mean(dim=0, keepdim=True)
            r = zeros(self.rows, name, row).lerp_(row, share)
            c = zeros(self.columns, name, column).lerp_(column, share)
            # v <- r c / mean(r)
            v = r * c / r.mean().clamp_min(self.epsilon1)
        else:
            # a bias has nothing to factor: v <- (1 - share) v + share g^2
            v = zeros(self.v, name, w).lerp_(g * g, share)
        # w <- (1 - learning_rate weight_decay) w, weights only
        decay(w, self.learning_rate * self.weight_decay)
        # u <- g / sqrt(v), the scaled gradient
        u = g / v.clamp_min(self.epsilon1**2).sqrt()
        # w <- w - rate u / max(1, rms(u) / clip)
        w.sub_(u, alpha=rate / max(1.0, self._rms(u) / self.clip))

    def _rms(self, x: Tensor) -> float:
        """The root of the mean square."""
        return float(x.norm()) / math.sqrt(x.numel())


def twin(
    weights: list[Tensor],
    biases: list[Tensor],
    *,
    learning_rate: float,
    decay_power: float,
    epsilon1: float,
    epsilon2: float,
    clip: float,
    weight_decay: float,
) -> Any:
    """torch.optim.Adafactor, whose biases do not decay."""
    groups = groups_of(weights, biases, weight_decay)
    return torch.optim.Adafactor(
        groups, lr=learning_rate, beta2_decay=-decay_power, eps=(epsilon1, epsilon2), d=clip
    )


ABOUT = About(
    heading=Words("Adafactor：省記憶體的自適應學習率", "Adafactor: adaptive rates in little memory"),
    text=Words(
        "Adafactor 不保存每個權重的梯度平方平均，只保存每一列的平均 r 與每一行的平均 c，再由兩者還原 v，因此"
        "狀態的大小只有列數加行數。步伐依權重本身的大小（均方根）縮放，並限制其上限。",
        "Adafactor does not keep the mean squared gradient of every weight but one mean r per row and one"
        " mean c per column, from which it rebuilds v: its state has the size of rows plus columns. Its step"
        " is relative to the weights' own size, their root mean square (RMS), and is clipped.",
    ),
    formulas=(
        Formula(
            r"r \leftarrow (1-t^{-a})\,r+t^{-a}\,\mathrm{mean}_{j}(g_{ij}^{2}),\qquad"
            r" c \leftarrow (1-t^{-a})\,c+t^{-a}\,\mathrm{mean}_{i}(g_{ij}^{2}),\qquad"
            r" v_{ij} = \frac{r_i\,c_j}{\mathrm{mean}(r)}",
            Words(
                "r 改為（1 減 t 的負 a 次方）乘 r，加 t 的負 a 次方乘各列之 g 平方的平均；c 以各行的平均同樣"
                "更新；第 i 列第 j 行的 v 等於 r i 乘 c j 除以 r 的平均。",
                "r becomes 1 minus t to the power of minus a times r, plus t to the power of minus a times"
                " the mean of g squared over each row; c becomes the same with the mean over each column; v"
                " in row i and column j equals r i times c j divided by the mean of r.",
            ),
        ),
        Formula(
            r"u = \frac{g}{\sqrt{v}},\qquad w \leftarrow w-\min\left(\eta,\,\frac{1}{\sqrt{t}}\right)"
            r"\max(\epsilon_2,\,\mathrm{RMS}(w))\,\frac{u}{\max(1,\,\mathrm{RMS}(u)/d)}",
            Words(
                "u 等於 g 除以 v 的平方根；w 改為 w 減去 η 與 t 的平方根分之一的較小者，乘 ε2 與 w 之均方根"
                "的較大者，乘 u 除以（1 與 u 之均方根除以 d 的較大者）。",
                "u equals g divided by the square root of v; w becomes w minus the smaller of eta and one"
                " over the square root of t, times the larger of epsilon 2 and the root mean square of w,"
                " times u divided by the larger of 1 and the root mean square of u over d.",
            ),
        ),
    ),
    source="Shazeer and Stern, Adafactor: Adaptive learning rates with sublinear memory cost (ICML 2018)",
    twin=twin,
    against="torch.optim.Adafactor",
    trial={"learning_rate": 0.03, "clip": 1.2, "weight_decay": 0.1},
)
