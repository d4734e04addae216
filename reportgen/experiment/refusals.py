"""Why an experiment's file is refused: a line for each mistake, with its key, its value and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from reportgen.errors import UserError, printable
from reportgen.experiment.aliases import meant
from reportgen.experiment.model import Experiment, OptimizerSettings

MOST_LINES = 50
"""The most mistakes that are said at once."""

Location = tuple[int | str, ...]
"""Where something stands: keys, and places in lists."""


class ExperimentError(UserError):
    """An experiment file that cannot be used; a line for each mistake, whatever the file holds.

    content: what the file says, where it is TOML and that is why it was refused.
    """

    content: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, *mistakes: str) -> None:
        super().__init__(*map(printable, mistakes))


def explain(error: ValidationError) -> list[str]:
    """Return a line for each mistake of a file, in the order of its tables.

    A missing key is not said where an unknown one beside it explains it.
    """
    mistakes = error.errors()
    misspelt = {
        (*location[:-1], meant(str(location[-1]), _keys_at(location[:-1])))
        for mistake in mistakes
        if mistake["type"] == "extra_forbidden" and (location := mistake["loc"])
    }
    # a table that is misspelt explains what is missing in it, as an unknown key does the one beside it
    told = [m for m in mistakes if m["type"] != "missing" or m["loc"][:-1] not in misspelt]
    lines = list(dict.fromkeys(map(_explain, told)))
    more = len(lines) - MOST_LINES
    return lines if more <= 0 else [*lines[:MOST_LINES], f"and {more} more mistakes"]


def hint(word: str, known: Iterable[str]) -> str:
    """Return what to do about a word that is not known, to be put behind it: what was meant, or may be.

    Args:
        word: What was written.
        known: What could have been.
    """
    names = list(known)
    near = meant(word, names)
    return f"; did you mean {near}?" if near else f"; allowed here: {', '.join(names)}"


def _explain(mistake: ErrorDetails) -> str:
    """The line for one of pydantic's mistakes."""
    location, value = mistake["loc"], mistake["input"]
    given = f"{dotted(location)}{shown(value)}"
    match mistake["type"]:
        case "extra_forbidden":
            line = _unknown(location)
        case "missing":
            wrong = _in_place_of(location, value)
            line = _unknown((*location[:-1], wrong)) if wrong else f"{dotted(location)} is missing"
        case "value_error":
            reason = str(mistake["ctx"]["error"])
            line = f"{given}: {reason}" if given else reason
        case "model_type" | "dict_type":
            line = f"{given}: must be a table with {', '.join(_keys_at(location))}"
        case "tuple_type":
            line = f"{given}: must be a list"
        case "literal_error" if isinstance(value, str):
            near = meant(value, re.findall(r"'([^']*)'", mistake["ctx"]["expected"]))
            line = f"{given}: {_lower_first(mistake['msg'])}"
            line += f'; did you mean "{near}"?' if near else ""
        case _:
            line = f"{given}: {_lower_first(mistake['msg'])}"
    return line


def _unknown(location: Location) -> str:
    return f"unknown key {dotted(location)}{hint(str(location[-1]), _keys_at(location[:-1]))}"


def _in_place_of(location: Location, table: Any) -> str | None:
    """The unknown key of a table that was probably meant to be the one that is missing there."""
    known = _keys_at(location[:-1])
    unknown = [name for name in table if name not in known] if isinstance(table, dict) else []
    return next((name for name in unknown if meant(name, known) == location[-1]), None)


def dotted(location: Location) -> str:
    """('comparison', 'optimizers', 1, 'momentum') as comparison.optimizers[1].momentum."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def shown(value: object) -> str:
    """The value as TOML would spell it; nothing for a whole table."""
    if isinstance(value, dict | BaseModel):
        return ""
    if isinstance(value, bool):
        return f" = {str(value).lower()}"
    if isinstance(value, str):
        return f' = "{value[:60]}"'
    try:
        return f" = {str(value)[:60]}"
    except ValueError:  # Python does not spell out whole numbers of thousands of digits
        return " = (a very long number)"


def _lower_first(message: str) -> str:
    return message[:1].lower() + message[1:]


def _keys_at(location: Location) -> list[str]:
    """The keys that the table at this place may have."""
    model: Any = Experiment
    free_keys = 0  # how many tables of freely named keys are yet to be passed
    for part in location:
        if isinstance(part, int):
            model = OptimizerSettings
        elif free_keys:
            free_keys -= 1
        else:
            field = next(f for name, f in model.model_fields.items() if part in (name, f.alias))
            free_keys = str(field.annotation).count("dict[")
            model = _model_in(field.annotation) or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The table type within an annotation such as `Comparison | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        if found := _model_in(argument):
            return found
    return None
