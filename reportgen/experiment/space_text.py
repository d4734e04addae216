"""A search space as text, as `[found]` notes it down: SGD: learning_rate from 0.0001 to 1 (log)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from reportgen.experiment.search import Space

_SETTING = re.compile(
    r"([\w.]+) (?:from (\S+) to (\S+) \((log|linear)\)|in (\[.*?\]))(?:, (?=[\w.]+ (?:from|in) )|$)"
)


def write_space(label: str, spaces: Mapping[str, Space]) -> str:
    """Return a space as text.

    Args:
        label: What the report calls the optimizer that is searched for.
        spaces: By setting, its values.
    """
    settings = (
        f"{name} in {json.dumps(space.choices)}"
        if space.choices
        else f"{name} from {space.low:g} to {space.high:g} ({space.scale})"
        for name, space in spaces.items()
    )
    return f"{label}: {', '.join(settings)}"


def read_space(text: str) -> dict[str, Space] | None:
    """Return, by setting, the values of a space that was written so; None for a text of any other form.

    Args:
        text: Of one optimizer's space.
    """
    # a label may have a colon of its own, and so may a choice
    for colon in re.finditer(": ", text):
        if spaces := _settings(text[colon.end() :]):
            return spaces
    return None


def _settings(text: str) -> dict[str, Space] | None:
    spaces: dict[str, Space] = {}
    while text:
        found = _SETTING.match(text)
        if found is None:
            return None
        name, low, high, scale, choices = found.groups()
        try:
            spaces[name] = (
                Space(choices=tuple(json.loads(choices)))
                if choices
                else Space(low=float(low), high=float(high), scale="log" if scale == "log" else "linear")
            )
        except ValueError:
            return None
        text = text[found.end() :]
    return spaces
