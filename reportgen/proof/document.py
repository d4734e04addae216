"""What a PDF carries: its attachments, what it says of itself, and the text of its pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from reportgen.errors import UserError

LARGEST = 512 * 2**20
"""The most bytes of a PDF, and of all that is attached to it: what fits into memory with ease."""


@dataclass(frozen=True)
class Document:
    """A PDF as a reader gets it.

    attachments: name and bytes of each, None where they cannot be read; a name may stand there twice.
    keywords: what the document says of itself. pages: the text of each page, as squeezed() leaves it.
    overlaid: the numbers of the pages that have more on them than text, figures and links. digest: the
    SHA-256 of the file.
    """

    attachments: tuple[tuple[str, bytes | None], ...]
    keywords: str
    pages: tuple[str, ...]
    overlaid: tuple[int, ...]
    digest: str


def read(path: Path) -> Document:
    """Read a PDF with PDFium. Raises UserError where it is none, is damaged or is encrypted."""
    import pypdfium2  # type: ignore[import-untyped]
    from pypdfium2 import raw

    size = path.stat().st_size
    if size > LARGEST:
        raise UserError(f"{path}: has {size:,} bytes; at most {LARGEST:,} are read")
    data = path.read_bytes()
    try:
        with pypdfium2.PdfDocument(data) as pdf:
            attachments = _attachments(pdf, path)
            texts, overlaid = [], []
            for number, page in enumerate(pdf, start=1):
                texts.append(squeezed(page.get_textpage().get_text_range()))
                if _is_overlaid(page, raw):
                    overlaid.append(number)
            keywords = pdf.get_metadata_value("Keywords")
    except pypdfium2.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise UserError(f"{path}: is encrypted; ask its sender for one without a password") from error
        raise UserError(f"{path}: is no PDF, or a damaged one; ask its sender for it again") from error
    return Document(attachments, keywords, tuple(texts), tuple(overlaid), sha256(data).hexdigest())


def squeezed(text: str) -> str:
    """A text without what lines do to it: spaces, breaks, and the hyphens of words.

    Fonts have one glyph for the hyphen and the hyphen-minus, and a reader may give either.
    """
    joined = re.sub(r"[\s\x02\ufffe\u00ad]+", "", text).replace("\u2010", "-")
    return re.sub(r"(?<=[^\W\d_])-(?=[^\W\d_])", "", joined)


def count(pages: Sequence[str], text: str) -> int:
    """How often a text stands on the pages, both squeezed; one that runs on to the next page counts.

    A page's running heads come last, so what runs on ends somewhere in a page and begins the next one.
    """
    whole = sum(page.count(text) for page in pages)
    for before, after in pairwise(pages):
        split = (place for place in range(1, len(text)) if after.startswith(text[place:]))
        whole += any(text[:place] in before for place in split)
    return whole


def _attachments(pdf: Any, path: Path) -> tuple[tuple[str, bytes | None], ...]:
    import pypdfium2

    found: list[tuple[str, bytes | None]] = []
    room = LARGEST
    for place in range(pdf.count_attachments()):
        attachment = pdf.get_attachment(place)
        try:
            data = bytes(attachment.get_data())
        except pypdfium2.PdfiumError:
            found.append((attachment.get_name(), None))
            continue
        room -= len(data)
        if room < 0:
            raise UserError(f"{path}: more than {LARGEST:,} bytes are attached; they are not read")
        found.append((attachment.get_name(), data))
    return tuple(found)


def _is_overlaid(page: Any, raw: Any) -> bool:
    """Whether something is stuck onto a page, such as a note or a box over a number."""
    for place in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, place)
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        raw.FPDFPage_CloseAnnot(annotation)
        if kind != raw.FPDF_ANNOT_LINK:
            return True
    return False
