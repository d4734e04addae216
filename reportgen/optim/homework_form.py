"""Optimizers in the homework's form, behind `step(parameters, gradients)`.

`step(params, params_grad)` on plain tensors or numpy arrays, in place or by putting new ones into `params`;
the learning rate is kept in `self.lr` or `self.learning_rate`, where a schedule reaches it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from reportgen.errors import UserError
from reportgen.optim.base import restore_attributes
from reportgen.optim.gradients import Gradients, check, written_out

LEARNING_RATES = ("lr", "learning_rate")
"""What the homework's optimizers call it: the attribute, and the argument of the constructor."""
NUMPY = "numpy"
Form = Literal["tensors", "arrays"]


class HomeworkOptimizerError(UserError):
    """A class that is no optimizer of the homework's form; one line that says why."""


class HomeworkOptimizer:
    """An optimizer of somebody's own.

    inner: the object. form: whether it works on tensors or arrays. rate_name: the attribute that holds its
    learning rate.
    """

    def __init__(self, inner: Any, form: Form, rate_name: str) -> None:
        self.inner = inner
        self.form = form
        self.rate_name = rate_name

    @property
    def learning_rate(self) -> float:
        """The object's own."""
        return float(getattr(self.inner, self.rate_name))

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        setattr(self.inner, self.rate_name, value)

    def step(self, parameters: dict[str, Tensor], gradients: Gradients) -> None:
        """Let the object step, and update every parameter in place."""
        check(parameters, gradients)
        plain = {name: written_out(gradient) for name, gradient in gradients.items()}
        moved: dict[str, Any] = handed(self.form, parameters)
        self.inner.step(moved, handed(self.form, plain))
        take_over(parameters, moved)

    def evaluated(self, parameters: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the parameters to evaluate: the object's, where it has others than those in training."""
        if not hasattr(self.inner, "evaluated"):
            return parameters
        result = self.inner.evaluated(handed(self.form, parameters))
        return {name: torch.as_tensor(result[name]) for name in parameters}

    def state_dict(self) -> dict[str, Any]:
        """Return all that changes while training: the object's attributes."""
        return {name: _kept(value) for name, value in vars(self.inner).items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Stand where `state_dict` was called."""
        restore_attributes(self.inner, _restored(state))


def handed(form: Form, tensors: Mapping[str, Tensor]) -> dict[str, Any]:
    """Return parameters or gradients as an object of this form takes them; memory is shared.

    Args:
        form: Of the object.
        tensors: By name.
    """
    return dict(tensors) if form == "tensors" else {name: t.numpy() for name, t in tensors.items()}


def take_over(parameters: Mapping[str, Tensor], moved: Mapping[str, Any]) -> None:
    """Write what an object has put in place of the parameters into them.

    Args:
        parameters: By name; changed in place.
        moved: What the object was handed, after its step.

    Raises:
        HomeworkOptimizerError: A parameter is gone, or no tensor of its shape any more.
    """
    for name, parameter in parameters.items():
        if name not in moved:
            raise HomeworkOptimizerError(f"step has removed {name!r} from params")
        value = moved[name]
        if value is parameter:
            continue
        new = value if isinstance(value, Tensor) else torch.as_tensor(np.asarray(value))
        if new.shape != parameter.shape:
            raise HomeworkOptimizerError(
                f"step has made params[{name!r}] of shape {tuple(new.shape)}, which was of"
                f" {tuple(parameter.shape)}"
            )
        if new.data_ptr() != parameter.data_ptr():
            parameter.copy_(new)


def arguments_of(names: Mapping[str, Any], hyperparameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return hyperparameters by the names that a constructor has for them: `lr` for `learning_rate`.

    Args:
        names: The constructor's arguments.
        hyperparameters: By the names that experiments have for them.
    """
    short, long = LEARNING_RATES
    renamed = short if short in names and long not in names else long
    return {renamed if name == long else name: value for name, value in hyperparameters.items()}


def make_homework_optimizer(kind: Callable[..., Any], **hyperparameters: Any) -> HomeworkOptimizer:
    """Return an optimizer of somebody's own class, in this process.

    Args:
        kind: The class.
        **hyperparameters: By the names that experiments have for them.

    Raises:
        HomeworkOptimizerError: It is none of the homework's form; one line.
    """
    arguments = arguments_of(inspect.signature(kind).parameters, hyperparameters)
    inner = kind(**arguments)
    return HomeworkOptimizer(inner, find_form(lambda: kind(**arguments)), find_rate_name(inner))


def find_rate_name(inner: Any) -> str:
    """Return the attribute that holds an object's learning rate.

    Args:
        inner: The object.

    Raises:
        HomeworkOptimizerError: It has none.
    """
    for name in LEARNING_RATES:
        if hasattr(inner, name):
            return name
    raise HomeworkOptimizerError(
        "the learning rate is kept neither in self.lr nor in self.learning_rate, where a schedule changes it"
    )


def find_form(make: Callable[[], Any]) -> Form:
    """Return what a class works on: tensors, where it can.

    Args:
        make: Makes an object of the class.
    """
    for form in ("tensors", "arrays"):
        try:
            rehearse(make(), form)
        except Exception:  # whatever somebody's code does with what it did not expect
            continue
        return form
    return "tensors"  # it is used like this, and says itself what is wrong


def rehearse(inner: Any, form: Form) -> None:
    """Take two steps with two small parameters.

    Args:
        inner: A new object.
        form: What it is handed.
    """
    parameters = {"w1": torch.ones(2, 2), "b1": torch.ones(2)}
    gradients = {name: torch.ones_like(parameter) for name, parameter in parameters.items()}
    for _ in range(2):
        moved = handed(form, parameters)
        inner.step(moved, handed(form, gradients))
        take_over(parameters, moved)


def _kept(value: Any) -> Any:
    """A part of the state as a checkpoint keeps it: what numpy has is a tensor under the name NUMPY."""
    match value:
        case np.ndarray() | np.generic():
            return {NUMPY: torch.from_numpy(np.array(value))}
        case Tensor():
            return value.clone()
        case dict():
            return {name: _kept(part) for name, part in value.items()}
        case list() | tuple():
            return type(value)(_kept(part) for part in value)
    return value


def _restored(value: Any) -> Any:
    match value:
        case Tensor():
            return value.clone()
        case {"numpy": Tensor() as tensor}:
            return tensor.numpy().copy()[()]  # a number where it was one: its powers have other last bits
        case dict():
            return {name: _restored(part) for name, part in value.items()}
        case list() | tuple():
            return type(value)(_restored(part) for part in value)
    return value
