"""Tables in texts, a row in a line, their cells parted by commas or another mark."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pandas as pd

from reportgen.errors import UserError
from reportgen.records.tables import raw
from reportgen.records.tables.raw import RawTable, place, shown
from reportgen.records.tables.reading_notes import Note, join

SEPARATORS = {",": "", "\t": "tabs", ";": "semicolons", "|": "bars", " ": "blanks"}
"""What parts cells, and the note of what that is called; commas need no word."""
SAMPLE = 50
"""Rows by which the separator is told."""
COMMENT = re.compile(r"\s*#(?!\s*[,;\t|])")
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
RULE = re.compile(r"\s*:?-{2,}:?\s*")
"""A cell of the line under the header of a table in Markdown."""
FRACTION = re.compile(r"[+-]?\d*[.,]\d+%?")
MARKUP = ("<!doctype", "<html", "<?xml", "<table")


@dataclass(frozen=True)
class Row:
    """The cells of a row, and the line on which it ends."""

    line: int
    cells: list[str]


def parse(text: str, path: Path, *, packing: Sequence[Note] = ()) -> RawTable:
    """Read a text as a table, its header first; lines that begin with # are comments.

    Args:
        text: Of a file.
        path: For messages.
        packing: How it was encoded and packed, for the form of the table.

    Raises:
        UserError: It is no table.
    """
    if text.lstrip()[:20].casefold().startswith(MARKUP):
        raise UserError(f"{path}: is a web page or XML, not a table; save the table itself as CSV")
    lines, comments = _without_comments(list(io.StringIO(text, newline="")))
    separator, lines = _separator(lines, path)
    rows = _rows(lines, separator, path)
    header = next(rows, None)
    if header is None:
        raise UserError(f"{path}: is empty; a table needs the columns optimizer, seed and a metric")
    body = list(_body(rows, path))
    notes = []
    if named := _header_in_comments(header, comments, separator):
        body.insert(0, header)
        header = named
        comments = {}
        notes.append(Note("names_in_comment"))
    if comments:
        numbers = raw.listed([str(number) for number in comments])
        notes.append(Note("comments", lines=numbers))
    columns, cells = _columns(header, body, path, bars=separator == "|")
    if not body:
        raise UserError(f"{path}: has a header and no rows; there is nothing to compare")
    marks = SEPARATORS[separator]
    parts = [*([Note("csv", marks=Note(marks))] if marks else []), *packing]
    form = join(parts, "both") if parts else ""
    frame = pd.DataFrame(cells, columns=pd.Index(columns), dtype=object)
    return RawTable(frame, [row.line for row in body], path, form, notes=tuple(notes))


def _without_comments(lines: list[str]) -> tuple[list[str], dict[int, str]]:
    """The lines with nothing in place of comments, and the comments by the number of their lines."""
    comments: dict[int, str] = {}
    quoted = False
    for number, line in enumerate(lines):
        if not quoted and COMMENT.match(line):
            comments[number + 1] = line.strip().lstrip("#").strip()
            lines[number] = "\n"
        elif line.count('"') % 2:
            quoted = not quoted
    return lines, comments


def _separator(lines: list[str], path: Path) -> tuple[str, list[str]]:
    """What parts the cells, and the lines without one that says so."""
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return ",", lines
    told = SEPARATOR_LINE.fullmatch(lines[first].strip("\r\n"))
    if told and told[1] in SEPARATORS:
        return told[1], [*lines[:first], "\n", *lines[first + 1 :]]
    best, most = ",", (0.0, 1)
    for mark in SEPARATORS:
        try:
            sample = list(islice(_rows(lines, mark, path), SAMPLE))
        except UserError:
            continue
        width = len(sample[0].cells) if sample else 0
        alike = sum(abs(len(row.cells) - width) <= 1 for row in sample[1:]) / max(len(sample) - 1, 1)
        exact = sum(len(row.cells) == width for row in sample[1:]) / max(len(sample) - 1, 1)
        if width > 1 and (score := (round(alike + exact, 3), width)) > most:
            best, most = mark, score
    if most[1] == 1:  # no row is as long as the header: what parts the header does
        best = max(SEPARATORS, key=lambda mark: (mark != " ", lines[first].count(mark)))
    return best, lines


def _rows(lines: Sequence[str], separator: str, path: Path) -> Iterator[Row]:
    """The rows that are not blank."""
    if separator == " ":
        lines = [" ".join(line.split(" ")).strip() + "\n" for line in lines]
    reader = csv.reader(iter(lines), delimiter=separator, skipinitialspace=separator == " ", strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield Row(reader.line_num, cells)
    except csv.Error as error:
        raise UserError(f"{path}, line {reader.line_num}: is no CSV ({error}); correct it") from None


def _body(rows: Iterator[Row], path: Path) -> Iterator[Row]:
    """The rows after the header, not more of them than there may be."""
    for number, row in enumerate(rows):
        if number == raw.MOST_ROWS:
            raise UserError(
                f"{place(path, row.line)}: has more than {raw.MOST_ROWS:,} rows;"
                " leave out what is not compared"
            )
        yield row


def _header_in_comments(first: Row, comments: dict[int, str], separator: str) -> Row | None:
    """The line of comment before the first row that names its columns, where the row holds numbers."""
    before = [number for number in comments if number < first.line]
    if not before or not any(FRACTION.fullmatch(cell.strip()) for cell in first.cells):
        return None
    line = before[-1]
    reader = csv.reader([comments[line]], delimiter=separator, skipinitialspace=separator == " ")
    cells = next(reader, [])
    return Row(line, cells) if len(cells) == len(first.cells) else None


def _columns(header: Row, body: list[Row], path: Path, *, bars: bool) -> tuple[list[str], list[list[str]]]:
    """The names of the columns, each there once, and the cells below them; empty columns are left out."""
    names = [cell.strip() for cell in header.cells]
    if bars:  # Markdown: a rule under the header
        body[:] = [row for row in body if not all(RULE.fullmatch(cell) for cell in row.cells if cell.strip())]
    if all(
        row.cells[0] == str(n) and len(row.cells) == len(names) + 1 for n, row in enumerate(body, start=1)
    ):
        names = ["", *names]  # as R writes it: rows have numbers, and their column has no name
    cells = [_as_wide(row, names, header, path) for row in body]
    for column, count in Counter(names).items():
        if count > 1 and column:
            raise UserError(
                f"{place(path, header.line)}: has {count} columns {shown(column)}; each needs its own name"
            )
    kept = [number for number, name in enumerate(names) if name or any(row[number].strip() for row in cells)]
    columns = [names[number] or (f"column {number + 1}" if number else "") for number in kept]
    if len(kept) < len(names):
        cells = [[row[number] for number in kept] for row in cells]
    fractions = [name for name in columns if FRACTION.fullmatch(name)]
    if fractions:
        raise UserError(
            f"{place(path, header.line)}: has the number {fractions[0]} where columns' names are expected;"
            " write them in a line before it"
        )
    return columns, cells


def _as_wide(row: Row, names: Sequence[str], header: Row, path: Path) -> list[str]:
    """The cells of a row, without an empty one at its end that the header has not."""
    if len(row.cells) == len(names):
        return row.cells
    if len(row.cells) > len(names) and not any(cell.strip() for cell in row.cells[len(names) :]):
        return row.cells[: len(names)]
    raise UserError(
        f"{place(path, row.line)}: has {len(row.cells)} cells, the header has {len(header.cells)};"
        " part them by commas and put names with commas into quotes"
    )
