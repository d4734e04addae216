"""Tables in JSON: records, rows, columns, what pandas writes, or scores nested by optimizer and seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reportgen.errors import UserError
from reportgen.records.tables import kept
from reportgen.records.tables.flattening import table_of
from reportgen.records.tables.json_text import parse_json
from reportgen.records.tables.nested_scores import EXAMPLE, score_records
from reportgen.records.tables.raw import RawTable, shown
from reportgen.records.tables.reading_notes import Note
from reportgen.records.tables.run_columns import names_columns

CONTAINERS = frozenset(("data", "results", "runs", "records", "rows", "trials", "scores"))
"""Keys that say nothing of the records that stand under them."""


def parse(text: str, path: Path) -> RawTable:
    """Read a text that holds one value.

    Args:
        text: Of a file.
        path: For messages.

    Raises:
        UserError: It is no JSON, or no table.
    """
    value = parse_json(text, str(path))
    if kept.is_kept(value):
        return kept.parse(value, path)
    if isinstance(value, list):
        return _of_list(value, path, Note("json_records"))
    if isinstance(value, dict) and value:
        return _of_object(value, path)
    raise UserError(f"{path}: holds no table; write records such as {EXAMPLE}")


def _of_list(value: Sequence[Any], path: Path, form: str) -> RawTable:
    if all(isinstance(record, Mapping) for record in value):
        return table_of(value, path, form)
    if value and all(isinstance(row, list) for row in value) and all(isinstance(c, str) for c in value[0]):
        return table_of(_of_rows(value[0], value[1:], path), path, Note("json_row_by_row"))
    raise UserError(f"{path}: is a list of what is neither records nor rows; write {EXAMPLE}")


def _of_object(value: Mapping[str, Any], path: Path) -> RawTable:
    lists = [name for name, inner in value.items() if _holds_records(inner)]
    if len(lists) == 1 and (len(value) > 1 or lists[0].casefold() in CONTAINERS) and "schema" not in value:
        return _of_list(value[lists[0]], path, Note("json_records_under", key=shown(lists[0])))
    notes: tuple[Note, ...] = ()
    if isinstance(value.get("data"), list) and len(value) > 1:
        records, form = _of_pandas(value["data"], value, path), Note("json_of_pandas")
    elif names_columns(value):
        records, form = _of_columns(value, path), Note("json_columns")
    elif len(lists) == len(value):
        records = [{"optimizer": name, **record} for name in value for record in value[name]]
        form = Note("json_records_by_optimizer")
    elif all(isinstance(inner, Mapping) and names_columns(inner) for inner in value.values()):
        records, form = list(value.values()), Note("json_records_by_name")
    else:
        records, form, notes = score_records(value, path)
    return table_of(records, path, form, notes=notes)


def _holds_records(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(record, Mapping) for record in value)


def _of_rows(columns: Sequence[Any], rows: Sequence[Any], path: Path) -> list[dict[str, Any]]:
    names = [str(name) for name in columns]
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(row) != len(names):
            raise UserError(
                f"{path}, row {number}: has not the {len(names)} cells of its columns; correct it"
            )
    return [dict(zip(names, row, strict=True)) for row in rows]


def _of_pandas(data: Sequence[Any], value: Mapping[str, Any], path: Path) -> list[dict[str, Any]]:
    """The rows of pandas' orients "split" and "table", without an index that only counts them."""
    schema = value.get("schema")
    if isinstance(value.get("columns"), list):
        return _of_rows(value["columns"], data, path)
    if not isinstance(schema, Mapping) or not all(isinstance(record, Mapping) for record in data):
        raise UserError(f"{path}: has data that are neither rows nor records; write {EXAMPLE}")
    counted = {"index"} if schema.get("primaryKey") == ["index"] else set()
    return [{name: cell for name, cell in record.items() if name not in counted} for record in data]


def _of_columns(columns: Mapping[str, Any], path: Path) -> list[dict[str, Any]]:
    """The rows of columns: lists of cells, or cells by their row's name; or a single record."""
    if all(isinstance(cells, Mapping) for cells in columns.values()):
        index = dict.fromkeys(key for cells in columns.values() for key in cells)
        return [{name: cells.get(key) for name, cells in columns.items()} for key in index]
    if not all(isinstance(cells, list) for cells in columns.values()):
        return [dict(columns)]
    lengths = {name: len(cells) for name, cells in columns.items()}
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{shown(name)} {length}" for name, length in list(lengths.items())[:5])
        raise UserError(f"{path}: its columns are not equally long ({counts}); correct it")
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
