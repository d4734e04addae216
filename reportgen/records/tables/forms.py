"""The forms that a table may have, and which of them a file has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from reportgen.records.tables import delimited, event_folder, folders, own_report, parquet, structured, tools
from reportgen.records.tables.encodings import decode
from reportgen.records.tables.packed import read_bytes
from reportgen.records.tables.raw import RawTable
from reportgen.records.tables.reading_notes import Note


def read_raw(path: Path) -> RawTable:
    """Read a table of whatever form, which the content tells, or the ending.

    Args:
        path: A file, or a folder of runs.

    Raises:
        UserError: It is of no form that is known, or damaged.
        OSError: It cannot be read at all.
    """
    if path.is_dir():
        return replace(folders.read(path), is_text=False)
    event_folder.refuse_event_file(path)
    if own_report.is_pdf(path):
        return replace(own_report.read(path, _read_file), is_text=False)
    return _read_file(path)


def _read_file(path: Path) -> RawTable:
    unpacked = read_bytes(path)
    if unpacked.data.startswith(parquet.MAGIC):
        return replace(tools.understand(parquet.parse(unpacked.data, path)), is_text=False)
    decoded = decode(unpacked.data, path)
    if structured.is_structured(decoded.text):
        return tools.understand(structured.parse(decoded.text, path))
    packing = [Note("encoded", encoding=decoded.encoding)] if decoded.encoding else []
    packing += [Note("packed", packer=unpacked.packer)] if unpacked.packer else []
    return tools.understand(delimited.parse(decoded.text, path, packing=packing))
