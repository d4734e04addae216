"""A network's parameters and gradients, small enough to be written down."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

Parameters = dict[str, Tensor]


def some_parameters() -> Parameters:
    """Those of a network of two layers, the second without biases."""
    return {"w1": torch.ones(3, 2), "b1": torch.ones(2), "w2": torch.ones(2, 2)}


def some_gradients() -> dict[str, Any]:
    """Gradients of these."""
    return {
        "w1": torch.tensor([[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5]]),
        "b1": torch.tensor([-0.5, 0.3]),
        "w2": torch.tensor([[2.0, -0.5], [1.0, 0.7]]),
    }
