"""What most optimizers have in common: one rule for every parameter, and a count of the steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import torch
from torch import Tensor

from reportgen.optim.gradients import Gradients, check, is_weight, written_out


class Optimizer(Protocol):
    """What an optimizer is: something that moves parameters by their gradients."""

    learning_rate: float
    """A schedule changes it between steps."""

    def step(self, parameters: dict[str, Tensor], gradients: Gradients) -> None:
        """Update every parameter in place from the gradient of the same name."""
        ...


def evaluated_parameters(optimizer: Optimizer, parameters: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the parameters to evaluate: those in training, or others, where the optimizer has such.

    Args:
        optimizer: May have a method `evaluated`, as those do that train at one place and answer at another.
        parameters: Those in training, by name.
    """
    evaluated = getattr(optimizer, "evaluated", None)
    return parameters if evaluated is None else evaluated(parameters)


class PerParameter:
    """An optimizer that updates every parameter by one rule, `update`, and counts its steps in t."""

    t = 0

    def step(self, parameters: dict[str, Tensor], gradients: Gradients) -> None:
        """Count the step, and update every parameter in place from the gradient of the same name."""
        check(parameters, gradients)
        self.t += 1
        for name, parameter in parameters.items():
            g = written_out(gradients[name]).to(parameter.dtype)
            # a rule is as precise as its parameters
            with torch.autocast(parameter.device.type, enabled=False):
                self.update(name, parameter, g)

    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        """Update the parameter w in place from its gradient g, of the same shape."""
        raise NotImplementedError(f"{type(self).__name__} has no update")


def zeros(store: dict[str, Tensor], name: str, like: Tensor) -> Tensor:
    """Return the tensor that is stored under a name: zeros, of the same shape and type, at first.

    Args:
        store: A part of an optimizer's state, by parameter.
        name: Of the parameter.
        like: The parameter.
    """
    if name not in store:
        store[name] = torch.zeros_like(like)
    return store[name]


def decay(w: Tensor, rate: float) -> None:
    """Shrink a weight in place, w <- (1 - rate) w, and leave a bias as it is.

    Args:
        w: A parameter.
        rate: The learning rate times the weight decay.
    """
    if rate and is_weight(w):
        w.mul_(1 - rate)


def refuse_outside_unit(**values: float) -> None:
    """Refuse hyperparameters that are not at least 0 and less than 1.

    Args:
        **values: By name.

    Raises:
        ValueError: One is; the message names it.
    """
    for name, value in values.items():
        if not 0 <= value < 1:
            raise ValueError(f"{name} must be at least 0 and less than 1")


def refuse_not_positive(**values: float) -> None:
    """Refuse hyperparameters that are not greater than 0.

    Args:
        **values: By name.

    Raises:
        ValueError: One is; the message names it.
    """
    for name, value in values.items():
        if not value > 0:
            raise ValueError(f"{name} must be greater than 0")


def refuse_negative(**values: float) -> None:
    """Refuse hyperparameters below 0.

    Args:
        **values: By name.

    Raises:
        ValueError: One is; the message names it.
    """
    for name, value in values.items():
        if not value >= 0:
            raise ValueError(f"{name} must be at least 0")


def restore_attributes(owner: object, values: Mapping[str, Any]) -> None:
    """Set the attributes of an optimizer that was newly made to what another of its kind kept.

    Args:
        owner: The optimizer.
        values: By attribute.
    """
    for name, value in values.items():
        before = getattr(owner, name, None)
        if isinstance(before, dict) and isinstance(value, dict):
            before.clear()  # the same object: it may be of a kind that knows what is missing
            before.update(value)
        else:
            setattr(owner, name, value)
