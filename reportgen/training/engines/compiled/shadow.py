"""An optimizer's step, done on tensors that only note it: the numbers it hands to its rule, step by step."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from reportgen.optim import Optimizer
from reportgen.optim.base import PerParameter
from reportgen.optim.gradients import is_weight
from reportgen.training.engines.compiled.noted_rules import (
    NoStateError,
    NotElementwiseError,
    Notes,
    Noting,
    Number,
    Rule,
    finished,
)

Handed = tuple[Rule, list[float]]
"""A rule, and the numbers that a step hands over to it."""


@dataclass(frozen=True)
class StepRules:
    """What one step does to every weight matrix and to every bias."""

    weights: Handed
    biases: Handed

    def alike(self, other: StepRules | None) -> bool:
        """Whether another step has the same rules, whatever numbers it hands to them."""
        return other is not None and (self.weights[0], self.biases[0]) == (other.weights[0], other.biases[0])


class Shadow:
    """Goes through an optimizer's steps ahead of the numbers.

    The optimizer's plain attributes change in a copy until `hand_back`; its tensors are only noted. Since one
    rule holds for all weights, and one for all biases, one of each stands for all.

    state_names: the attributes in which it keeps a tensor for every parameter, in order.
    """

    def __init__(self, optimizer: Optimizer, parameters: Mapping[str, Tensor]) -> None:
        self.optimizer = optimizer
        self.state_names = state_names(optimizer, parameters)
        self.plain = {
            name: copy.deepcopy(value)
            for name, value in vars(optimizer).items()
            if name not in self.state_names
        }
        self.like = dict(parameters)
        self._refuse_uneven()
        names = list(parameters)
        self.like = {
            next(n for n in names if is_weight(parameters[n])): next(
                p for p in parameters.values() if is_weight(p)
            ),
            next(n for n in names if not is_weight(parameters[n])): next(
                p for p in parameters.values() if not is_weight(p)
            ),
        }

    def _refuse_uneven(self) -> None:
        """Refuse an optimizer that does not treat all weights alike, and all biases."""
        before = copy.deepcopy(self.plain)
        noted = self._note(self.optimizer.learning_rate)
        self.plain = before
        for alike in (True, False):
            group = [noted[name] for name, parameter in self.like.items() if is_weight(parameter) == alike]
            if any(handed != group[0] for handed in group):
                raise NotElementwiseError("does not treat all weights alike, or all biases")

    def steps(self, learning_rates: Sequence[float]) -> list[StepRules]:
        """Go some steps further, and return what each does.

        Where nothing but the count of the steps and the learning rate differs from one step to the next, all
        are gone at once, with a row of numbers where each step has one.

        Args:
            learning_rates: One for each.

        Raises:
            NotElementwiseError: One of them cannot be compiled.
        """
        before = dict(self.plain)
        try:
            return self._all_at_once(np.array(learning_rates).view(ByStep))
        except (TypeError, ValueError, NotElementwiseError):  # a rule that branches, or asks for one number
            self.plain = before
        return [self.step(learning_rate) for learning_rate in learning_rates]

    def _all_at_once(self, learning_rates: ByStep) -> list[StepRules]:
        count, before = len(learning_rates), dict(self.plain)
        steps_so_far = before.get("t")
        if steps_so_far is not None:
            self.plain["t"] = (steps_so_far + np.arange(count)).view(ByStep)
        noted = self._note(learning_rates)
        after = self.plain
        if steps_so_far is not None and not np.array_equal(
            after["t"], steps_so_far + np.arange(1, count + 1)
        ):
            raise ValueError("counts its steps in a way of its own")
        changed = {
            name for name in before if name not in ("t", "learning_rate") and after[name] != before[name]
        }
        if changed or after.keys() != before.keys():
            raise ValueError("keeps more from step to step than their count")
        self.plain["learning_rate"] = float(learning_rates[-1])
        if steps_so_far is not None:
            self.plain["t"] = steps_so_far + count
        weights, biases = (
            [(rule, row) for row in _by_step(numbers, count)] for rule, numbers in noted.values()
        )
        return [StepRules(*both) for both in zip(weights, biases, strict=True)]

    def step(self, learning_rate: float) -> StepRules:
        """Go one step further, and return what it does.

        Args:
            learning_rate: Of this step.

        Raises:
            NotElementwiseError: It cannot be compiled; all stands as before this step.
        """
        before = dict(self.plain)
        try:
            weights, biases = (
                (rule, [float(number) for number in numbers])
                for rule, numbers in self._note(learning_rate).values()
            )
        except NotElementwiseError:
            self.plain = before
            raise
        return StepRules(weights, biases)

    def hand_back(self) -> None:
        """Let the optimizer's plain attributes stand where this stands."""
        vars(self.optimizer).update(copy.deepcopy(self.plain))

    def _note(self, learning_rate: Number) -> dict[str, tuple[Rule, list[Number]]]:
        """Do a step on what only notes it; return by parameter what was noted."""
        twin: Any = object.__new__(type(self.optimizer))
        vars(twin).update(self.plain)
        twin.learning_rate = learning_rate
        notes = {name: Notes() for name in self.like}
        parameters = {
            name: Noting(notes[name], notes[name].begin(), like) for name, like in self.like.items()
        }
        for state in self.state_names:
            kept = {name: Noting(notes[name], notes[name].begin(), like) for name, like in self.like.items()}
            setattr(twin, state, kept)
        gradients = {name: Noting(notes[name], notes[name].begin(), like) for name, like in self.like.items()}
        if type(twin).step is PerParameter.step:  # the same, without what is for tensors alone
            twin.t += 1
            for name, parameter in parameters.items():
                twin.update(name, parameter, gradients[name])
        else:
            twin.step(parameters, gradients)
        inputs = 2 + len(self.state_names)
        handed: dict[str, tuple[Rule, list[Number]]] = {}
        for name in self.like:
            states = [getattr(twin, state)[name] for state in self.state_names]
            handed[name] = finished(notes[name], [parameters[name], *states], inputs)
        self.plain = {name: value for name, value in vars(twin).items() if name not in self.state_names}
        dicts = [value for value in self.plain.values() if isinstance(value, dict)]
        if any(isinstance(kept, Noting) for kept_by_name in dicts for kept in kept_by_name.values()):
            raise NoStateError("makes what it keeps between steps in its first one")
        return handed


