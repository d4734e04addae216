"""Small problems that every optimizer has to make progress on: a matrix and a vector to be moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

Parameters = dict[str, Tensor]


def draw(seed: int, *shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@dataclass(frozen=True)
class Problem:
    """A function to be made small.

    start: where; a new one at every call. loss: at some parameters, least at 0. gradients: of the loss, at
    a step, as far as the problem shows them. steps: to be taken. share: of the loss at the start, that has
    to be reached.
    """

    start: Callable[[], Parameters]
    loss: Callable[[Parameters], float]
    gradients: Callable[[Parameters, int], Parameters]
    steps: int
    share: float


TARGET = {"w": draw(1, 4, 3), "b": draw(2, 3)}
STEEPNESS = {"w": torch.logspace(-1, 1, 12, dtype=torch.float64).reshape(4, 3), "b": torch.ones(3).double()}
"""From 0.1 to 10, along the axes."""


def _start() -> Parameters:
    """Every entry at least 1 from its target, and no two equally far."""
    distances = {name: draw(10 + place, *target.shape) for place, (name, target) in enumerate(TARGET.items())}
    return {name: TARGET[name] + distance + distance.sign() for name, distance in distances.items()}


def _off(parameters: Parameters) -> Parameters:
    return {name: p - TARGET[name].to(p.dtype) for name, p in parameters.items()}


def _steepness(off: Tensor, name: str) -> Tensor:
    return STEEPNESS[name].to(off.dtype)


def _bowl_loss(parameters: Parameters) -> float:
    return sum(0.5 * off.square().sum().item() for off in _off(parameters).values())


def _steep_loss(parameters: Parameters) -> float:
    return sum(
        0.5 * (_steepness(off, name) * off.square()).sum().item() for name, off in _off(parameters).items()
    )


def _steep_gradients(parameters: Parameters, _: int) -> Parameters:
    return {name: _steepness(off, name) * off for name, off in _off(parameters).items()}


def _sparse_gradients(parameters: Parameters, step: int) -> Parameters:
    """A row at a time, as where a word is seen in one sentence of many; the rest is 0."""
    gradients = _off(parameters)
    rows = torch.arange(4) == step % 4
    return gradients | {"w": gradients["w"] * rows[:, None]}


def _heavy_tailed_gradients(parameters: Parameters, step: int) -> Parameters:
    """With noise of Student's t distribution at 2 degrees of freedom, whose variance is infinite."""
    gradients = {}
    for place, (name, off) in enumerate(_off(parameters).items()):
        normal, *others = draw(1000 * step + place, 3, *off.shape)
        chi_squared = others[0].square() + others[1].square()
        gradients[name] = off + 0.3 * (normal / (chi_squared / 2).sqrt()).to(off.dtype)
    return gradients


def _valley_start() -> Parameters:
    return {"w": torch.tensor([[-0.5, 0.8]], dtype=torch.float64), "b": torch.ones(1, dtype=torch.float64)}


def _valley_loss(parameters: Parameters) -> float:
    x, y = parameters["w"][0]
    return ((1 - x) ** 2 + 10 * (y - x * x) ** 2 + 0.5 * parameters["b"].square().sum()).item()


def _valley_gradients(parameters: Parameters, _: int) -> Parameters:
    """Rosenbrock's curved valley, a tenth as steep as his."""
    x, y = parameters["w"][0]
    slope = torch.stack((2 * (x - 1) - 40 * x * (y - x * x), 20 * (y - x * x)))
    return {"w": slope[None], "b": parameters["b"].clone()}


BOWL = Problem(_start, _bowl_loss, lambda parameters, _: _off(parameters), 300, 0.01)
PROBLEMS = {
    "bowl": BOWL,
    "ill-conditioned bowl": Problem(_start, _steep_loss, _steep_gradients, 400, 0.02),
    "Rosenbrock": Problem(_valley_start, _valley_loss, _valley_gradients, 500, 0.1),
    "sparse": Problem(_start, _bowl_loss, _sparse_gradients, 400, 0.05),
    "heavy-tailed": Problem(_start, _bowl_loss, _heavy_tailed_gradients, 300, 0.1),
}


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
