"""The bytes of a file, unpacked where it is packed, and never more of them than a table may have."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from reportgen.errors import UserError
from reportgen.files.atomic import kind
from reportgen.records.tables import raw

PACKERS: dict[bytes, tuple[str, Callable[[BinaryIO], BinaryIO]]] = {
    b"\x1f\x8b": ("gzip", lambda file: gzip.GzipFile(fileobj=file)),  # type: ignore[dict-item, return-value]
    b"BZh": ("bzip2", bz2.BZ2File),  # type: ignore[dict-item]
    b"\xfd7zXZ\x00": ("xz", lzma.LZMAFile),  # type: ignore[dict-item]
}
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
"""How a zip file begins, and one that is empty."""
NO_TABLES = ("__MACOSX", ".DS_Store")
"""What a Mac puts into a zip file besides."""
MOST_MEMBERS = 1_000


@dataclass(frozen=True)
class Unpacked:
    """What a file holds.

    Attributes:
        data: The bytes.
        packer: What it was packed by; "" for a plain file.
    """

    data: bytes
    packer: str = ""


def read_bytes(path: Path) -> Unpacked:
    """Read a file, and unpack it if it is packed by gzip, bzip2, xz, or as the only one in a zip file.

    Raises:
        UserError: It is no file, damaged, or too large.
        OSError: It cannot be read at all.
    """
    if (what := kind(path.stat())) != "file":
        raise UserError(f"{path}: is a {what}, where a table is expected; save the table as a file")
    with path.open("rb") as file:
        data = _at_most(file, path, "")
    try:
        if data.startswith(ZIP):
            return _only_member(data, path)
        for mark, (packer, opened) in PACKERS.items():
            if data.startswith(mark):
                return Unpacked(_at_most(opened(io.BytesIO(data)), path, " when unpacked"), packer)
    # a password makes RuntimeError, a method of packing that is not known NotImplementedError
    except (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError) as error:
        raise UserError(
            f"{path}: cannot be unpacked ({error}); pack it again, or name the table itself"
        ) from None
    return Unpacked(data)


def _at_most(file: BinaryIO, path: Path, when: str) -> bytes:
    data = file.read(raw.LARGEST_FILE + 1)
    if len(data) > raw.LARGEST_FILE:
        raise UserError(
            f"{path}: has more than {raw.LARGEST_FILE // 10**6} MB{when}; leave out what is not compared"
        )
    return data


def _only_member(data: bytes, path: Path) -> Unpacked:
    """The one file in a zip file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        if "xl/workbook.xml" in names:
            raise UserError(f"{path}: is a workbook of Excel; save its sheet as CSV")
        if "content.xml" in names:
            raise UserError(f"{path}: is a document of LibreOffice; save its sheet as CSV")
        tables = [
            name
            for name in names[:MOST_MEMBERS]
            if not name.endswith("/") and not set(NO_TABLES) & set(PurePosixPath(name).parts)
        ]
        if len(tables) != 1:
            raise UserError(
                f"{path}: has {len(tables)} files ({raw.listed(tables) or 'none'}); pack one table alone,"
                " or name the tables themselves"
            )
        with archive.open(tables[0]) as member:
            return Unpacked(_at_most(member, path, " when unpacked"), "zip")  # type: ignore[arg-type]
