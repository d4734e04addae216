"""What a PDF carries: its attachments, what it says of itself, and the text and the look of its pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from ctypes import create_string_buffer
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from reportgen.errors import UserError
from reportgen.files.pdf_attachments import check_size, read_attachments

NOTE, LINK_OUT = "note", "link out"
SCALE = 1.5
"""So many pixels a point has where the look of pages is compared."""
PROPERTIES = ("Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate")


@dataclass(frozen=True)
class Document:
    """A PDF as a reader gets it.

    Attributes:
        data: The file.
        attachments: Name and bytes of each, None where they cannot be read; a name may stand there twice.
        properties: What the document says of itself.
        pages: The text of each page, as squeezed() leaves it.
        odd: What no report has, a line each.
        links_out: The links that lead out of the document: the number of the page of each, and its address,
            empty where it does not open a page of the web.
    """

    data: bytes
    attachments: tuple[tuple[str, bytes | None], ...]
    properties: Mapping[str, str]
    pages: tuple[str, ...]
    odd: tuple[str, ...]
    links_out: tuple[tuple[int, str], ...] = ()

    @property
    def keywords(self) -> str:
        """What the document says of its records and of how it was made."""
        return self.properties["Keywords"]


def read(path: Path) -> Document:
    """Read a PDF with PDFium.

    Raises:
        UserError: It is none, is damaged, too large or encrypted.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise UserError(f"{path}: is no file; give the path of a PDF")
    check_size(path)
    return parse(path.read_bytes(), path)


def parse(data: bytes, path: Path) -> Document:
    """Return what the bytes of a PDF carry.

    Args:
        data: The bytes of the file.
        path: What messages call it.

    Raises:
        UserError: It is no PDF, is damaged or is encrypted.
    """
    import pypdfium2  # type: ignore[import-untyped]
    from pypdfium2 import raw

    try:
        with pypdfium2.PdfDocument(data) as pdf:
            attachments = read_attachments(pdf, path)
            texts, links_out = [], []
            odd = ["it has scripts"] if raw.FPDFDoc_GetJavaScriptActionCount(pdf) else []
            for number, page in enumerate(pdf, start=1):
                texts.append(squeezed(page.get_textpage().get_text_range()))
                annotations = list(_annotations(pdf, page, raw))
                if any(kind == NOTE for kind, _ in annotations):
                    odd.append(f"page {number}: something was stuck onto it")
                links_out += [(number, address) for kind, address in annotations if kind == LINK_OUT]
                if _has_hidden_text(page, raw):
                    odd.append(f"page {number}: has text that cannot be seen")
            properties = {name: pdf.get_metadata_value(name) for name in PROPERTIES}
    except pypdfium2.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise UserError(f"{path}: is encrypted; ask its sender for one without a password") from error
        raise UserError(f"{path}: is no PDF, or a damaged one; ask its sender for it again") from error
    return Document(data, attachments, properties, tuple(texts), tuple(odd), tuple(links_out))


def differences(given: Document, expected: Document) -> Iterator[str]:
    """Yield in what a reader would find one document other than another: properties, text and look of pages.

    Args:
        given: The document that is checked.
        expected: The document as it should be.
    """
    import pypdfium2

    for name in PROPERTIES:
        actual, due = given.properties[name], expected.properties[name]
        if actual != due:
            yield f"the property {name} is {actual!r}, not {due!r}"
    if len(given.pages) != len(expected.pages):
        yield f"it has {len(given.pages)} pages, not {len(expected.pages)}"
        return
    with pypdfium2.PdfDocument(given.data) as first, pypdfium2.PdfDocument(expected.data) as second:
        for number, (page, due_page) in enumerate(zip(first, second, strict=True), start=1):
            if given.pages[number - 1] != expected.pages[number - 1]:
                yield f"page {number}: has another text"
            if page.get_size() != due_page.get_size() or _look(page) != _look(due_page):
                yield f"page {number}: looks otherwise"


def _look(page: Any) -> tuple[int, int, bytes]:
    """A page as a picture: its size and its pixels."""
    picture = page.render(scale=SCALE)
    return picture.width, picture.height, bytes(picture.buffer)


def squeezed(text: str) -> str:
    """Return a text without what lines do to it: spaces, breaks, and the hyphens of words.

    Fonts have one glyph for the hyphen and the hyphen-minus, and a reader may give either.
    """
    joined = re.sub(r"[\s\x02\ufffe\u00ad]+", "", text).replace("\u2010", "-")
    return re.sub(r"(?<=[^\W\d_])-(?=[^\W\d_])", "", joined)


def count(pages: Sequence[str], text: str) -> int:
    """Return how often a text stands on the pages; one that runs on to the next page counts.

    A page's running heads come last, so what runs on ends somewhere in a page and begins the next one.

    Args:
        pages: The text of each page, squeezed.
        text: The text, squeezed as well.
    """
    whole = sum(page.count(text) for page in pages)
    for before, after in pairwise(pages):
        split = (index for index in range(1, len(text)) if after.startswith(text[index:]))
        whole += any(text[:index] in before for index in split)
    return whole


def _annotations(pdf: Any, page: Any, raw: Any) -> Iterator[tuple[str, str]]:
    """What lies over a page, but for links within the document: links out with their addresses, and notes,
    boxes or stamps.
    """
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if raw.FPDFAnnot_GetSubtype(annotation) != raw.FPDF_ANNOT_LINK:
            yield NOTE, ""
        elif not raw.FPDFLink_GetDest(pdf, raw.FPDFAnnot_GetLink(annotation)):
            yield LINK_OUT, _address(pdf, raw.FPDFLink_GetAction(raw.FPDFAnnot_GetLink(annotation)), raw)
        raw.FPDFPage_CloseAnnot(annotation)


def _address(pdf: Any, action: Any, raw: Any) -> str:
    """The address that an action opens; empty where it does something else."""
    if not action or raw.FPDFAction_GetType(action) != raw.PDFACTION_URI:
        return ""
    length = raw.FPDFAction_GetURIPath(pdf, action, None, 0)
    buffer = create_string_buffer(length)
    raw.FPDFAction_GetURIPath(pdf, action, buffer, length)
    return buffer.value.decode(errors="replace")


def _has_hidden_text(page: Any, raw: Any) -> bool:
    """Whether a page has text that readers find and nobody sees."""
    hidden = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
    texts = page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT])
    return any(raw.FPDFTextObj_GetTextRenderMode(text) in hidden for text in texts)
