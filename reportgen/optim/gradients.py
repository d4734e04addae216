"""What every optimizer does with gradients before its own rule: check them and add them up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import torch
from torch import Tensor


class FactoredGradient(Protocol):
    """A gradient that can add itself to a tensor without being written to memory first."""

    @property
    def shape(self) -> torch.Size:
        """The shape of the parameter it belongs to."""
        ...

    def written_out(self) -> Tensor:
        """The gradient as a plain tensor."""
        ...

    def add_to(self, target: Tensor, *, beta: float, alpha: float) -> None:
        """Do target <- beta target + alpha gradient, in place."""
        ...


Gradient = Tensor | FactoredGradient
Gradients = Mapping[str, Gradient]


def check(parameters: Mapping[str, Tensor], gradients: Gradients) -> None:
    """Refuse gradients that do not fit the parameters, before any parameter has been changed.

    Args:
        parameters: By name.
        gradients: By the same names, of the same shapes.

    Raises:
        KeyError: One is missing; the message names it.
        ValueError: A shape differs; the message names it.
    """
    for name, parameter in parameters.items():
        if name not in gradients:
            raise KeyError(f"the gradient of parameter '{name}' is missing")
        if gradients[name].shape != parameter.shape:
            expected, got = tuple(parameter.shape), tuple(gradients[name].shape)
            raise ValueError(f"the gradient of parameter '{name}' has shape {got}, expected {expected}")


def is_weight(parameter: Tensor) -> bool:
    """Whether a parameter is a weight matrix, which decays, or a bias, which does not."""
    return parameter.dim() > 1


def accumulate(target: Tensor, gradient: Gradient, *, beta: float = 1.0, alpha: float) -> None:
    """Do target <- beta target + alpha gradient, in place.

    Args:
        target: A tensor of the gradient's shape.
        gradient: A tensor, or the factors of one.
        beta: The factor of what is there.
        alpha: The factor of what is added.
    """
    if isinstance(gradient, Tensor):
        if beta != 1:
            target.mul_(beta)
        target.add_(gradient, alpha=alpha)
    else:
        gradient.add_to(target, beta=beta, alpha=alpha)


def written_out(gradient: Gradient) -> Tensor:
    """The gradient as a plain tensor."""
    return gradient if isinstance(gradient, Tensor) else gradient.written_out()
