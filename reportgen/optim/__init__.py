"""The optimizers: one file each in `rules/`, one class each, `step(parameters, gradients)`."""

from __future__ import annotations

from reportgen.optim.base import Optimizer
from reportgen.optim.registry import OptimizerKind, built_in, find, hyperparameters
from reportgen.optim.rules.adam import Adam
from reportgen.optim.rules.sgd import SGD
from reportgen.optim.rules.sgd_momentum import SGDMomentum
from reportgen.optim.schedules import SCHEDULES, Schedule

__all__ = [
    "SCHEDULES",
    "SGD",
    "Adam",
    "Optimizer",
    "OptimizerKind",
    "SGDMomentum",
    "Schedule",
    "built_in",
    "find",
    "hyperparameters",
]
