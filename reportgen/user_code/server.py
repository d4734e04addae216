"""What a guarded process does with a user's code: load it, describe it, and call what it is asked to call."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from torch import Tensor

from reportgen.user_code.confinement import Connection
from reportgen.user_code.description import describe_module
from reportgen.user_code.encoding import NoDataError, encode
from reportgen.user_code.module import load_guarded
from reportgen.user_code.source import UserCode
from reportgen.user_code.trouble import describe_exception


class Server:
    """One user's code, and the objects that were made of it."""

    def __init__(self, code: UserCode) -> None:
        self.code = code
        self.module: ModuleType | None = None
        self.skipped: list[str] = []
        self.objects: list[Any] = []

    def serve(self, connection: Connection) -> None:
        """Answer requests for as long as there are any."""
        while True:
            request = connection.receive()
            connection.send(self.answer(request))

    def answer(self, request: Any) -> bytes:
        """Return the answer to a request, which names an operation and its arguments, as a message."""
        operation, *arguments = request
        try:
            return encode({"value": self._operation(operation)(*arguments)})
        except NoDataError as error:
            return encode({"no data": str(error)})
        except BaseException as error:  # SystemExit too
            return encode({"error": describe_exception(error, self.code)})

    def _operation(self, name: str) -> Callable[..., Any]:
        operations: dict[str, Callable[..., Any]] = {
            "load": self.load,
            "describe": self.describe,
            "new": self.new,
            "new twin": self.new_twin,
            "call": self.call,
            "step twin": self.step_twin,
            "get": self.get,
            "set": self.set,
            "has": self.has,
        }
        return operations[name]

    def load(self) -> None:
        """Run the code, once."""
        self.module = load_guarded(self.code, self.skipped.append)

    def describe(self) -> dict[str, Any]:
        """Return what the code holds."""
        assert self.module is not None
        return describe_module(self.module, self.skipped)

    def new(self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> int:
        """Make an object of a class of the code, and return its number."""
        return self._keep(getattr(self.module, name)(*arguments, **keywords))

    def new_twin(self, weights: list[Tensor], biases: list[Tensor], keywords: dict[str, Any]) -> int:
        """Make the twin of the code's ABOUT, over tensors of its own, and return its number."""
        assert self.module is not None
        leaves = [[tensor.clone().requires_grad_() for tensor in group] for group in (weights, biases)]
        twin = self.module.ABOUT.twin(*leaves, **keywords)
        return self._keep((twin, leaves))

    def step_twin(self, number: int, gradients: list[list[Tensor]], learning_rate: float | None) -> Any:
        """Let a twin take a step with these gradients, and return its weights and biases after it."""
        twin, leaves = self.objects[number]
        for group, group_gradients in zip(leaves, gradients, strict=True):
            for leaf, gradient in zip(group, group_gradients, strict=True):
                leaf.grad = gradient
        if learning_rate is not None:
            for parameters in twin.param_groups:
                parameters["lr"] = learning_rate
        twin.step()
        return leaves

    def call(self, number: int, method: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Call a method of an object; return its result, and the arguments as they are afterwards."""
        result = getattr(self.objects[number], method)(*arguments, **keywords)
        return result, arguments

    def get(self, number: int, attribute: str) -> Any:
        """Return an attribute of an object."""
        return getattr(self.objects[number], attribute)

    def set(self, number: int, attribute: str, value: Any) -> None:
        """Set an attribute of an object."""
        setattr(self.objects[number], attribute, value)

    def has(self, number: int, attribute: str) -> bool:
        """Return whether an object has an attribute."""
        return hasattr(self.objects[number], attribute)

    def _keep(self, made: Any) -> int:
        self.objects.append(made)
        return len(self.objects) - 1
