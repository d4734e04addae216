"""Each check of a document finds what it is for: a good report, broken on purpose."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from tests.helpers import html_checks, ink_checks, pdf_checks, xmp_checks

pytestmark = [pytest.mark.document, pytest.mark.reports]

Break = Callable[[pikepdf.Pdf], None]


def first_font(document: pikepdf.Pdf) -> Any:
    return pdf_checks.font_dictionaries(document)[0]


def first(document: pikepdf.Pdf, **wanted: str) -> Any:
    """The first dictionary of the file that has these values."""
    return next(
        item
        for item in document.objects
        if isinstance(item, pikepdf.Dictionary)
        and all(item.get(f"/{key}") == pikepdf.Name(value) for key, value in wanted.items())
    )


def draw(page: int, content: bytes) -> Break:
    """Draw something over a page."""

    def change(document: pikepdf.Pdf) -> None:
        document.pages[page].contents_add(b"/Artifact BMC q " + content + b" Q EMC")

    return change


def not_embedded(document: pikepdf.Pdf) -> None:
    del first_font(document).DescendantFonts[0].FontDescriptor["/FontFile2"]


def cff(document: pikepdf.Pdf) -> None:
    descriptor = first_font(document).DescendantFonts[0].FontDescriptor
    descriptor["/FontFile3"] = descriptor.FontFile2
    del descriptor["/FontFile2"]


def without_unicode(document: pikepdf.Pdf) -> None:
    del first_font(document)["/ToUnicode"]


def missing_glyph(document: pikepdf.Pdf) -> None:
    stream = first_font(document).ToUnicode
    stream.write(re.sub(rb"(beginbfchar\s+)<[0-9a-f]{4}>", rb"\1<0000>", stream.read_bytes(), count=1))


def private_text(document: pikepdf.Pdf) -> None:
    for font in pdf_checks.font_dictionaries(document):
        font.ToUnicode.write(re.sub(rb"> <[0-9a-f]{4}>", b"> <e001>", font.ToUnicode.read_bytes()))


def without_language(document: pikepdf.Pdf) -> None:
    del document.Root["/Lang"]


def without_tags(document: pikepdf.Pdf) -> None:
    del document.Root["/StructTreeRoot"]


def without_outline(document: pikepdf.Pdf) -> None:
    del document.Root["/Outlines"]


def without_alt(document: pikepdf.Pdf) -> None:
    del first(document, S="/Figure")["/Alt"]


def formula_without_alt(document: pikepdf.Pdf) -> None:
    del first(document, S="/Formula")["/Alt"]


def without_scope(document: pikepdf.Pdf) -> None:
    del first(document, S="/TH").A["/Scope"]


def link_without_tag(document: pikepdf.Pdf) -> None:
    first(document, S="/Link")["/S"] = pikepdf.Name("/Span")


def skipped_heading(document: pikepdf.Pdf) -> None:
    first(document, S="/H2")["/S"] = pikepdf.Name("/H4")


def one_language(document: pikepdf.Pdf) -> None:
    for item in document.objects:
        if isinstance(item, pikepdf.Dictionary) and "/S" in item and "/Lang" in item:
            del item["/Lang"]


def untagged_text(document: pikepdf.Pdf) -> None:
    page = document.pages[1]
    name = next(iter(page.Resources.Font))
    page.contents_add(f"BT {name} 9 Tf 100 400 Td <0003> Tj ET".encode())


def without_profile(document: pikepdf.Pdf) -> None:
    del document.Root["/OutputIntents"]


def script(document: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS=pikepdf.String("app.alert(1)"))
    document.Root["/OpenAction"] = document.make_indirect(action)


def without_relationship(document: pikepdf.Pdf) -> None:
    del first(document, Type="/Filespec")["/AFRelationship"]


def another_part(document: pikepdf.Pdf) -> None:
    with document.open_metadata(set_pikepdf_as_editor=False) as metadata:
        metadata["pdfaid:part"] = "2"


def change_metadata(old: bytes, new: bytes) -> Break:
    def change(document: pikepdf.Pdf) -> None:
        metadata = document.Root.Metadata.read_bytes()
        assert old in metadata
        document.Root.Metadata.write(metadata.replace(old, new))

    return change


def hidden_note(document: pikepdf.Pdf) -> None:
    first(document, Type="/Annot")["/F"] = 2


def changed_attachment(document: pikepdf.Pdf) -> None:
    specification = document.attachments["results.csv"].obj
    specification.EF.F.write(b"setup,seed\n")


def lost_attachment(document: pikepdf.Pdf) -> None:
    del document.attachments["metrics.csv"]


def heavy(document: pikepdf.Pdf) -> None:
    noise = Image.effect_noise((1400, 1400), 90).tobytes()
    document.attachments["noise"] = pikepdf.AttachedFileSpec(document, noise)


def blank_page(document: pikepdf.Pdf) -> None:
    document.pages.insert(4, document.pages[4])
    document.pages[4].contents_add(
        b"/Artifact BMC q 1 g 0 500 900 700 re f Q EMC"
    )  # in CSS pixels from the top


@pytest.mark.parametrize(
    ("check", "break_it", "finding"),
    [
        (pdf_checks.fonts, not_embedded, "not embedded"),
        (pdf_checks.fonts, cff, "CFF"),
        (pdf_checks.fonts, without_unicode, "ToUnicode"),
        (pdf_checks.glyphs, missing_glyph, "has no glyph"),
        (pdf_checks.text, private_text, "text comes back as"),
        (pdf_checks.structure, without_language, "no language"),
        (pdf_checks.structure, without_tags, "not tagged"),
        (pdf_checks.structure, without_outline, "outline"),
        (pdf_checks.structure, without_alt, "a Figure has no alternative text"),
        (pdf_checks.structure, formula_without_alt, "a Formula has no alternative text"),
        (pdf_checks.structure, without_scope, "scope"),
        (pdf_checks.structure, link_without_tag, "a link without a tag"),
        (pdf_checks.structure, skipped_heading, "a heading of level 4"),
        (pdf_checks.structure, one_language, "another language"),
        (pdf_checks.structure, untagged_text, "neither tagged nor decoration"),
        (pdf_checks.archive, without_profile, "colour profile"),
        (pdf_checks.archive, script, "scripts"),
        (pdf_checks.archive, without_relationship, "relationship"),
        (pdf_checks.archive, another_part, "not PDF/A-3u"),
        (pdf_checks.archive, hidden_note, "hidden"),
        (xmp_checks.declared, change_metadata(b'pdfuaid:part="1"', b""), "PDF/UA-1"),
        (xmp_checks.declared, change_metadata(b"name>part<", b"name>amd<"), "undescribed: pdfuaid:part"),
        (xmp_checks.declared, change_metadata(b"category>internal<", b"category>none<"), "category"),
        (xmp_checks.declared, change_metadata(b"pdfaSchema:prefix>", b"pdfaSchema:schema>"), "prefix"),
        (pdf_checks.attachments, changed_attachment, "results.csv was changed"),
        (pdf_checks.attachments, lost_attachment, "metrics.csv is not attached"),
        (pdf_checks.size, heavy, "more than"),
        (ink_checks.han_ink, draw(3, b"1 g 0 0 2000 2000 re f"), "is blank in"),
        (ink_checks.margins, draw(3, b"0 g 20 300 4 50 re f"), "ink in the left margin"),
        (ink_checks.margins, draw(3, b"0 g 560 300 4 50 re f"), "ink in the right margin"),
        (ink_checks.gaps, blank_page, "page 5: "),
        (pdf_checks.accessible, without_alt, "/Alt"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_broken_pdf_is_found(
    tiny_run: Path, tmp_path: Path, check: Callable[[Path], list[str]], break_it: Break, finding: str
) -> None:
    good, broken = tiny_run / "report.pdf", tmp_path / "broken.pdf"
    with pikepdf.open(good) as document:
        break_it(document)
        document.save(broken)
    found = check(broken)
    assert any(finding in one for one in found), found


def test_a_torn_file_is_found(tiny_run: Path, tmp_path: Path) -> None:
    data = (tiny_run / "report.pdf").read_bytes()
    (tmp_path / "torn.pdf").write_bytes(data[: len(data) // 2])
    assert pdf_checks.sound(tmp_path / "torn.pdf")


def test_a_viewer_that_loses_text_is_found(tiny_run: Path) -> None:
    def forgetful(path: Path, number: int, scale: float) -> Image.Image:
        picture = ink_checks.mupdf(path, number, scale)
        if number == 2:
            picture.paste(255, (0, 300, picture.width, 400))
        return picture

    found = ink_checks.same_ink(tiny_run / "report.pdf", {"PDFium": ink_checks.pdfium, "another": forgetful})
    assert [one.partition(":")[0] for one in found] == ["page 3"]
    assert "blank in another" in found[0]


@pytest.mark.parametrize(
    ("check", "old", "new", "finding"),
    [
        (html_checks.alone, "</main>", '<img src="https://example.org/a.png" alt="a"></main>', "outside"),
        (html_checks.alone, "</style>", "p{background:url(//example.org/a.png)}</style>", "outside"),
        (html_checks.alone, "default-src 'none'", "default-src *", "policy"),
        (html_checks.links, '<main ', '<i id="contents"></i><main ', "the id contents is there 2 times"),
        (html_checks.links, "</main>", '<a href="#nowhere">x</a></main>', "nothing has the id nowhere"),
        (html_checks.described, "</main>", "<svg></svg></main>", "svg"),
        (html_checks.described, "</main>", '<img src="data:,"></main>', "img"),
        (html_checks.size, "</main>", "x" * 1_500_000 + "</main>", "more than"),
    ],
)  # fmt: skip
def test_a_broken_page_is_found(  # noqa: PLR0917 - pytest passes them by name
    tiny_run: Path, tmp_path: Path, check: Callable[[Path], list[str]], old: str, new: str, finding: str
) -> None:
    text = (tiny_run / "report.html").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "broken.html").write_text(text.replace(old, new, 1), encoding="utf-8")
    found = check(tmp_path / "broken.html")
    assert any(finding in one for one in found), found
