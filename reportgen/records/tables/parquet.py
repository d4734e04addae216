"""Tables in Parquet files, which pyarrow reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from reportgen.errors import UserError
from reportgen.records.tables.flattening import MOST_CELLS
from reportgen.records.tables.raw import MOST_ROWS, RawTable, shown
from reportgen.records.tables.reading_notes import Note

MAGIC = b"PAR1"
FORM = Note("parquet")
LARGEST_TEXTS = 200_000_000
"""Bytes of text that a table may hold, each different one counted once."""


def parse(data: bytes, path: Path) -> RawTable:
    """Read a Parquet file; the fields of its structures are columns too, their names joined by dots.

    Args:
        data: Of the file.
        path: For messages.

    Raises:
        UserError: pyarrow is not installed, or the file is damaged or too large.
    """
    try:
        import pyarrow  # type: ignore[import-untyped]
        from pyarrow import parquet
    except ImportError as error:
        raise UserError(
            f"{path}: is a Parquet file, which needs pyarrow: pip install 'reportgen[parquet]',"
            " or save it as CSV"
        ) from error
    try:
        with parquet.ParquetFile(pyarrow.BufferReader(data)) as file:
            _check_size(file.metadata, path)
            texts = [
                name
                for name, kind in zip(file.schema_arrow.names, file.schema_arrow.types, strict=True)
                if pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind)
            ]
        # a text that stands in many rows is unpacked once
        table = parquet.ParquetFile(pyarrow.BufferReader(data), read_dictionary=texts).read()
        while any(pyarrow.types.is_struct(kind) for kind in table.schema.types):
            table = table.flatten()
        if table.nbytes > LARGEST_TEXTS + 8 * MOST_CELLS:
            raise UserError(f"{path}: is too large when unpacked; leave out what is not compared")
        frame = table.to_pandas()
    except UserError:
        raise
    except Exception as error:  # whatever a damaged file makes pyarrow raise
        reason = " ".join(str(error).split())[:200]
        raise UserError(f"{path}: is damaged ({reason}); write it again") from error
    return of_frame(frame, path, FORM)


def _check_size(metadata: Any, path: Path) -> None:
    """Raise UserError for a table of too many rows or cells, by what the file says of itself."""
    if metadata.num_rows > MOST_ROWS or metadata.num_rows * metadata.num_columns > MOST_CELLS:
        raise UserError(
            f"{path}: has {metadata.num_rows:,} rows and {metadata.num_columns:,} columns; at most"
            f" {MOST_ROWS:,} rows and {MOST_CELLS:,} cells are read: leave out what is not compared"
        )
    unpacked = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    if unpacked > LARGEST_TEXTS + 8 * MOST_CELLS:
        raise UserError(f"{path}: is too large when unpacked; leave out what is not compared")


def of_frame(frame: pd.DataFrame, path: Path, form: str) -> RawTable:
    """Return a frame of pandas as a table; named levels of its index are columns too.

    Args:
        frame: The frame.
        path: Where it was read, for messages.
        form: What the file is.

    Raises:
        UserError: It has no rows, or two columns of one name.
    """
    named = [name for name in frame.index.names if name is not None]
    frame = (frame.reset_index(level=named) if named else frame).reset_index(drop=True)
    frame.columns = pd.Index([str(name).strip() for name in frame.columns])
    if not len(frame):
        raise UserError(f"{path}: has no rows; there is nothing to compare")
    if twins := list(frame.columns[frame.columns.duplicated()]):
        raise UserError(f"{path}: has several columns {shown(twins[0])}; each needs its own name")
    for name in frame.columns[frame.dtypes == "category"]:
        frame[name] = frame[name].astype(object)
    return RawTable(frame, range(1, len(frame) + 1), path, form)
