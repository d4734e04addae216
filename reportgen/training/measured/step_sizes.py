"""How large a step is: the lengths of the gradient, of the change of the parameters, and of these."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from reportgen.optim import Optimizer
from reportgen.optim.gradients import Gradients, written_out
from reportgen.training.measured import rounding


@dataclass(frozen=True)
class StepSizes:
    """Lengths (L2 norms over all parameters together) at one step.

    gradient: of the objective's gradient as the optimizer got it. update: of what the step changed.
    parameters: of the parameters before it.
    """

    gradient: float
    update: float
    parameters: float


def measured_step(optimizer: Optimizer, parameters: dict[str, Tensor], gradients: Gradients) -> StepSizes:
    """Do the optimizer's step exactly as without measuring, and return how large everything was.

    Args:
        optimizer: Does the step.
        parameters: By name; changed in place.
        gradients: By the same names.
    """
    # the gradients first: those of weights with an L2 term refer to the weights, which are about to change
    gradient = length(written_out(gradients[name]) for name in parameters)
    before = {name: parameter.clone() for name, parameter in parameters.items()}
    optimizer.step(parameters, gradients)
    update = length(parameters[name] - before[name] for name in parameters)
    return StepSizes(gradient, update, length(before.values()))


def length(tensors: Iterable[Tensor]) -> float:
    """The L2 norm of all numbers in the tensors, summed up in float64, as a record keeps it."""
    norms = [float(torch.linalg.vector_norm(tensor, dtype=torch.float64)) for tensor in tensors]
    return rounding.rounded(math.hypot(*norms), rounding.LENGTH)