class ByStep(np.ndarray[Any, Any]):
    """A number that each of some steps has its own of; it decides something where all decide it alike."""

    def __bool__(self) -> bool:
        """Return what all say."""
        values = np.asarray(self)
        if values.any() != values.all():
            raise ValueError("steps that differ")
        return bool(values.all())


def _by_step(numbers: Sequence[Number], count: int) -> list[list[float]]:
    """Return what each step hands over, where some numbers are the same for all of them."""
    table = np.empty((count, len(numbers)))
    for column, number in enumerate(numbers):
        table[:, column] = number
    rows: list[list[float]] = table.tolist()
    return rows


def state_names(optimizer: Optimizer, parameters: Mapping[str, Tensor]) -> tuple[str, ...]:
    """Return the attributes in which an optimizer keeps a tensor for every parameter.

    Args:
        optimizer: After a first step: what it keeps is there.
        parameters: By name.

    Raises:
        NotElementwiseError: It keeps tensors in another way, or something else by parameter.
    """
    names = []
    for attribute, value in vars(optimizer).items():
        if isinstance(value, dict) and value.keys() & parameters.keys():
            if value.keys() != parameters.keys() or not all(
                isinstance(tensor, Tensor)
                and tensor.shape == parameters[name].shape
                and tensor.dtype == parameters[name].dtype
                for name, tensor in value.items()
            ):
                raise NotElementwiseError(f"keeps something else than a tensor a parameter in {attribute}")
            names.append(attribute)
        elif _holds_tensor(value):
            raise NotElementwiseError(f"keeps a tensor in {attribute} that is not one of a parameter's")
    return tuple(names)


def _holds_tensor(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_holds_tensor, value.values()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return any(map(_holds_tensor, value))
    return isinstance(value, Tensor)
