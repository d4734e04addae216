"""In what two runs differ, besides their results: what a change of results may come from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reportgen.records.manifest import Description, written

KINDS = ("settings", "data", "code", "versions", "device")
"""The experiment's settings, the images, the code that computes, the libraries, the machine."""

FOLLOWS = (
    "duplicates", "near_copies", "subset_images_by_class", "parts_digest", "notes", "columns",
    "numeric_columns", "categorical_columns", "features",
)  # fmt: skip
"""What is said of the data that follows from the rest."""


@dataclass(frozen=True)
class Difference:
    """A thing that is not the same in two runs. before, now: as text, empty where there is none."""

    kind: str
    name: str
    before: str
    now: str


def differences(before: Description, now: Description) -> list[Difference]:
    """Return what differs between two runs, kind by kind.

    Args:
        before: What is said of the earlier one.
        now: The same of the later one.
    """
    return [
        Difference(kind, name, *(_text(side.get(name)) for side in (old, new)))
        for kind in KINDS
        for old, new in [(_flat(_part(before, kind)), _flat(_part(now, kind)))]
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    ]


def _part(run: Description, kind: str) -> dict[str, Any]:
    match kind:
        case "settings":
            return written(run.experiment.settings)
        case "data":
            return {name: value for name, value in written(run.data).items() if name not in FOLLOWS}
        case "code":
            return {"digest": run.code}
        case "versions":
            return dict(run.versions)
        case _:
            return written(run.device)


def _flat(part: dict[str, Any]) -> dict[str, Any]:
    return dict(_pairs(part, ""))


def _pairs(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """comparison.epochs and 100, and so on; lists of tables by their place."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _pairs(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
        for place, inner in enumerate(value):
            yield from _pairs(inner, f"{name}[{place}]")
    else:
        yield name, value


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
