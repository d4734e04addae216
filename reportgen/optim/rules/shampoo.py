"""Shampoo: gradients scaled by the inverse roots of their own second moments, on both sides."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from reportgen.optim.about import About, Formula, Words
from reportgen.optim.base import PerParameter, decay, refuse_negative, refuse_not_positive
from reportgen.optim.gradients import is_weight
from reportgen.optim.twins import groups_of


class Shampoo(PerParameter):
    """Shampoo: w <- w - learning_rate L^(-1/4) g R^(-1/4), with L the sum of g g^T and R that of g^T g.

    epsilon: L and R start at epsilon times the identity. every: the roots, which are costly, are
    renewed at every how many steps; above 1, steps along directions that are new to the roots are
    long, and a larger epsilon, such as 0.01, keeps them short. largest: of a side that is longer,
    only the diagonal of L or R is kept. weight_decay: how fast the weights (not the biases) shrink,
    apart from the gradient.

    A bias has one side: b <- b - learning_rate L^(-1/2) g.

    Source: Gupta, Koren and Singer, Shampoo: Preconditioned stochastic tensor optimization (ICML
    2018), algorithm 1.
    """

    def __init__(
        self,
        learning_rate: float = 1e-3,
        epsilon: float = 1e-6,
        every: int = 1,
        largest: int = 512,
        weight_decay: float = 0.0,
    ) -> None:
        refuse_not_positive(epsilon=epsilon, every=every, largest=largest)
        refuse_negative(weight_decay=weight_decay)
        self.learning_rate = learning_rate
        self.epsilon = epsilon
        self.every = every
        self.largest = largest
        self.weight_decay = weight_decay
        self.sums: dict[str, Tensor] = {}
        self.roots: dict[str, Tensor] = {}

    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        """Update the sums of the parameter's sides, and with them the parameter w, in place."""
        # w <- (1 - learning_rate weight_decay) w, weights only
        decay(w, self.learning_rate * self.weight_decay)
        if is_weight(w):
            left, right = self._root(f"{name} left", g, 4), self._root(f"{name} right", g.T, 4)
            # u <- L^(-1/4) g R^(-1/4)
            u = self._times(right, self._times(left, g).T).T
        else:
            # u <- L^(-1/2) g, g being a column
            column = g[:, None]
            u = self._times(self._root(name, column, 2), column)[:, 0]
        # w <- w - learning_rate u
        w.sub_(u, alpha=self.learning_rate)

    def _root(self, side: str, g: Tensor, power: int) -> Tensor:
        """Add g g^T to L, the sum of a side, and return L^(-1/power); or its diagonal, as a column."""
        whole = len(g) <= self.largest
        if side not in self.sums:
            ones = g.new_ones(len(g))
            self.sums[side] = self.epsilon * (ones.diag() if whole else ones[:, None])
        # L <- L + g g^T
        total = self.sums[side].add_(g @ g.T if whole else (g * g).sum(dim=1, keepdim=True))
        if (self.t - 1) % self.every == 0:
            self.roots[side] = self._inverse_root(total, power) if whole else total.pow(-1 / power)
        return self.roots[side]

    def _inverse_root(self, total: Tensor, power: int) -> Tensor:
        """Return L^(-1/power) = Q e^(-1/power) Q^T, where L = Q e Q^T."""
        if not total.isfinite().all():  # a training that diverges has no eigenvalues
            return torch.full_like(total, torch.nan)
        e, q = torch.linalg.eigh(total)
        # no eigenvalue is less than epsilon but by rounding
        root: Tensor = (q * e.clamp_min(self.epsilon).pow(-1 / power)) @ q.T
        return root

    def _times(self, root: Tensor, x: Tensor) -> Tensor:
        return root @ x if root.shape[0] == root.shape[1] else root * x


def twin(
    weights: list[Tensor],
    biases: list[Tensor],
    *,
    learning_rate: float,
    epsilon: float,
    every: int,
    largest: int,
    weight_decay: float,
) -> Any:
    """pytorch_optimizer's Shampoo, which keeps every side whole; its first roots are of step `every`."""
    import pytorch_optimizer

    if any(max(w.shape) > largest for w in weights):
        raise ImportError("pytorch_optimizer's Shampoo has no longest side")

    groups = groups_of(weights, biases, weight_decay)
    return pytorch_optimizer.Shampoo(
        groups,
        lr=learning_rate,
        matrix_eps=epsilon,
        preconditioning_compute_steps=every,
        weight_decouple=True,
    )


ABOUT = About(
    heading=Words("Shampoo：矩陣兩側的預條件", "Shampoo: preconditioned on both sides"),
    text=Words(
        "Shampoo 累積權重矩陣之梯度兩側的二階矩 L 與 R，以兩者的負四分之一次方縮放梯度。方根的計算量大，可以"
        "每隔數步（every）才更新；邊長超過上限（largest）時只保留對角線。偏移量只有一側，以 L 的負二分之一次"
        "方縮放。",
        "Shampoo sums the second moments of a weight matrix's gradients on both sides, L and R, and scales"
        " the gradient by the inverse fourth roots of both. The roots are costly and may be renewed only at"
        " every few steps (every); of a side longer than a limit (largest) only the diagonal is kept. A bias"
        " has one side, scaled by the inverse square root of its L.",
    ),
    formulas=(
        Formula(
            r"L \leftarrow L+g\,g^{\top},\qquad R \leftarrow R+g^{\top}g",
            Words(
                "L 改為 L 加 g 乘 g 的轉置；R 改為 R 加 g 的轉置乘 g。",
                "L becomes L plus g times g transposed; R becomes R plus g transposed times g.",
            ),
        ),
        Formula(
            r"w \leftarrow w-\eta\,L^{-1/4}\,g\,R^{-1/4}",
            Words(
                "w 改為 w 減 η 乘 L 的負四分之一次方乘 g 乘 R 的負四分之一次方。",
                "w becomes w minus eta times L to the power of minus one fourth times g times R to the power"
                " of minus one fourth.",
            ),
        ),
    ),
    source="Gupta, Koren and Singer, Shampoo: Preconditioned stochastic tensor optimization (ICML 2018)",
    twin=twin,
    against="pytorch_optimizer's Shampoo",
    on_problems={"epsilon": 0.1},
    trial={"learning_rate": 0.03, "weight_decay": 0.1},
)
