"""From HTML to PDF, through WeasyPrint: PDF/A-3u and PDF/UA-1 in one.

The same HTML, identifier and date give the same bytes in any process on any day. Only the fonts that come
with the program are used, and nothing is fetched that the HTML names: no files, no network.
"""

import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from zlib import compress

from reportgen.files import atomic
from reportgen.report import made_with
from reportgen.report.fonts import faces
from reportgen.report.pdf import help
from reportgen.report.pdf.accessible import declare_accessible
from reportgen.report.pdf.lines import prepare
from reportgen.report.pdf.machine import (
    APT_COMMAND,
    PdfUnavailable,
    collected_warnings,
    load_weasyprint,
    same_everywhere,
)
from reportgen.report.pdf.patches.drawings import drawings_apart
from reportgen.report.pdf.patches.structure import StructureError
from reportgen.report.pdf.text import join_rooms
from reportgen.version import __version__

__all__ = ["APT_COMMAND", "Attachment", "PdfResult", "PdfUnavailable", "check_pdf", "write_pdf"]


WITHOUT = "pdf-without:"
"""What stands in a document's keywords before the name of help that the document was made without."""

PICTURE = ("data:image/png;base64,", "data:image/jpeg;base64,", "data:image/svg+xml;base64,")
"""How the pictures begin that a page may carry. Addresses that an SVG names are refused likewise."""


@dataclass(frozen=True)
class Attachment:
    """A file inside the PDF."""

    name: str
    data: bytes
    description: str = ""
    mime_type: str = "application/octet-stream"


@dataclass(frozen=True)
class PdfResult:
    """What came of writing a PDF. `warnings`: what WeasyPrint had to say, what is lacking; best nothing."""

    pages: int
    warnings: tuple[str, ...]


def check_pdf() -> str | None:
    """Return what keeps this machine from making PDFs, or None. Ask before hours of training."""
    try:
        load_weasyprint()
    except PdfUnavailable as problem:
        return str(problem)
    return None


def shortcomings() -> tuple[str, ...]:
    """Return what a PDF made here would lack, a line each."""
    return help.described(help.lacking())


def write_pdf(
    html: str,
    target: Path,
    *,
    attachments: Sequence[Attachment] = (),
    identifier: str,
    created: datetime,
    seal: str = "",
) -> PdfResult:
    """Write the page as a PDF, whole or not at all.

    The keywords name the versions that it is written with. They and the program's name are never the page's
    own: its templates may be somebody else's. The font rules are added here. It declares to be for every
    reader (PDF/UA-1) where its tags are those of the text.

    Args:
        html: The page.
        target: The file to write.
        attachments: The files that travel inside it.
        identifier: The document's own, such as a run's name. With the same identifier and `created` the PDF
            has the same bytes.
        created: The document's own, such as a run's end. One without time zone is taken as UTC.
        seal: What its keywords say of its records, see report/pdf/attachments.py.

    Returns:
        How many pages it has, and what is lacking.
    """
    how: dict[str, Any] = {
        "attachments": attachments, "identifier": identifier, "created": created, "seal": seal,
    }  # fmt: skip
    try:
        return _write(html, target, **how)
    except StructureError as problem:
        return _write(html, target, **how, without=(help.TAGS,), reason=str(problem))


