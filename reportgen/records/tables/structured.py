"""Tables in JSON or in JSON lines, told from one another."""

from __future__ import annotations

import json
from pathlib import Path

from reportgen.records.tables import json_lines, json_table
from reportgen.records.tables.raw import RawTable

ENDINGS = (".jsonl", ".ndjson")
BEGINNINGS = ("{", "[")


def is_structured(text: str) -> bool:
    """Whether a text begins as JSON does."""
    return text.lstrip()[:1] in BEGINNINGS


def parse(text: str, path: Path) -> RawTable:
    """Read a text in JSON, or with a record in JSON in each line.

    Args:
        text: Of a file.
        path: For messages; its ending tells where the text does not.

    Raises:
        UserError: It is neither, or no table.
    """
    lines = text.strip().split("\n", maxsplit=1)
    several = len(lines) > 1 and _is_object(lines[0])
    if several or ENDINGS[0] in path.suffixes or ENDINGS[1] in path.suffixes:
        return json_lines.parse(text, path)
    return json_table.parse(text, path)


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
