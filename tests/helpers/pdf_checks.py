"""Checks of a report's PDF: functions from a file to findings, one line each; nothing found is an empty list.

They use other people's readers only (pikepdf, PDFium, MuPDF, poppler), never the code that wrote the file.
"""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pymupdf
from fontTools.ttLib import TTFont

MM = 72 / 25.4

SIDE, TOP, BOTTOM = 20 * MM, 22 * MM, 19 * MM
"""The margins of a page, in points."""

EMPTY = 0.25
"""A larger share of a page's text area at its foot is not left empty, but on the first and the last page."""

LARGEST = 1_500_000
"""Bytes of the largest document."""

HANGING = set("，。、；：）」』")
"""Punctuation that may hang into the margin."""

HAN = ("\u3400", "\u9fff")


# ---------------------------------------------------------------- fonts and text


def fonts(path: Path) -> list[str]:
    """Every font is embedded as a TrueType subset and says what its glyphs mean."""
    found = []
    with pikepdf.open(path) as document:
        for font in font_dictionaries(document):
            name = str(font.BaseFont)
            if font.Subtype != "/Type0":
                found.append(f"{name}: a {font.Subtype} font")
                continue
            descriptor = font.DescendantFonts[0].FontDescriptor
            if "/FontFile3" in descriptor:
                found.append(f"{name}: CFF outlines, blank in several viewers")
            elif "/FontFile2" not in descriptor:
                found.append(f"{name}: not embedded")
            if not re.match(r"/[A-Z]{6}\+", name):
                found.append(f"{name}: not a subset")
            if "/ToUnicode" not in font:
                found.append(f"{name}: no ToUnicode")
    return found


def glyphs(path: Path) -> list[str]:
    """No character is shown by the sign for a missing one, or by an empty glyph."""
    found = []
    with pikepdf.open(path) as document:
        for font in font_dictionaries(document):
            descriptor = font.DescendantFonts[0].FontDescriptor
            if "/ToUnicode" not in font or "/FontFile2" not in descriptor:
                continue
            outlines = TTFont(io.BytesIO(descriptor.FontFile2.read_bytes()), lazy=True)
            order, shapes = outlines.getGlyphOrder(), outlines["glyf"]
            for number, text in unicode_of(font):
                if not text or unicodedata.category(text[0]) in ("Zs", "Cf", "Cc", "Mn"):
                    continue
                if number == 0 or number >= len(order) or not shapes[order[number]].numberOfContours:
                    found.append(f"{font.BaseFont}: {text!r} has no glyph")
    return found


def text(path: Path) -> list[str]:
    """Text comes back in both languages, and each title of the outline stands on its page."""
    found = []
    with pymupdf.open(path) as document:
        pages = [re.sub(r"\s", "", page.get_text()) for page in document]
        for _, title, page, *_ in document.get_toc():
            if re.sub(r"\s", "", title) not in pages[page - 1]:
                found.append(f"page {page}: the text of {title!r} does not come back")
    whole = "".join(pages)
    if odd := re.findall(r"[\u2e80-\u2fdf\uf900-\ufaff\ufffd\ue000-\uf8ff]", whole):
        found.append(f"text comes back as {sorted(set(odd))}")
    if len(re.findall(r"[\u4e00-\u9fff]", whole)) < 500:
        found.append("hardly any Chinese text comes back")
    if len(re.findall(r"[A-Za-z]{3}", whole)) < 500:
        found.append("hardly any English text comes back")
    return found


def font_dictionaries(document: pikepdf.Pdf) -> list[Any]:
    """The fonts that pages name, not their descendants."""
    kinds = ("/Type0", "/Type1", "/Type3", "/TrueType", "/MMType1")
    return [
        item
        for item in document.objects
        if isinstance(item, pikepdf.Dictionary)
        and item.get("/Type") == "/Font"
        and item.get("/Subtype") in kinds
    ]


def unicode_of(font: Any) -> list[tuple[int, str]]:
    """A font's glyph numbers with the text that each stands for."""
    sections = re.findall(rb"beginbfchar(.*?)endbfchar", font.ToUnicode.read_bytes(), re.S)
    pairs = re.findall(rb"<([0-9a-f]{4})> <([0-9a-f]+)>", b"".join(sections))
    return [(int(number, 16), bytes.fromhex(text.decode()).decode("utf-16-be")) for number, text in pairs]


