"""What a user's file holds: its classes with their signatures, docstrings and source, as plain data."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

LONGEST_TEXT = 200_000
"""Characters of a docstring or a source text."""


@dataclass(frozen=True)
class Parameter:
    """A parameter of a constructor. default: None also where it is no plain value."""

    name: str
    required: bool
    default: Any = None


@dataclass(frozen=True)
class MethodDescription:
    """A method. parameters: their names, without the first. first_line: of the text of the code."""

    name: str
    parameters: tuple[str, ...]
    first_line: int
    source: str


@dataclass(frozen=True)
class ClassDescription:
    """A class. methods: its own, and those of the classes of the same file that it is made of."""

    name: str
    docstring: str
    parameters: tuple[Parameter, ...]
    methods: tuple[MethodDescription, ...]
    first_line: int
    source: str

    def method(self, name: str) -> MethodDescription | None:
        """Return a method by its name, where it has one."""
        return next((method for method in self.methods if method.name == name), None)


@dataclass(frozen=True)
class Description:
    """A user's file.

    classes: that are defined in it, in its order. about: its ABOUT as plain data, without the twin. skipped:
    a line for each statement of a notebook that failed.
    """

    classes: tuple[ClassDescription, ...]
    about: dict[str, Any] | None
    has_twin: bool
    skipped: tuple[str, ...] = ()

    def find(self, name: str) -> ClassDescription | None:
        """Return a class by its name, where there is one."""
        return next((described for described in self.classes if described.name == name), None)


def describe_module(module: ModuleType, skipped: list[str]) -> dict[str, Any]:
    """Return what a module holds, for `Description`; runs in the guarded process.

    Args:
        module: A user's.
        skipped: A line for each statement of it that failed.
    """
    classes = [value for value in vars(module).values() if _is_own_class(value, module)]
    about = getattr(module, "ABOUT", None)
    return {
        "classes": [_describe_class(described, module) for described in dict.fromkeys(classes)],
        "about": _plain(about) if dataclasses.is_dataclass(about) and not isinstance(about, type) else None,
        "has_twin": callable(getattr(about, "twin", None)),
        "skipped": [line[:LONGEST_TEXT] for line in skipped],
    }


def _is_own_class(value: object, module: ModuleType) -> bool:
    return isinstance(value, type) and value.__module__ == module.__name__


def _describe_class(described: type, module: ModuleType) -> dict[str, Any]:
    """A class; where inspect knows nothing of a part, as of a class made by a call, that part is empty."""
    source, first_line = _source(described)
    methods: dict[str, dict[str, Any]] = {}
    for owner in reversed([owner for owner in described.__mro__ if _is_own_class(owner, module)]):
        for name, value in vars(owner).items():
            function = value.__func__ if isinstance(value, staticmethod | classmethod) else value
            if inspect.isfunction(function):
                text, line = _source(function)
                names = _parameters(function)
                if not isinstance(value, staticmethod):
                    names = names[1:]
                methods[name] = {
                    "name": name,
                    "parameters": [parameter["name"] for parameter in names],
                    "first_line": line,
                    "source": text,
                }
    return {
        "name": described.__name__,
        "docstring": (inspect.cleandoc(described.__doc__) if described.__doc__ else "")[:LONGEST_TEXT],
        "parameters": _parameters(described),
        "methods": list(methods.values()),
        "first_line": first_line,
        "source": source,
    }


def _parameters(of: Callable[..., Any]) -> list[dict[str, Any]]:
    try:
        signature = inspect.signature(of)
    except (TypeError, ValueError):
        return []
    parameters = []
    for parameter in signature.parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            name = ("*" if parameter.kind == parameter.VAR_POSITIONAL else "**") + parameter.name
            parameters.append({"name": name, "required": False, "default": None})
            continue
        required = parameter.default is parameter.empty
        default = None if required else _plain(parameter.default)
        parameters.append({"name": parameter.name, "required": required, "default": default})
    return parameters


def _source(of: Any) -> tuple[str, int]:
    """The text of a class or a function, and its first line; of one without any, nothing and 0."""
    try:
        lines, first = inspect.getsourcelines(of)
    except (OSError, TypeError, IndentationError, SyntaxError):
        return "", 0
    return "".join(lines)[:LONGEST_TEXT], max(first, 1)


def _plain(value: Any) -> Any:
    """Numbers, texts, lists, dictionaries and dataclasses as plain data; None for anything else."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, list | tuple):
        items = [_plain(item) for item in value]
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return None


def read_description(plain: Any) -> Description:
    """Return a description of what a guarded process answered.

    Raises:
        ValueError: It is none.
    """
    return Description(
        classes=tuple(_read_class(described) for described in _list(plain, "classes")),
        about=None if plain["about"] is None else _typed(plain, "about", dict),
        has_twin=_typed(plain, "has_twin", bool),
        skipped=tuple(_text(line) for line in _list(plain, "skipped")),
    )


def _read_class(plain: Any) -> ClassDescription:
    return ClassDescription(
        name=_typed(plain, "name", str),
        docstring=_typed(plain, "docstring", str),
        parameters=tuple(
            Parameter(_typed(one, "name", str), _typed(one, "required", bool), one.get("default"))
            for one in _list(plain, "parameters")
        ),
        methods=tuple(
            MethodDescription(
                _typed(one, "name", str),
                tuple(_text(name) for name in _list(one, "parameters")),
                _typed(one, "first_line", int),
                _typed(one, "source", str),
            )
            for one in _list(plain, "methods")
        ),
        first_line=_typed(plain, "first_line", int),
        source=_typed(plain, "source", str),
    )


def _typed(plain: Any, name: str, kind: type) -> Any:
    value = plain.get(name) if isinstance(plain, dict) else None
    if type(value) is not kind:
        raise ValueError(f"{name} is no {kind.__name__}")
    return value


def _list(plain: Any, name: str) -> list[Any]:
    items: list[Any] = _typed(plain, name, list)
    return items


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value
