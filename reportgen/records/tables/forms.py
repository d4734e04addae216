"""The forms that a table may have, and which of them a file has."""

from __future__ import annotations

from pathlib import Path

from reportgen.records.tables import delimited
from reportgen.records.tables.encodings import decode
from reportgen.records.tables.packed import read_bytes
from reportgen.records.tables.raw import RawTable


def read_raw(path: Path) -> RawTable:
    """Read a table of whatever form, which the content tells, or the ending.

    Args:
        path: A file.

    Raises:
        UserError: It is of no form that is known, or damaged.
        OSError: It cannot be read at all.
    """
    unpacked = read_bytes(path)
    decoded = decode(unpacked.data, path)
    packing = [f"in {decoded.encoding}" if decoded.encoding else ""]
    packing += [f"packed by {unpacked.packer}" if unpacked.packer else ""]
    return delimited.parse(decoded.text, path, packing=", ".join(filter(None, packing)))
