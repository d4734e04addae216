"""The optimizers: one file each, one class each, `step(parameters, gradients)`."""

from __future__ import annotations

import inspect
from typing import Protocol

from torch import Tensor

from reportgen.optim.adam import Adam
from reportgen.optim.gradients import Gradients
from reportgen.optim.schedules import SCHEDULES, Schedule
from reportgen.optim.sgd import SGD
from reportgen.optim.sgd_momentum import SGDMomentum

__all__ = [
    "OPTIMIZERS",
    "SCHEDULES",
    "SGD",
    "Adam",
    "Optimizer",
    "SGDMomentum",
    "Schedule",
    "hyperparameters",
]


class Optimizer(Protocol):
    """What an optimizer is: something that moves parameters by their gradients."""

    learning_rate: float
    """A schedule changes it between steps."""

    def step(self, parameters: dict[str, Tensor], gradients: Gradients) -> None:
        """Update every parameter in place from the gradient of the same name."""
        ...


OPTIMIZERS: dict[str, type[Optimizer]] = {"SGD": SGD, "SGD_Momentum": SGDMomentum, "Adam": Adam}
"""By the name that experiments and reports use."""


def hyperparameters(name: str) -> dict[str, float]:
    """The hyperparameters of the optimizer of that name, with their defaults."""
    return {
        parameter.name: parameter.default
        for parameter in inspect.signature(OPTIMIZERS[name]).parameters.values()
    }
