"""What the twins of the optimizers share: published implementations, with weights that decay and biases
that do not."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def groups_of(weights: list[Tensor], biases: list[Tensor], weight_decay: float) -> list[dict[str, Any]]:
    """Return groups of parameters for a torch optimizer: weights that decay, and biases that do not.

    Args:
        weights: Matrices.
        biases: Vectors.
        weight_decay: Of the weights.
    """
    groups = [{"params": weights, "weight_decay": weight_decay}, {"params": biases, "weight_decay": 0.0}]
    return [group for group in groups if group["params"]]


class ShrinkingFirst:
    """A torch optimizer that knows no decoupled weight decay, with the weights shrunk before its steps.

    Attributes:
        param_groups: The optimizer's; a schedule sets "lr" in each.
    """

    def __init__(self, optimizer: torch.optim.Optimizer, weights: list[Tensor], weight_decay: float) -> None:
        self.optimizer = optimizer
        self.weights = weights
        self.weight_decay = weight_decay
        self.param_groups = optimizer.param_groups

    def step(self) -> None:
        """Shrink the weights, then step along the gradients that were there before."""
        with torch.no_grad():
            for weight in self.weights:
                weight.mul_(1 - self.param_groups[0]["lr"] * self.weight_decay)
        self.optimizer.step()
