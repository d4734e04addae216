"""What was read of a folder or of a file that is no text, kept as a text that is read as the same table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from reportgen.errors import UserError
from reportgen.records.tables import raw
from reportgen.records.tables.flattening import cell
from reportgen.records.tables.raw import RawTable
from reportgen.records.tables.reading_notes import as_json, from_json

MARK, VERSION = "reportgen_table", 2
"""The key by which such a text is known, and what stands under it."""
BEGINNING = f'{{"{MARK}":'.encode()
"""What such a text begins with."""


def write(table: RawTable) -> str:
    """Return a table as text, in JSON.

    Args:
        table: What was read.

    Raises:
        UserError: The text would be too large to be read again.
    """
    frame = table.frame
    text = json.dumps(
        {
            MARK: VERSION,
            "form": as_json(table.form),
            "paired": table.paired,
            "sparse": table.sparse,
            "lower_is_better": list(table.lower_is_better),
            "notes": [as_json(note) for note in table.notes],
            "lines": list(map(int, table.lines)),
            "columns": {str(name): [_plain(value) for value in frame[name]] for name in frame.columns},
        },
        ensure_ascii=False,
    )
    if len(text.encode()) > raw.LARGEST_FILE:
        raise UserError(
            f"{table.path}: what was read of it has more than {raw.LARGEST_FILE // 10**6} MB, too much for a"
            " PDF to carry; name fewer runs, or leave the report out with --no-report"
        )
    return text


def is_kept(value: object) -> bool:
    """Whether a value in JSON is a table that `write` made."""
    return isinstance(value, Mapping) and MARK in value


def parse(value: Mapping[str, Any], path: Path) -> RawTable:
    """Return the table that `write` was given.

    Args:
        value: What its text holds.
        path: For messages.

    Raises:
        UserError: It is damaged, or of another version.
    """
    if value[MARK] != VERSION:
        raise UserError(f"{path}: was kept by another version of reportgen; use that one")
    try:
        frame = pd.DataFrame(
            {str(name): list(map(cell, cells)) for name, cells in value["columns"].items()}, dtype=object
        )
        lines = [int(line) for line in value["lines"]]
        form, paired = value["form"] and from_json(value["form"]), value["paired"]
        notes, lower_is_better = tuple(map(from_json, value["notes"])), tuple(value["lower_is_better"])
        texts = (form, *lower_is_better)
        known = paired in (None, False) and all(isinstance(text, str) for text in texts)
        if len(lines) != len(frame) or not len(frame) or not known:
            raise ValueError
    except (KeyError, TypeError, ValueError, AttributeError):
        raise UserError(f"{path}: is a damaged table of reportgen; ask its sender for it again") from None
    sparse = value.get("sparse") is True
    return RawTable(frame, lines, path, form, paired, sparse, lower_is_better=lower_is_better, notes=notes)


def _plain(value: Any) -> object:
    """A cell as JSON has it; nothing for one that is missing."""
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return None
    if isinstance(value, np.generic):
        value = value.item()
    return value if isinstance(value, bool | int | float) else str(value)
