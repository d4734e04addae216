"""Any torch.optim.Optimizer behind `step(parameters, gradients)`."""

from __future__ import annotations

import importlib
import inspect
import warnings
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from typing import Any, cast

import torch
from torch import Tensor

from reportgen.errors import nearest, printable
from reportgen.optim.about import Value
from reportgen.optim.gradients import Gradients, check, is_weight, written_out

LEARNING_RATE, TORCH_LEARNING_RATE = "learning_rate", "lr"
WEIGHT_DECAY = "weight_decay"
OF_TORCH = ("params", "self")
"""Arguments of a torch optimizer that are no hyperparameters."""


class NoOptimizerError(ValueError):
    """A dotted name that leads to no torch optimizer, in one line."""


def find_class(name: str) -> type[torch.optim.Optimizer]:
    """Return the class that a dotted name means.

    Args:
        name: Such as "torch.optim.RMSprop" or "pytorch_optimizer.SOAP".

    Raises:
        NoOptimizerError: It leads nowhere, or to something else.
    """
    module_name, _, class_name = name.rpartition(".")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = importlib.import_module(module_name)
    except Exception as error:  # whatever a package does when it is imported
        raise NoOptimizerError(
            f"{module_name} cannot be imported ({printable(str(error))}); is its package installed?"
        ) from error
    kinds = [
        kind
        for kind, value in vars(module).items()
        if inspect.isclass(value) and issubclass(value, torch.optim.Optimizer)
    ]
    shown = getattr(module, class_name, None)
    if class_name not in kinds:
        what = "has no such name" if shown is None else "has something else of that name, no torch optimizer"
        raise NoOptimizerError(f"{module_name} {what}{nearest(class_name, kinds)}")
    return getattr(module, class_name)  # type: ignore[no-any-return]


def hyperparameters(shown: type[torch.optim.Optimizer]) -> tuple[dict[str, Value], tuple[str, ...]]:
    """Return a torch optimizer's hyperparameters with their defaults, and the names of all that it takes.

    Args:
        shown: Its class. What it calls lr is called learning_rate here.
    """
    parameters = {
        LEARNING_RATE if parameter.name == TORCH_LEARNING_RATE else parameter.name: parameter.default
        for parameter in inspect.signature(shown).parameters.values()
        if parameter.name not in OF_TORCH and parameter.kind is not parameter.VAR_KEYWORD
    }
    defaults = {
        name: value
        for name, value in parameters.items()
        if isinstance(value, bool | int | float | str | tuple)
    }
    return defaults, (LEARNING_RATE, *(name for name in parameters if name != LEARNING_RATE))


def package_of(shown: type) -> str:
    """Return the package that a class is from, with its version, such as "torch 2.13.0"."""
    module = shown.__module__.partition(".")[0]
    for distribution in packages_distributions().get(module, []):
        try:
            return f"{distribution} {version(distribution)}"
        except PackageNotFoundError:
            continue
    return module


class TorchOptimizer:
    """A torch optimizer that moves our parameters. Its weight decay is for weights, not for biases."""

    def __init__(self, shown: type[torch.optim.Optimizer], *, learning_rate: float, **settings: Any) -> None:
        self.shown = shown
        self.learning_rate = learning_rate
        self.settings = settings
        self.names: list[str] = []
        self.inner: Any = None
        self.kept: dict[str, Any] | None = None
        # a value that will not do is refused now, not at the first step
        self._make({"w": torch.zeros(2, 2), "b": torch.zeros(2)})

    def step(self, parameters: dict[str, Tensor], gradients: Gradients) -> None:
        """Update every parameter in place from the gradient of the same name."""
        check(parameters, gradients)
        if self.inner is None:
            self.inner = self._make(parameters)
            if self.kept is not None:
                self._restore(self.kept)
        for group in self.inner.param_groups:
            group[TORCH_LEARNING_RATE] = self.learning_rate
        for name, twin in self._twins(parameters).items():
            # a gradient of its own, as some optimizers write into it
            twin.grad = written_out(gradients[name]).clone()
        with torch.autocast(next(iter(parameters.values())).device.type, enabled=False):
            self.inner.step()

    def evaluated(self, parameters: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the weights to evaluate: others than those in training, where the optimizer says so.

        Schedule-free optimizers do, by their methods `eval` and `train`.
        """
        if not all(callable(getattr(self.inner, name, None)) for name in ("eval", "train")):
            return parameters
        before = {name: parameter.clone() for name, parameter in parameters.items()}
        self.inner.eval()
        evaluated = {name: parameter.clone() for name, parameter in parameters.items()}
        self.inner.train()
        for name, parameter in parameters.items():
            parameter.copy_(before[name])  # there and back changes the last bits
        return evaluated

    def state_dict(self) -> dict[str, Any]:
        """Return all that changes while training: tensors and plain values, nested."""
        if self.inner is None:
            return self.kept or {}
        twins = [twin for group in self.inner.param_groups for twin in group["params"]]
        return {
            "state": [dict(self.inner.state[twin]) if twin in self.inner.state else None for twin in twins],
            "shared": {key: value for key, value in self.inner.state.items() if isinstance(key, str)},
            "groups": [
                {key: value for key, value in group.items() if key != "params"}
                for group in self.inner.param_groups
            ],
            "further": {
                name: value
                for name, value in vars(self.inner).items()
                if name not in OF_EVERY and _is_kept(value)
            },
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Stand where `state_dict` was called; it counts from the next step on."""
        self.kept = dict(state)
        self.inner = None

    def _make(self, parameters: Mapping[str, Tensor]) -> Any:
        """The torch optimizer of these parameters, whose storage it shares."""
        self.names = list(parameters)
        twins = {name: torch.nn.Parameter(parameter) for name, parameter in parameters.items()}
        weights = [twin for twin in twins.values() if is_weight(twin)]
        biases = [twin for twin in twins.values() if not is_weight(twin)]
        groups: list[dict[str, Any]] = [{"params": weights}, {"params": biases}]
        if WEIGHT_DECAY in inspect.signature(self.shown).parameters:
            groups[1][WEIGHT_DECAY] = 0.0
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                used = [group for group in groups if group["params"]]
                inner: Any = cast("Any", self.shown)(used, lr=self.learning_rate, **self.settings)
                if callable(getattr(inner, "train", None)):
                    inner.train()
        except Exception as error:  # of whatever kind its package likes
            raise ValueError(f"{self.shown.__name__} refuses it: {printable(str(error))}") from error
        self.twins = twins
        return inner

    def _twins(self, parameters: dict[str, Tensor]) -> dict[str, torch.nn.Parameter]:
        """The torch parameters; anew where the tensors themselves are others than before."""
        for name, twin in self.twins.items():
            if twin.data_ptr() != parameters[name].data_ptr():
                twin.data = parameters[name]
        return self.twins

    def _restore(self, kept: Mapping[str, Any]) -> None:
        if not kept:
            return
        twins = [twin for group in self.inner.param_groups for twin in group["params"]]
        for twin, state in zip(twins, kept["state"], strict=True):
            if state is not None:
                self.inner.state[twin] = state
        self.inner.state.update(kept["shared"])
        for group, settings in zip(self.inner.param_groups, kept["groups"], strict=True):
            group.update(settings)
        vars(self.inner).update(kept["further"])


OF_EVERY = ("state", "param_groups", "defaults")
"""Attributes of every torch optimizer that are kept by themselves, or do not change."""


def _is_kept(value: object) -> bool:
    return isinstance(value, bool | int | float | str | Tensor | None) or (
        isinstance(value, list | tuple) and all(_is_kept(part) for part in value)
    )
