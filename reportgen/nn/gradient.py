"""The gradient of a weight matrix, kept as its two factors."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(slots=True)
class WeightGradient:
    """dw = x^T d + 2 l2 w, not yet multiplied out.

    dw is as large as the weights, and on a small batch writing it out and reading it again
    takes a good part of a step. Most optimizers only add it to something, and a matrix product
    can add while it multiplies: `add_to` does both in one pass; `written_out` gives the tensor.

    x: the layer's inputs, (N, D). d: the gradient of the loss with respect to the layer's
    outputs, already divided by N, (N, F). w: the weights, (D, F); they enter only where l2 is
    not 0.
    """

    x: Tensor
    d: Tensor
    w: Tensor
    l2: float = 0.0

    @property
    def shape(self) -> torch.Size:
        """(D, F), the shape of the weights."""
        return torch.Size((self.x.shape[1], self.d.shape[1]))

    def written_out(self) -> Tensor:
        """The gradient as a tensor, (D, F)."""
        dw = self.x.T @ self.d
        return dw.to(self.w.dtype).add_(self.w, alpha=2 * self.l2) if self.l2 else dw

    def add_to(self, target: Tensor, *, beta: float, alpha: float) -> None:
        """Do target <- beta target + alpha dw, in place; the target may be w itself."""
        if not self.x.dtype == self.d.dtype == target.dtype:  # products in a type shorter than w
            dw = self.written_out()  # before the target changes: it may be w
            target.mul_(beta).add_(dw, alpha=alpha)
        elif target is self.w:
            target.addmm_(self.x.T, self.d, beta=beta + 2 * alpha * self.l2, alpha=alpha)
        else:
            target.addmm_(self.x.T, self.d, beta=beta, alpha=alpha)
            if self.l2:
                target.add_(self.w, alpha=2 * alpha * self.l2)