def _write(
    html: str,
    target: Path,
    *,
    attachments: Sequence[Attachment],
    identifier: str,
    created: datetime,
    seal: str,
    without: Collection[str] = (),
    reason: str = "",
) -> PdfResult:
    """Write the page, without the named help. Raises StructureError where tags turn out to need that."""
    weasyprint = load_weasyprint()
    created = created.replace(tzinfo=UTC) if created.tzinfo is None else created.astimezone(UTC)
    attachments = sorted(attachments, key=lambda attachment: attachment.name.encode())
    options = {
        "pdf_variant": "pdf/a-3u",
        "pdf_tags": True,
        "pdf_identifier": sha256(identifier.encode()).hexdigest()[:32].encode(),
    }
    with (
        same_everywhere(created),
        collected_warnings() as messages,
        help.helped(without) as lacking,
        drawings_apart(html) as page,
    ):
        document = lay_out(weasyprint, page, options)
        document.metadata.created = document.metadata.modified = created.strftime("%Y-%m-%dT%H:%M:%SZ")
        document.metadata.generator = f"reportgen {__version__}"
        document.metadata.keywords = [
            *([seal] if seal else []),
            f"{made_with.KEYWORD}{made_with.digest()}",
            *(f"{WITHOUT}{name}" for name in lacking),
        ]
        document.metadata.attachments = [
            weasyprint.Attachment(
                file_obj=io.BytesIO(attachment.data),
                name=attachment.name,
                description=attachment.description,
                relationship="Data",
                created=created,
                modified=created,
            )
            for attachment in attachments
        ]
        types = {attachment.name: attachment.mime_type for attachment in attachments}

        def finish(_: Any, pdf: Any) -> None:
            _finish(document, pdf, types)
            if help.TAGS not in lacking:
                declare_accessible(pdf)
            finish_streams(pdf)

        data = document.write_pdf(finisher=finish, **options)
    atomic.write_bytes(target, data)
    return PdfResult(len(document.pages), (*messages, *help.described(lacking, reason)))


# ---------------------------------------------------------------- from page to bytes


def lay_out(weasyprint: Any, html: str, options: dict[str, Any]) -> Any:
    """Return the laid-out document, with our fonts and nothing else from outside the HTML.

    Args:
        weasyprint: What load_weasyprint returns.
        html: The page.
        options: WeasyPrint's.
    """
    from weasyprint.text.fonts import FontConfiguration

    fetcher = _fetcher()
    font_config = FontConfiguration()
    # Reading `@font-face` rules is what makes the fonts known: there are no others to set the page in.
    weasyprint.CSS(string=faces.print_css(), font_config=font_config, url_fetcher=fetcher)
    page = weasyprint.HTML(string=html, url_fetcher=fetcher)
    prepare(page.etree_element)
    document = page.render(font_config=font_config, **options)
    for one in document.pages:  # WeasyPrint makes a link of every box inside a link as well
        one.links = [link for link in one.links if link[3].element_tag == "a"]
    return document


def _fetcher() -> Any:
    """Opens our font files and the pictures inside the HTML; refuses every other address."""
    from weasyprint.urls import URLFetcher

    allowed = {face.path.as_uri() for face in faces.FACES}

    class OnlyOurFonts(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if url not in allowed and not url.startswith(PICTURE):
                raise ValueError("the report takes nothing from outside")
            return super().fetch(url, headers)

    return OnlyOurFonts(allowed_protocols={"file", "data"}, allow_redirects=False)


def _finish(document: Any, pdf: Any, mime_types: dict[str, str]) -> None:
    """What WeasyPrint has no option for: open with the outline, describe links, type attachments."""
    import pydyf

    pdf.catalog["PageMode"] = "/UseOutlines"
    for page in document.pages:
        for kind, destination, _, box in page.links:
            annotation = getattr(box, "link_annotation", None)
            if annotation is not None:
                annotation["F"] = 4  # printed like the rest
                text = " ".join("".join(box.element.itertext()).split())
                described = destination if kind == "external" else text or destination
                annotation["Contents"] = pydyf.String(described)
    if "AF" in pdf.catalog:  # WeasyPrint names every attachment there twice
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))
    for item in pdf.objects:
        if isinstance(item, dict) and item.get("Type") == "/Filespec":
            mime_type = mime_types.get(item["UF"].string)
            if mime_type is not None:
                stream = pdf.objects[int(item["EF"]["F"].split()[0])]
                stream.extra["Subtype"] = "/" + mime_type.replace("/", "#2f")


def finish_streams(pdf: Any) -> None:
    """Join the rooms between glyphs in every stream, and compress it.

    Args:
        pdf: The document as pydyf has it.
    """
    import pydyf

    for item in pdf.objects:
        if isinstance(item, pydyf.Stream):
            join_rooms(item)
            _compress(item)


def _compress(stream: Any) -> None:
    """Compress a stream now: pydyf would do it twice, once for the file's identifier."""
    if stream.compress and all(isinstance(part, bytes) for part in stream.stream):
        stream.stream = [compress(b"\n".join(stream.stream), 9)]
        stream.extra["Filter"] = "/FlateDecode"
        stream.compress = False
