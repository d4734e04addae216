"""Optimizers by name: those of `rules/`, and any torch optimizer by its dotted name."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, cast

import torch

from reportgen.errors import nearest, printable
from reportgen.optim import rules, torch_optim
from reportgen.optim.about import About, Value
from reportgen.optim.base import Optimizer
from reportgen.optim.torch_optim import package_of

LEARNING_RATE = "learning_rate"
BUILT_IN, USERS_FILE = "built in", "a user's file"


class UnknownOptimizerError(ValueError):
    """No optimizer of that name; one line that says which there are."""


@dataclass(frozen=True)
class OptimizerKind:
    """An optimizer that experiments can name.

    Attributes:
        name: By which they do.
        hyperparameters: Every one that has a default, with it.
        accepts: Every one.
        make: Returns a new one with these hyperparameters. Raises ValueError for values that will not do.
        shown: The class whose source a report prints; None of a user's file, which another process has.
        about: What its file says about it.
        code: The digest of the user's file that has it; empty for what is installed.
    """

    name: str
    hyperparameters: Mapping[str, Value]
    accepts: tuple[str, ...]
    make: Callable[..., Optimizer]
    shown: type | None
    about: About
    code: str = ""

    @property
    def origin(self) -> str:
        """Whose code it is: BUILT_IN, USERS_FILE, or a package with its version."""
        if self.code:
            return USERS_FILE
        assert self.shown is not None, "only what a user's file has is in another process"
        return BUILT_IN if self.shown.__module__.startswith(f"{rules.__name__}.") else package_of(self.shown)


@cache
def built_in() -> Mapping[str, OptimizerKind]:
    """Return the optimizers of `rules/`, by name: SGD, SGD_Momentum and Adam first, then the others."""
    modules = [
        importlib.import_module(f"{rules.__name__}.{module.name}")
        for module in pkgutil.iter_modules(rules.__path__)
    ]
    kinds = [kind_of_module(module) for module in modules]
    first = ("SGD", "SGD_Momentum", "Adam")
    kinds.sort(key=lambda kind: (first.index(kind.name) if kind.name in first else len(first), kind.name))
    return {kind.name: kind for kind in kinds}


def kind_of_module(module: ModuleType) -> OptimizerKind:
    """Return the optimizer of a rule's file: its one class that has a step."""
    (shown,) = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and value.__module__ == module.__name__ and hasattr(value, "step")
    ]
    about: About = module.ABOUT
    return kind_of_class(about.name or shown.__name__, shown, about)


def kind_of_class(name: str, shown: type, about: About) -> OptimizerKind:
    """Return an optimizer of whose class the constructor's keyword arguments are the hyperparameters.

    Args:
        name: By which experiments name it.
        shown: The class, with `step(parameters, gradients)`.
        about: What is known of it.
    """
    parameters = inspect.signature(shown).parameters.values()
    return OptimizerKind(
        name=name,
        hyperparameters={
            parameter.name: parameter.default
            for parameter in parameters
            if parameter.default is not parameter.empty
        },
        accepts=tuple(parameter.name for parameter in parameters),
        make=cast("Callable[..., Optimizer]", shown),
        shown=shown,
        about=about,
    )


def try_out(kind: OptimizerKind, values: Mapping[str, Value]) -> None:
    """Make an optimizer and let a foreign one take a step, since some want more than gradients.

    Args:
        kind: Whose.
        values: Its hyperparameters.

    Raises:
        ValueError: That does not work, in one line.
    """
    optimizer = kind.make(**values)
    if not isinstance(optimizer, torch_optim.TorchOptimizer):
        return
    try:
        # as in training: weights and biases, without automatic differentiation
        with torch.inference_mode(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parameters = {"w": torch.ones(5, 4), "b": torch.ones(4)}
            optimizer.step(parameters, {name: torch.ones_like(value) for name, value in parameters.items()})
    except Exception as error:  # of whatever kind its package likes
        raise ValueError(
            f"{kind.name} cannot be trained with here: {type(error).__name__}: {printable(str(error))}"
        ) from error


@cache
def find(name: str) -> OptimizerKind:
    """Return an optimizer of this program by its name, or any torch optimizer by its dotted name.

    Args:
        name: Such as "Lion" or "torch.optim.RMSprop".

    Raises:
        UnknownOptimizerError: There is none, in one line.
    """
    if name in built_in():
        return built_in()[name]
    if "." in name:
        return _torch_kind(name)
    raise UnknownOptimizerError(
        f"no such optimizer{nearest(name, list(built_in()))}; there are {', '.join(built_in())}, any"
        " torch.optim.NAME or PACKAGE.NAME, and FILE.py:CLASS"
    )


def hyperparameters(name: str) -> Mapping[str, Value]:
    """Return the hyperparameters of an optimizer that have defaults, with them."""
    return find(name).hyperparameters


def _torch_kind(name: str) -> OptimizerKind:
    try:
        shown = torch_optim.find_class(name)
    except torch_optim.NoOptimizerError as error:
        raise UnknownOptimizerError(str(error)) from error
    defaults, accepts = torch_optim.hyperparameters(shown)

    def make(**values: Any) -> Optimizer:
        return torch_optim.TorchOptimizer(shown, **values)

    return OptimizerKind(name, defaults, accepts, make, shown, About())
