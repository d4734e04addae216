"""Optimizers of several trials with the same settings that step as one.

A rule that treats every number by itself does not care whose number it is: the weights of T trials, one
below the other (T * D, F), and their biases, one after the other (T * F,), are parameters like any, and one
step of the optimizer, unchanged, is a step of all T. Whether a rule is of that kind is tried out.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from reportgen.optim import Optimizer
from reportgen.optim.base import restore_attributes

TRIALS, STEPS = 3, 4
SCALES = (1.0, 1e3, 1e-3)
"""Of the gradients that a rule is tried out with: some rules limit only long steps, or short ones."""
NEAR = 1e-12


def join(optimizers: Sequence[Optimizer]) -> Optimizer:
    """Return an optimizer of the parameters of several trials together, which stands where all of them stand.

    Args:
        optimizers: One of each trial, with the same settings and after as many steps.
    """
    joint = copy.copy(optimizers[0])
    vars(joint).update({name: _join([vars(own)[name] for own in optimizers]) for name in vars(joint)})
    return joint


def hand_back(joint: Optimizer, optimizers: Sequence[Optimizer]) -> None:
    """Let each trial's optimizer stand where the joint one stands.

    Args:
        joint: What `join` made of them. Its tensors are shared, not copied.
        optimizers: In the same order.
    """
    for place, own in enumerate(optimizers):
        restore_attributes(own, _part(vars(joint), place, len(optimizers)))


def steps_as_one(make: Callable[[], Optimizer]) -> bool:
    """Whether several trials' optimizers do the same joined as each by itself, as far as trying it out tells.

    Args:
        make: Makes one with its settings.
    """
    return all(_is_same_joined(make, scale) for scale in SCALES)


def _is_same_joined(make: Callable[[], Optimizer], scale: float) -> bool:
    source = torch.Generator().manual_seed(0)

    def draw() -> list[dict[str, Tensor]]:
        shapes = {"w1": (4, 3), "b1": (3,)}
        return [
            {
                name: torch.randn(shape, generator=source, dtype=torch.float64)
                for name, shape in shapes.items()
            }
            for _ in range(TRIALS)
        ]

    apart = draw()
    together: dict[str, Tensor] = _join(apart)
    optimizers = [make() for _ in apart]
    others = [make() for _ in apart]
    try:
        joint = join(others)
        for _ in range(STEPS):
            gradients = [{name: scale * value for name, value in of.items()} for of in draw()]
            for optimizer, parameters, own in zip(optimizers, apart, gradients, strict=True):
                optimizer.step(parameters, own)
            joint.step(together, _join(gradients))
            hand_back(joint, others)
            joint = join(others)  # as where a trial has left the others
        return all(
            _near(_part(together, place, TRIALS), apart[place])
            and _near(vars(others[place]), vars(optimizers[place]))
            for place in range(TRIALS)
        )
    except (TypeError, ValueError, RuntimeError, LookupError):  # it keeps what has no parts
        return False


def _join(values: Sequence[Any]) -> Any:
    """One state of several: tensors one below the other, all else as the first has it."""
    match values[0]:
        case Tensor():
            return torch.cat(list(values))
        case dict() as first:
            return {name: _join([value[name] for value in values]) for name in first}
        case list() | tuple() as first:
            return type(first)(_join(parts) for parts in zip(*values, strict=True))
        case first:
            return first


def _part(value: Any, place: int, count: int) -> Any:
    """The state of the trial at a place, of so many."""
    match value:
        case Tensor():
            return value.chunk(count)[place]
        case dict():
            return {name: _part(inner, place, count) for name, inner in value.items()}
        case list() | tuple():
            return type(value)(_part(inner, place, count) for inner in value)
        case _:
            return value


def _near(value: Any, other: Any) -> bool:
    """Whether two states are the same but for roundings."""
    match value:
        case Tensor():
            return value.shape == other.shape and torch.allclose(value, other, rtol=NEAR, atol=0)
        case dict():
            return value.keys() == other.keys() and all(_near(value[name], other[name]) for name in value)
        case list() | tuple():
            return len(value) == len(other) and all(map(_near, value, other))
        case _:
            return bool(value == other)