# ---------------------------------------------------------------- structure


def structure(path: Path) -> list[str]:  # noqa: PLR0912 - one branch a rule
    """Title, language, tags for all content, alternative texts, scopes, links, headings, outline."""
    found = []
    with pikepdf.open(path) as document:
        root = document.Root
        if not str(root.get("/Lang", "")):
            found.append("the document has no language")
        if not root.get("/MarkInfo", {}).get("/Marked", False) or "/StructTreeRoot" not in root:
            return [*found, "the document is not tagged"]
        if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False):
            found.append("viewers show the file's name, not the title")
        if not str(document.docinfo.get("/Title", "")):
            found.append("the document has no title")
        with document.open_outline() as outline:
            if len(outline.root) < 3:
                found.append(f"the outline has {len(outline.root)} entries")
        owned, links = set(), set()
        languages, level = set(), 0
        for element in elements(root.StructTreeRoot):
            tag = str(element.S)
            if tag in ("/Figure", "/Formula") and not str(element.get("/Alt", "")).strip():
                found.append(f"a {tag[1:]} has no alternative text")
            if tag == "/TH" and element.get("/A", {}).get("/Scope") not in ("/Row", "/Column", "/Both"):
                found.append("a table's header has no scope")
            if "/Lang" in element:
                languages.add(str(element.Lang))
            if heading := re.fullmatch(r"/H([1-6])", tag):
                if int(heading[1]) > level + 1:
                    found.append(f"a heading of level {heading[1]} follows one of level {level}")
                level = int(heading[1])
            for kid in kids(element):
                if isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/OBJR" and tag == "/Link":
                    links.add(kid.Obj.objgen)
                elif not isinstance(kid, pikepdf.Dictionary) or kid.get("/Type") == "/MCR":
                    page = element.Pg if not isinstance(kid, pikepdf.Dictionary) else kid.Pg
                    number = int(kid if not isinstance(kid, pikepdf.Dictionary) else kid.MCID)
                    owned.add((page.objgen, number))
        if not languages:
            found.append("no passage says that it is in another language")
        for number, page in enumerate(document.pages, start=1):
            for link in page.get("/Annots", []):
                if link.Subtype == "/Link" and (
                    link.objgen not in links or not str(link.get("/Contents", ""))
                ):
                    found.append(f"page {number}: a link without a tag or a description")
            found += [f"page {number}: {one}" for one in untagged(page, owned)]
    return list(dict.fromkeys(found))


def elements(tree: Any) -> Iterator[Any]:
    """All elements of a tree of tags, in reading order."""
    for kid in kids(tree):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def kids(element: Any) -> list[Any]:
    """What is in an element."""
    held = element.get("/K", [])
    return list(held) if isinstance(held, pikepdf.Array) else [held]


def untagged(page: pikepdf.Page, owned: set[tuple[Any, int]]) -> list[str]:
    """Content of a page that is neither tagged nor decoration."""
    shows = {"Tj", "TJ", "'", '"'}
    depth: list[str | None] = []
    found = []
    for operands, operator in pikepdf.parse_content_stream(page, "BMC BDC EMC Tj TJ ' \""):
        name = str(operator)
        if name in ("BMC", "BDC"):
            tag = str(operands[0])
            if name == "BDC" and isinstance(operands[1], pikepdf.Dictionary) and "/MCID" in operands[1]:
                number = int(operands[1].MCID)
                if (page.obj.objgen, number) not in owned:
                    found.append(f"the content {number} belongs to no tag")
            depth.append(tag)
        elif name == "EMC" and depth:
            depth.pop()
        elif name in shows and not depth:
            found.append("text that is neither tagged nor decoration")
    return found


# ---------------------------------------------------------------- formats


