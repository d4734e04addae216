"""A user's classes in a guarded process, as the proofs use them: like objects of this process."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import numpy as np
from torch import Tensor

from reportgen.user_code.description import Description
from reportgen.user_code.remote import CodeProcess, RemoteObject
from reportgen.user_code.source import UserCode

SECONDS = 20.0
"""How long one call of a proof may take; right code takes a thousandth of a second."""


class GuardedClasses:
    """The classes of a user's file. Whatever they do, they do in another process, which `close` ends."""

    def __init__(self, code: UserCode) -> None:
        """Start the process. Raises UserCodeError where the code cannot be loaded.

        Args:
            code: The user's.
        """
        self.code = code
        self.process = CodeProcess(code, seconds=SECONDS)
        try:
            self.description: Description = self.process.describe()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        """Return them."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self.close()

    def close(self) -> None:
        """End the process."""
        self.process.close()

    def arguments(self, name: str) -> Mapping[str, Any] | None:
        """Return the arguments of a class's constructor, with their defaults; None where there is none."""
        described = self.description.find(name)
        return None if described is None else {p.name: p.default for p in described.parameters}

    def make(self, name: str, **arguments: Any) -> Any:
        """Return an object of a class, whose methods can be called and attributes set."""
        return Remote(self.process.new(name, **arguments), self._methods(name))

    def arguments_after(self, name: str, *arguments: Any) -> tuple[Any, ...]:
        """Return what the arguments of a class's constructor are once an object has been made."""
        _, after = self.process.new(name, *arguments).call("__init__", *arguments)
        return after

    def renew(self) -> None:
        """Start another process, where the last one has ended."""
        if self.process.ended is not None:
            self.process = CodeProcess(self.code, seconds=SECONDS)

    def _methods(self, name: str) -> frozenset[str]:
        described = self.description.find(name)
        assert described is not None, "an object was made of it"
        return frozenset(method.name for method in described.methods)


class Remote:
    """An object in another process, used like one in this: what a method changes in place is changed here."""

    def __init__(self, remote: RemoteObject, methods: frozenset[str]) -> None:
        object.__setattr__(self, "_remote", remote)
        object.__setattr__(self, "_methods", methods)

    def __getattr__(self, name: str) -> Any:
        """Return a method, or an attribute's value."""
        remote: RemoteObject = object.__getattribute__(self, "_remote")
        if name in object.__getattribute__(self, "_methods"):
            return lambda *arguments: self._call(name, *arguments)
        if not remote.has(name):
            raise AttributeError(name)
        return remote.get(name)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute of the object."""
        object.__getattribute__(self, "_remote").set(name, value)

    def _call(self, method: str, *arguments: Any) -> Any:
        result, after = object.__getattribute__(self, "_remote").call(method, *arguments)
        for argument, changed in zip(arguments, after, strict=True):
            write_back(argument, changed)
        return result


def write_back(argument: Any, changed: Any) -> None:
    """Make an argument of a call what it has become.

    Args:
        argument: What was handed over; changed in place.
        changed: The same after the call, as it came back.
    """
    match argument:
        case dict():
            argument.clear()
            argument.update(changed)
        case list():
            argument[:] = changed
        case Tensor():
            argument.copy_(changed)
        case np.ndarray():
            argument[...] = changed
