"""Every optimizer on every problem, beside its twin, and by what all of them have to do: one table."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from reportgen.checks.check import Check
from reportgen.checks.optimizers import optimizer
from reportgen.checks.problems import PROBLEMS, Parameters, Problem, draw
from reportgen.optim import Optimizer, OptimizerKind
from reportgen.optim.about import Value
from reportgen.optim.base import evaluated_parameters
from reportgen.training.optimizer_state import restore_state, state_of

LEARNING_RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
"""What each optimizer tries on each problem; the best of them counts."""


@dataclass(frozen=True)
class Reached:
    """What an optimizer makes of a problem: the share of the first loss that is left, at its best rate."""

    share: float
    learning_rate: float
    enough: bool


@dataclass(frozen=True)
class OptimizerRow:
    """An optimizer in the table.

    Attributes:
        name: Its own.
        settings: What it has where that is not its default, beside the learning rate.
        reached: By problem.
        proof: Beside its twin, or by its properties where it has none.
        properties: Whether each of `PROPERTIES` holds.
    """

    name: str
    settings: Mapping[str, Value]
    reached: dict[str, Reached]
    proof: Check
    properties: dict[str, bool]

    @property
    def passed(self) -> bool:
        """Whether it does all of this."""
        return (
            self.proof.passed
            and all(self.properties.values())
            and all(reached.enough for reached in self.reached.values())
        )


def rows_of(kinds: Iterable[OptimizerKind]) -> Iterator[OptimizerRow]:
    """Yield the rows of the table, each as soon as it is computed.

    Args:
        kinds: The optimizers.
    """
    for kind in kinds:
        yield OptimizerRow(
            kind.name,
            kind.about.on_problems,
            {name: reach(kind, problem) for name, problem in PROBLEMS.items()},
            optimizer(kind),
            {name: holds(kind) for name, holds in PROPERTIES.items()},
        )


def reach(kind: OptimizerKind, problem: Problem) -> Reached:
    """Return how far an optimizer gets with a problem, at the best of LEARNING_RATES.

    Args:
        kind: Which optimizer; all else of it is as it is by default, or as its file says for small problems.
        problem: Which problem.
    """
    first = problem.loss(problem.start())
    shares = {rate: _last_loss(kind, problem, rate) / first for rate in LEARNING_RATES}
    best = min(shares, key=lambda rate: shares[rate] if shares[rate] == shares[rate] else float("inf"))
    return Reached(shares[best], best, shares[best] < problem.share)


def _make(kind: OptimizerKind, **values: Value) -> Optimizer:
    return kind.make(**{**kind.hyperparameters, **kind.about.on_problems, **values})


def _last_loss(kind: OptimizerKind, problem: Problem, learning_rate: float) -> float:
    parameters = problem.start()
    trained = _make(kind, learning_rate=learning_rate)
    try:
        for step in range(problem.steps):
            trained.step(parameters, problem.gradients(parameters, step))
    except (ArithmeticError, RuntimeError, ValueError):  # of matrices that are no longer finite
        return float("inf")
    return problem.loss(evaluated_parameters(trained, parameters))


def _start(dtype: torch.dtype = torch.float64) -> Parameters:
    shapes = {"w1": (5, 4), "b1": (4,), "w2": (4, 3), "b2": (3,)}
    return {name: draw(seed, *shape).to(dtype) for seed, (name, shape) in enumerate(shapes.items())}


def _gradients(parameters: Parameters, step: int) -> Parameters:
    """Down a bowl, with noise."""
    return {
        name: p + draw(100 * step + place, *p.shape).to(p.dtype)
        for place, (name, p) in enumerate(parameters.items())
    }


def _train(trained: Optimizer, parameters: Parameters, steps: Iterable[int]) -> None:
    for step in steps:
        trained.step(parameters, _gradients(parameters, step))


def _same(one: Parameters, other: Parameters) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


def refuses_what_does_not_fit(kind: OptimizerKind) -> bool:
    """Whether a gradient that is missing, or of another shape, is refused before anything has changed."""
    refused = []
    spoils: tuple[Callable[[Parameters], Any], ...] = (
        lambda gradients: gradients.pop("w2"),
        lambda gradients: gradients.update(w2=torch.ones(3, 4, dtype=torch.float64)),
        lambda gradients: gradients.update(b1=torch.ones(1, dtype=torch.float64)),
    )
    for spoil in spoils:
        parameters, trained = _start(), _make(kind)
        _train(trained, parameters, range(3))
        before, gradients = copy.deepcopy(parameters), _gradients(parameters, 3)
        spoil(gradients)
        try:
            trained.step(parameters, gradients)
        except (KeyError, ValueError):
            refused.append(_same(parameters, before))
        else:
            refused.append(False)
    return all(refused)


def goes_on_to_the_same_bits(kind: OptimizerKind) -> bool:
    """Whether it goes on from its state, as a checkpoint keeps it, as if it had not been stopped."""
    parameters, trained = _start(), _make(kind)
    _train(trained, parameters, range(12))
    tensors, plain = state_of(trained)
    others, other = copy.deepcopy(parameters), _make(kind)
    restore_state(other, tensors, json.loads(json.dumps(plain)))
    _train(trained, parameters, range(12, 30))
    _train(other, others, range(12, 30))
    return _same(parameters, others) and _same(
        evaluated_parameters(trained, parameters), evaluated_parameters(other, others)
    )


def leaves_gradients_alone(kind: OptimizerKind) -> bool:
    """Whether gradients are the same after its steps as before."""
    parameters, trained = _start(), _make(kind)
    for step in range(3):
        gradients = _gradients(parameters, step)
        before = copy.deepcopy(gradients)
        trained.step(parameters, gradients)
        if not _same(gradients, before):
            return False
    return True


def computes_in_the_type_of_the_parameters(kind: OptimizerKind) -> bool:
    """Whether float32 stays float32 and float64 stays float64, and both move to about the same place."""
    moved = {}
    for dtype in (torch.float32, torch.float64):
        parameters = _start(dtype)
        _train(_make(kind), parameters, range(5))
        if any(p.dtype != dtype or not p.isfinite().all() for p in parameters.values()):
            return False
        moved[dtype] = parameters
    return all(
        torch.allclose(moved[torch.float32][name].double(), p, rtol=1e-2, atol=1e-2)
        for name, p in moved[torch.float64].items()
    )


def follows_a_schedule(kind: OptimizerKind) -> bool:
    """Whether another learning rate, set from outside, makes another step."""
    ends = []
    for factor in (1.0, 0.25):
        parameters, trained = _start(), _make(kind)
        _train(trained, parameters, range(3))
        trained.learning_rate = trained.learning_rate * factor
        _train(trained, parameters, range(3, 6))
        ends.append(evaluated_parameters(trained, parameters))
    return not _same(*ends)


PROPERTIES: dict[str, Callable[[OptimizerKind], bool]] = {
    "refuses wrong keys and shapes": refuses_what_does_not_fit,
    "restored to the same bits": goes_on_to_the_same_bits,
    "gradients untouched": leaves_gradients_alone,
    "float32 and float64": computes_in_the_type_of_the_parameters,
    "a schedule reaches it": follows_a_schedule,
}
