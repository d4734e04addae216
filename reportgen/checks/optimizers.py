"""Proofs of the optimizers, in float64: beside a twin, where there is one, and by their properties."""

from __future__ import annotations

import contextlib
import math
import warnings
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from reportgen.checks.check import EXACTLY, Check, Measure, carry_out, worst
from reportgen.nn import WeightGradient
from reportgen.optim import OptimizerKind
from reportgen.optim.about import Value
from reportgen.optim.base import evaluated_parameters
from reportgen.optim.gradients import Gradient
from reportgen.optim.registry import LEARNING_RATE
from reportgen.optim.torch_optim import WEIGHT_DECAY, TorchOptimizer
from reportgen.training.optimizer_state import restore_state, state_of

STEPS, L2, DECAY = 200, 0.01, 0.4
WEIGHTS, BIASES = ("w1", "w2"), ("b1", "b2")
"""The parameters to be moved: two of each shape, so that a state that they share is noticed."""
USUAL_RATE = 1e-3
"""The learning rate of an optimizer whose class has no default for it."""
NO_TWIN = Measure("no twin: properties only", 0.0, EXACTLY)
"""What is measured where there is no twin; the properties raise where they do not hold."""


def optimizer(kind: OptimizerKind) -> Check:
    """Prove an optimizer.

    Args:
        kind: Which; its `about` may name a twin.
    """
    return carry_out(kind.name, f"Test of {kind.name}", "Passed", lambda: (prove(kind), ()))


