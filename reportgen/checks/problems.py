"""Small problems that every optimizer has to make progress on: a matrix and a vector to be moved, float64."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Parameters = dict[str, Tensor]


def draw(seed: int, *shape: int) -> Tensor:
    """Return normal numbers of this shape, float64, the same ones for the same seed."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@dataclass(frozen=True)
class Problem:
    """A function to be made small; its least value is 0.

    Attributes:
        start: Returns where it begins; new tensors at every call.
        loss: Its value at some parameters.
        gradients: Its gradients at some parameters and at a step, as far as the problem shows them.
        steps: How many are taken.
        share: Of the loss at the start, what has to be reached.
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
    return float((1 - x) ** 2 + 10 * (y - x * x) ** 2 + 0.5 * parameters["b"].square().sum())


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
    "sparse gradient": Problem(_start, _bowl_loss, _sparse_gradients, 400, 0.05),
    "heavy-tailed noise": Problem(_start, _bowl_loss, _heavy_tailed_gradients, 300, 0.1),
}
