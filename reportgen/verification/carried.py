"""The files that a PDF carries: whether they are the listed ones, and can be read without harm."""

from __future__ import annotations

import io
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import sha256
from zipfile import ZipFile

import numpy as np

from reportgen.errors import UserError
from reportgen.report.pdf.attachments import CHECKSUMS
from reportgen.verification import document
from reportgen.verification.document import Document

LARGEST_ARRAYS = 256 * 2**20
"""The most bytes that the arrays of an attached .npz file may take."""


def strays(read: Document, listed: Mapping[str, str]) -> Iterator[str]:
    """Yield attachments that are not there, are there twice, cannot be read, or that nobody listed.

    Args:
        read: The document.
        listed: The digests by name, as the list of digests has them.
    """
    names = Counter(name for name, _ in read.attachments)
    yield from (f"{name} is not attached" for name in listed if name not in names)
    yield from (f"{name} is attached {number} times" for name, number in names.items() if number > 1)
    yield from (f"{name} cannot be read" for name, data in read.attachments if data is None)
    known = {*listed, CHECKSUMS}
    yield from (f"{name} is attached, but not in {CHECKSUMS}" for name in names if name not in known)


def other_digests(attached: Mapping[str, bytes], listed: Mapping[str, str]) -> Iterator[str]:
    """Yield attached files that are not the listed ones.

    Args:
        attached: The bytes of each file, by name.
        listed: The digests by name, as the list of digests has them.
    """
    for name, digest in listed.items():
        if name in attached and sha256(attached[name]).hexdigest() != digest:
            yield f"{name} was changed: its SHA-256 is not that of {CHECKSUMS}"


def other_fingerprints(read: Document, checksums: bytes | None, fingerprint: str) -> Iterator[str]:
    """Yield where the list of digests, the properties and the pages are not of one mind.

    Args:
        read: The document.
        checksums: The list of digests; None where the document carries none.
        fingerprint: As the document's properties have it.
    """
    if checksums is not None and sha256(checksums).hexdigest() != fingerprint:
        yield f"the SHA-256 of {CHECKSUMS} is not that of the document's properties"
    if not document.count(read.pages, fingerprint):
        yield "the fingerprint of the document's properties is not on its pages"


def check_arrays(name: str, data: bytes) -> None:
    """Refuse an .npz file whose arrays are too large, or not as large as they claim.

    Nothing is unpacked but the first bytes of each array, which tell its type and its shape.

    Args:
        name: What messages call the file.
        data: Its bytes.

    Raises:
        UserError: It is such a file.
    """
    with ZipFile(io.BytesIO(data)) as file:
        if sum(member.file_size for member in file.infolist()) > LARGEST_ARRAYS:
            raise UserError(f"{name}: its arrays take more than {LARGEST_ARRAYS:,} bytes; they are not read")
        for member in file.infolist():
            with file.open(member) as array:
                version = np.lib.format.read_magic(array)
                read_header = {
                    (1, 0): np.lib.format.read_array_header_1_0,
                    (2, 0): np.lib.format.read_array_header_2_0,
                }[version]
                shape, _, dtype = read_header(array)
                length = array.tell() + math.prod(shape) * dtype.itemsize
            if dtype.hasobject or length != member.file_size:
                raise UserError(f"{name}: {member.filename} is not as large as it says; it is not read")