def prove(kind: OptimizerKind) -> tuple[Measure, ...]:
    """Return how far an optimizer is from its twin, at one learning rate and with one that changes.

    Args:
        kind: Which. Where there is no twin, or it is not installed, its properties alone are measured.
    """
    settings = {LEARNING_RATE: USUAL_RATE, **kind.hyperparameters, **kind.about.trial}
    changed = settings | ({WEIGHT_DECAY: DECAY} if WEIGHT_DECAY in settings else {})
    rates = [float(settings[LEARNING_RATE])] * STEPS  # type: ignore[arg-type]  # a number
    changing = [rate * (1 + 0.9 * math.cos(step)) for step, rate in enumerate(rates[: STEPS // 4])]
    _prove_properties(kind, settings)
    if kind.about.twin is None:
        return (NO_TWIN,)
    try:
        measures = [
            *_compare(kind, settings, rates),
            *_compare(kind, changed, changing),
        ]
    except ImportError:  # of the package that has the twin
        return (NO_TWIN,)
    return (max(measures, key=lambda measure: measure.error),)


def _compare(
    kind: OptimizerKind, settings: Mapping[str, Value], learning_rates: list[float]
) -> list[Measure]:
    """Take the same steps with both and compare every parameter after every step.

    The weights' gradients come as factors, as in training, at every other step, else written out.
    """
    ours = kind.make(**settings)
    parameters, draws = _parameters(), _draws()
    others = {name: parameter.clone().requires_grad_() for name, parameter in parameters.items()}
    weights, biases = ([others[name] for name in names] for names in (WEIGHTS, BIASES))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        twin = kind.about.twin(weights, biases, **settings)  # type: ignore[misc]  # who calls has looked
    measures = []
    for step, learning_rate in enumerate(learning_rates):
        gradients: dict[str, Gradient] = {}
        for name, other in others.items():
            x, d = next(draws)
            if name in BIASES:
                gradients[name], other.grad = d.sum(dim=0), d.sum(dim=0)
            else:
                factors = WeightGradient(x, d, parameters[name], L2)
                gradients[name] = factors if step % 2 else factors.written_out()
                other.grad = x.T @ d + 2 * L2 * other.detach()
        ours.learning_rate = learning_rate
        ours.step(parameters, gradients)
        for group in twin.param_groups:
            group["lr"] = learning_rate
        twin.step()
        pairs = {name: (parameters[name], other.detach()) for name, other in others.items()}
        measures.append(worst((kind.about.against, kind.about.limit), pairs))
    return measures


def _prove_properties(kind: OptimizerKind, settings: Mapping[str, Value]) -> None:
    """Raise ArithmeticError unless an optimizer does what every optimizer must.

    It moves downhill on a bowl; leaves gradients as they are; goes on from what it kept to the same bits; and
    steps otherwise at another learning rate.
    """
    _refuse_uphill(kind, settings)
    first, parameters, draws = kind.make(**settings), _parameters(), _draws()
    rate = float(settings[LEARNING_RATE])  # type: ignore[arg-type]  # a learning rate is a number
    for step in range(12):
        gradients = _gradients(draws)
        before = {name: gradient.clone() for name, gradient in gradients.items()}
        first.learning_rate = rate * (1 + 0.5 * math.cos(step))
        first.step(parameters, dict(gradients))
        if any(not torch.equal(gradients[name], before[name]) for name in before):
            raise ArithmeticError("changes the gradients that it is given")
    tensors, plain = state_of(first)
    second = kind.make(**settings)
    restore_state(second, tensors, plain)
    others = {name: parameter.clone() for name, parameter in parameters.items()}
    for _ in range(5):
        gradients = _gradients(draws)
        for each, of_each in ((first, parameters), (second, others)):
            each.learning_rate = rate
            each.step(of_each, {name: gradient.clone() for name, gradient in gradients.items()})
    if any(not torch.equal(parameters[name], others[name]) for name in parameters):
        raise ArithmeticError("goes on from what it kept to other numbers than without a stop")
    if isinstance(first, TorchOptimizer):
        return  # its learning rate is set where torch says; Rprop, for one, does not mean to follow it
    gradients = _gradients(draws)
    for each, of_each, factor in ((first, parameters, 1), (second, others, 3)):
        each.learning_rate = factor * rate
        each.step(of_each, {name: gradient.clone() for name, gradient in gradients.items()})
    if all(torch.equal(parameters[name], others[name]) for name in parameters):
        raise ArithmeticError("takes the same step at another learning rate: a schedule does not reach it")


def _refuse_uphill(kind: OptimizerKind, settings: Mapping[str, Value]) -> None:
    """Raise ArithmeticError unless it gets lower on a bowl: half the sum of the squares."""
    ours, parameters = kind.make(**settings), _parameters()
    start = _height(evaluated_parameters(ours, parameters))
    lowest = start
    with contextlib.suppress(OverflowError):
        for _ in range(STEPS):
            ours.step(parameters, {name: parameter.clone() for name, parameter in parameters.items()})
            lowest = min(lowest, _height(evaluated_parameters(ours, parameters)))
    if not lowest < start:
        raise ArithmeticError(f"does not get lower on a bowl in {STEPS} steps: has the step the right sign?")


def _height(parameters: Mapping[str, Tensor]) -> float:
    return sum(float(parameter.square().sum()) for parameter in parameters.values()) / 2


def _parameters() -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(3)
    shapes = {**dict.fromkeys(WEIGHTS, (5, 4)), **dict.fromkeys(BIASES, (4,))}
    return {
        name: torch.randn(shape, generator=generator, dtype=torch.float64) for name, shape in shapes.items()
    }


def _draws() -> Iterator[tuple[Tensor, Tensor]]:
    """Yield inputs x (6, 5) and gradients of outputs d (6, 4), always the same ones."""
    generator = torch.Generator().manual_seed(4)
    while True:
        x, d = (torch.randn(6, size, generator=generator, dtype=torch.float64) for size in (5, 4))
        yield x, d


def _gradients(draws: Iterator[tuple[Tensor, Tensor]]) -> dict[str, Tensor]:
    drawn = {name: next(draws) for name in (*WEIGHTS, *BIASES)}
    return {name: x.T @ d if name in WEIGHTS else d.sum(dim=0) for name, (x, d) in drawn.items()}
