"""Tables in JSON lines: a record in each line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reportgen.errors import UserError
from reportgen.records.tables.flattening import table_of
from reportgen.records.tables.json_text import parse_json
from reportgen.records.tables.raw import MOST_ROWS, RawTable, place
from reportgen.records.tables.reading_notes import Note

FORM = Note("json_lines")


def parse(text: str, path: Path) -> RawTable:
    """Read a text with a record in each line that is not blank.

    Args:
        text: Of a file.
        path: For messages.

    Raises:
        UserError: A line is no record, or there are too many of them.
    """
    records: list[Mapping[str, Any]] = []
    lines: list[int] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        record = parse_json(line, place(path, number))
        if not isinstance(record, Mapping):
            raise UserError(f"{place(path, number)}: is no record; write one as {{...}} in each line")
        if len(records) == MOST_ROWS:
            raise UserError(
                f"{place(path, number)}: has more than {MOST_ROWS:,} rows; leave out what is not compared"
            )
        records.append(record)
        lines.append(number)
    return table_of(records, path, FORM, lines=lines)
