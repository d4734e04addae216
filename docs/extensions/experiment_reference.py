"""The reference of an experiment's keys as Markdown, from the model that reads the file."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args

from command_reference import table
from pydantic import BaseModel
from sphinx.pycode import ModuleAnalyzer

from reportgen.experiment.model import Experiment

Schema = Mapping[str, Any]

KINDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`"}
LIMITS = {
    "minimum": "at least {:,}",
    "exclusiveMinimum": "more than {:,}",
    "maximum": "at most {:,}",
    "exclusiveMaximum": "less than {:,}",
    "minItems": "at least {:,} of them",
    "maxItems": "at most {:,} of them",
    "maxLength": "at most {:,} characters",
}
LIST_LIMITS = {**LIMITS, "maxLength": LIMITS["maxItems"]}
"""A limit that is looked at after a list was made a tuple has another name in the schema."""


def markdown() -> str:
    """Return a section for every table that an experiment's file may have.

    Raises:
        LookupError: A key of the model has no docstring, and so no meaning that could be printed.
    """
    paths: dict[type[BaseModel], list[str]] = {}
    for path, model in _tables(Experiment, ""):
        # keys that two tables inherit are told once, for both
        for owner in reversed(model.__mro__):
            if own_keys(owner):
                paths.setdefault(owner, []).append(path)
    return "\n\n".join(_section(model, where) for model, where in paths.items())


def own_keys(model: type) -> list[str]:
    """Return the keys that a model declares itself, by their names in Python."""
    if not issubclass(model, BaseModel):
        return []
    return [name for name in inspect.get_annotations(model) if name in model.model_fields]


def _tables(model: type[BaseModel], path: str) -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield the path in TOML and the model of a table, and of every table in it."""
    yield path, model
    for name, field in model.model_fields.items():
        key = f"{path}.{field.alias or name}".lstrip(".")
        inner = list(_models(field.annotation))
        listed = "tuple" in str(field.annotation)
        for name_part in ["NAME"] * str(field.annotation).count("dict[") if inner else []:
            key += f".{name_part}"
        for of_field in inner:
            if own_keys(of_field):
                yield from _tables(of_field, f"[{key}]" if listed else key)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models in an annotation such as `Comparison | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _section(model: type[BaseModel], paths: list[str]) -> str:
    shown = [f"`[{path}]`" for path in paths if path]
    title = ", ".join(shown) if shown else "The file itself"
    schema = model.model_json_schema()
    rows = [_row(model, name, schema) for name in own_keys(model)]
    return f"## {title}\n\n" + table(("key", "meaning", "value", "if not given"), rows)


def _row(model: type[BaseModel], name: str, schema: Schema) -> tuple[str, str, str, str]:
    field = model.model_fields[name]
    key = field.alias or name
    default = "needed" if field.is_required() else _default(schema["properties"][key])
    return f"`{key}`", meaning(model, name), _value(schema["properties"][key], schema), default


def meaning(model: type[BaseModel], name: str) -> str:
    """Return the docstring under a key's declaration, in one line."""
    lines = _docstrings(model.__module__).get((model.__name__, name))
    if not lines:
        raise LookupError(f"{model.__module__}.{model.__name__}.{name} has no docstring")
    return " ".join(" ".join(lines).split())


@cache
def _docstrings(module: str) -> dict[tuple[str, str], list[str]]:
    return ModuleAnalyzer.for_module(module).find_attr_docs()


def _value(schema: Schema, whole: Schema) -> str:
    """Return what may stand behind a key, and its limits."""
    if reference := schema.get("$ref"):
        target = whole["$defs"][reference.rpartition("/")[2]]
        return " or ".join(f"`{choice}`" for choice in target["enum"]) if "enum" in target else "table"
    if options := schema.get("anyOf") or schema.get("allOf"):
        return " or ".join(_value(option, whole) for option in options if option.get("type") != "null")
    if choices := schema.get("enum"):
        return ", ".join(f'`"{choice}"`' for choice in choices)
    names = LIST_LIMITS if schema.get("type") == "array" else LIMITS
    limits = [text.format(schema[name]) for name, text in names.items() if name in schema]
    match schema.get("type"):
        case "array":
            kind = f"list of: {_value(schema['items'], whole)}" if schema.get("items") else "list"
        case "object":
            kind = "table"
        case kind:
            kind = KINDS.get(str(kind), "any value")
    return ", ".join([kind, *limits])


def _default(schema: Schema) -> str:
    """Return a default as the file would spell it; nothing where there is none that could be written."""
    match schema.get("default"):
        case bool(value):
            return f"`{str(value).lower()}`"
        case str(value):
            return f'`"{value}"`'
        case int(value) | float(value):
            return f"`{value:g}`"
        case [] | None | {}:
            return ""
        case list(values):
            return f"`{values}`"
        case _:
            return "its own defaults"
