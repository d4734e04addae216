"""Somebody's classes as the proofs use them, in this process: quicker than a guarded one."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Mapping
from typing import Any


class LocalClasses:
    """The classes that a text of Python defines."""

    def __init__(self, text: str) -> None:
        self.names: dict[str, Any] = {}
        exec(text, self.names)

    def arguments(self, name: str) -> Mapping[str, Any] | None:
        if name not in self.names:
            return None
        return {p.name: p.default for p in inspect.signature(self.names[name]).parameters.values()}

    def make(self, name: str, **arguments: Any) -> Any:
        return self.names[name](**arguments)

    def arguments_after(self, name: str, *arguments: Any) -> tuple[Any, ...]:
        own = copy.deepcopy(arguments)
        self.names[name](*own)
        return own

    def renew(self) -> None:
        pass