def archive(path: Path) -> list[str]:  # noqa: PLR0912 - one branch a rule
    """What PDF/A-3u asks for, as far as it can be seen here: ISO 19005-3, 6.1 to 6.9."""
    found = []
    with pikepdf.open(path) as document:
        root = document.Root
        with document.open_metadata() as metadata:
            declared = metadata.get("pdfaid:part"), metadata.get("pdfaid:conformance")
            if declared != ("3", "U"):
                found.append(f"the metadata declare {declared}, not PDF/A-3u")
            if metadata.get("dc:title") != str(document.docinfo.get("/Title", "")):
                found.append("the title differs between the metadata and the document information")
        if document.is_encrypted or "/Encrypt" in document.trailer:
            found.append("encrypted")
        if "/ID" not in document.trailer:
            found.append("no identifier")
        intents = [one for one in root.get("/OutputIntents", []) if one.S == "/GTS_PDFA1"]
        if not intents or b"acsp" not in intents[0].DestOutputProfile.read_bytes()[:128]:
            found.append("no colour profile as output intent")
        if any(key in root for key in ("/OpenAction", "/AA")) or "/JavaScript" in root.get("/Names", {}):
            found.append("actions or scripts")
        listed = {one.objgen for one in root.get("/AF", [])}
        for item in document.objects:
            if isinstance(item, pikepdf.Stream) and "/LZWDecode" in str(item.get("/Filter", "")):
                found.append("LZW compression")
            if not isinstance(item, pikepdf.Dictionary):
                continue
            if item.get("/S") in ("/JavaScript", "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData"):
                found.append(f"an action {item.S}")
            if item.get("/Type") == "/Filespec":
                name = str(item.get("/UF", ""))
                if "/F" not in item or not name or "/AFRelationship" not in item or item.objgen not in listed:
                    found.append(f"the attachment {name} has no relationship to the document")
                elif "/Subtype" not in item.EF.F:
                    found.append(f"the attachment {name} has no type")
            if item.get("/Type") == "/ExtGState" and ("/TR" in item or "/HTP" in item):
                found.append("a transfer function or halftone")
            if item.get("/Type") == "/Annot" and int(item.get("/F", 0)) & 0b100111 != 0b100:
                found.append("an annotation that is hidden or not printed")
    return list(dict.fromkeys(found))


def accessible(path: Path) -> list[str]:
    """What PDF/UA-1 asks for, as the checkers `outloud` and `pdfua` see it.

    Of outloud, the layer of conformance: its other layer guesses what a text may mean, and holds running
    heads with a title for prose, and a table of settings, with a header a row, for a broken one.
    """
    import outloud
    import pdfua

    said = outloud.check(str(path), layers=["conformance"])
    found = [
        f"page {one.page}: {one.message} ({one.rule})" for one in said.findings if one.severity != "info"
    ]
    if said.error:
        found.append(said.error)
    # rules that it could not evaluate are skipped: pikepdf has become stricter since it was written
    certain = (one for one in pdfua.validate(str(path)).findings if one.severity >= pdfua.Severity.WARNING)
    return found + [f"{one.message} ({one.rule_id})" for one in certain]


def sound(path: Path) -> list[str]:
    """What qpdf says of the file's syntax; where it is not installed, what its library does."""
    if shutil.which("qpdf"):
        run = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
        return (run.stdout + run.stderr).splitlines() if run.returncode else []
    try:
        with pikepdf.open(path) as document:
            return list(document.check_pdf_syntax())
    except pikepdf.PdfError as error:
        return [str(error)]


def attachments(path: Path) -> list[str]:
    """The run's records are attached, each with the digest that the list of digests names."""
    with pikepdf.open(path) as document:
        files = {name: one.get_file().read_bytes() for name, one in document.attachments.items()}
    wanted = {"metrics.csv", "results.csv", "manifest.json", "checksums.txt"}
    found = [f"{name} is not attached" for name in sorted(wanted - set(files))]
    if not any(name.endswith(".toml") for name in files):
        found.append("the experiment is not attached")
    for line in files.get("checksums.txt", b"").decode().splitlines():
        digest, _, name = line.partition("  ")
        if name in files and hashlib.sha256(files[name]).hexdigest() != digest:
            found.append(f"{name} was changed")
    return found


def size(path: Path) -> list[str]:
    """The file is small enough for a mail."""
    large = path.stat().st_size
    return [f"{large:,} bytes, more than {LARGEST:,}"] if large > LARGEST else []


def page_count(path: Path) -> int:
    """How many pages a file has."""
    with pymupdf.open(path) as document:
        return int(document.page_count)
