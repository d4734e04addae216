"""The table of runs of Weights & Biases: exported, or with the columns config and summary of its API."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from reportgen.errors import UserError
from reportgen.records.tables.finished_runs import finished_alone
from reportgen.records.tables.flattening import table_of
from reportgen.records.tables.raw import RawTable
from reportgen.records.tables.reading_notes import Note
from reportgen.records.tables.run_columns import RUN, with_run_columns

FORM = Note("wandb_table")
STATE, FINISHED = "State", "finished"
EXPORTED = ("Name", STATE, "Created", "Runtime")
"""Columns that the export has."""
NOT_LOGGED = frozenset(
    (
        "Name",
        STATE,
        "Notes",
        "User",
        "Tags",
        "Created",
        "Runtime",
        "Sweep",
        "ID",
        "Group",
        "Job Type",
        "Hostname",
    )
)
LONGEST_CELL = 100_000
NAN = re.compile(r"(?<=[:\s\[,])(nan|inf|-inf)(?=[,}\]\s])")


def understand(table: RawTable) -> RawTable | None:
    """Return the finished runs of such a table; None for any other.

    Args:
        table: As it was read.

    Raises:
        UserError: No run is finished, a cell of config is no dictionary, or nothing tells the optimizer.
    """
    columns = list(table.frame.columns)
    names = next((name for name in ("Name", "name", "display_name") if name in columns), None)
    nested: list[str] = [
        name for name in ("config", "summary") if name in columns and _holds_objects(table.frame[name])
    ]
    if names is None or not (nested or set(EXPORTED) <= set(columns)):
        return None
    if state := next((name for name in (STATE, "state") if name in columns), None):
        table = finished_alone(table, state, FINISHED)
    table = _unnested(table, nested)
    runs = table.frame[names].fillna("").astype(str)
    logged = table.frame[
        [name for name in table.frame.columns if name and name not in {*NOT_LOGGED, names, state}]
    ]
    return with_run_columns(replace(table, frame=logged.assign(**{RUN: runs}), form=FORM))


def _holds_objects(cells: pd.Series) -> bool:
    return all(isinstance(cell, Mapping) or str(cell).strip().startswith("{") for cell in cells)


def _unnested(table: RawTable, nested: list[str]) -> RawTable:
    """A table with the keys of its dictionaries as columns: config.lr, and those of summary by themselves."""
    if not nested:
        return table
    records = []
    for row, cells in enumerate(table.frame.to_dict("records")):
        record: dict[str, Any] = {str(name): cell for name, cell in cells.items() if name not in nested}
        for name in nested:
            inner = _parsed(cells[name], f"{table.place(row)}, column {name}")
            if name == "summary":
                record |= {key: cell for key, cell in inner.items() if key not in record}
            else:
                record[name] = inner
        records.append(record)
    return table_of(records, table.path, table.form, lines=table.lines, notes=table.notes)


def _parsed(cell: object, where: str) -> Mapping[str, Any]:
    """A dictionary in a cell, as JSON or Python writes it."""
    if isinstance(cell, Mapping):
        return cell
    text = str(cell)
    if len(text) > LONGEST_CELL:
        raise UserError(f"{where}: has more than {LONGEST_CELL:,} characters; leave it out")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        try:
            value = ast.literal_eval(NAN.sub(r"'\1'", text))
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            value = None
    if not isinstance(value, Mapping):
        raise UserError(f"{where}: is no dictionary in JSON; correct it")
    return {str(name): inner for name, inner in value.items()}
