"""Tables in text files, their cells parted by commas or another mark."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from reportgen.errors import UserError
from reportgen.files.atomic import kind
from reportgen.records.tables import raw
from reportgen.records.tables.raw import RawTable, place, shown


def read(path: Path) -> RawTable:
    """Read a text file in UTF-8.

    Raises:
        UserError: It is no such file, or no table.
        OSError: It cannot be read at all.
    """
    if (what := kind(path.stat())) != "file":
        raise UserError(f"{path}: is a {what}, where a CSV file is expected; save the table as a file")
    with path.open("rb") as file:
        data = file.read(raw.LARGEST_FILE + 1)
    if len(data) > raw.LARGEST_FILE:
        raise UserError(
            f"{path}: has more than {raw.LARGEST_FILE // 10**6} MB; leave out what is not compared"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError(f"{path}, line {line}: is not UTF-8 text; save the table as CSV in UTF-8") from None
    return parse(text, path)


def parse(text: str, path: Path) -> RawTable:
    """Read a text as a table, its header first.

    Args:
        text: Of a file.
        path: For messages.

    Raises:
        UserError: It is no table.
    """
    rows = _rows(text, path)
    line, header = next(rows, (0, []))
    columns = [cell.strip() for cell in header]
    if not any(columns):
        raise UserError(f"{path}: is empty; a table needs the columns optimizer, seed and a metric")
    for column, count in Counter(columns).items():
        if count > 1 and column:
            raise UserError(
                f"{place(path, line)}: has {count} columns {shown(column)}; each needs its own name"
            )
    lines: list[int] = []
    cells: list[list[str]] = []
    for line, row in rows:
        if len(row) != len(columns):
            raise UserError(
                f"{place(path, line)}: has {len(row)} cells, the header has {len(columns)};"
                " part them by commas and put names with commas into quotes"
            )
        if len(lines) == raw.MOST_ROWS:
            raise UserError(
                f"{place(path, line)}: has more than {raw.MOST_ROWS:,} rows; leave out what is not compared"
            )
        lines.append(line)
        cells.append(row)
    if not lines:
        raise UserError(f"{path}: has a header and no rows; there is nothing to compare")
    return RawTable(pd.DataFrame(cells, columns=pd.Index(columns), dtype=object), lines, path)


def _rows(text: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the line that it ends on."""
    head = text.lstrip().partition("\n")[0]
    separator = next((mark for mark in ",\t;" if mark in head), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise UserError(f"{path}, line {reader.line_num}: is no CSV ({error}); correct it") from None
