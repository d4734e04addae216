"""Fonts and text of a PDF, judged by other people's readers: pikepdf, pdfplumber, pdfium and MuPDF."""

import io
import re
import unicodedata
from pathlib import Path
from typing import Any

import pdfplumber
import pikepdf
import pymupdf
import pypdfium2
import pytest
from fontTools.ttLib import TTFont

from tests.helpers.made_pdf import (
    CHINESE,
    ENGLISH,
    HAN,
    page,
    write,
)
from tests.helpers.pdf_parts import font_dictionaries, mupdf_picture, pdfium_picture


def test_fonts_are_ours_embedded_and_truetype(opened: pikepdf.Pdf) -> None:
    used = font_dictionaries(opened)
    families = {str(font.BaseFont).partition("+")[2] for font in used}
    assert {"Report-Song-TC", "Report-Hei-TC", "Report-Hei-TC-Bold", "Report-Serif"} <= families
    assert all(family.startswith("Report-") for family in families)
    for font in used:
        (descendant,) = font.DescendantFonts
        assert descendant.Subtype == "/CIDFontType2"
        assert "/FontFile2" in descendant.FontDescriptor
        assert "/FontFile3" not in descendant.FontDescriptor  # CFF: blank in MuPDF, pdf.js, Acrobat


def test_every_character_has_a_glyph_and_every_glyph_a_character(opened: pikepdf.Pdf) -> None:
    for font in font_dictionaries(opened):
        sections = re.findall(rb"beginbfchar(.*?)endbfchar", font.ToUnicode.read_bytes(), re.S)
        mapping = re.findall(rb"<([0-9a-f]{4})> <([0-9a-f]+)>", b"".join(sections))
        assert mapping
        outlines = TTFont(io.BytesIO(font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes()))
        order, glyphs = outlines.getGlyphOrder(), outlines["glyf"]
        for number, text in mapping:
            char = bytes.fromhex(text.decode()).decode("utf-16-be")
            if unicodedata.category(char[0]) not in ("Zs", "Cf"):
                assert int(number, 16) != 0, f"{char} is .notdef"
                assert glyphs[order[int(number, 16)]].numberOfContours != 0, f"{char} is blank"


@pytest.mark.parametrize("picture_of", [pdfium_picture, mupdf_picture])
@pytest.mark.parametrize("number", [1, 2, 3], ids=["Song 400", "Hei 400", "Hei 700"])
def test_every_chinese_character_has_ink(sample: Path, picture_of: Any, number: int) -> None:
    picture = picture_of(sample, number)
    with pdfplumber.open(sample) as document:
        boxes = [char for char in document.pages[number].chars if "\u4e00" <= char["text"] <= "\u9fff"]
    assert len(boxes) == len(HAN)
    for box in boxes:
        left, right, top, bottom = (round(3 * box[side]) for side in ("x0", "x1", "top", "bottom"))
        darkness = (picture[top:bottom, left:right] < 160).mean()
        assert 0.02 < darkness < 0.8, box["text"]


def test_bold_is_bolder(sample: Path) -> None:
    regular, bold = ((pdfium_picture(sample, number) < 160).mean() for number in (2, 3))
    assert bold > 1.15 * regular


@pytest.mark.parametrize("reader", ["pdfplumber", "pdfium", "mupdf"])
def test_text_comes_back(sample: Path, reader: str) -> None:
    if reader == "pdfplumber":
        with pdfplumber.open(sample) as document:
            text = "".join(one.extract_text() for one in document.pages)
    elif reader == "pdfium":
        text = "".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(sample))
    else:
        text = "".join(one.get_text() for one in pymupdf.open(sample))
    flat = re.sub(r"[\s\ufffe]", "", text)
    assert CHINESE in flat
    assert ENGLISH.replace(" ", "") in flat
    assert flat.count(HAN) == 3


def test_lang_chooses_the_dash(tmp_path: Path) -> None:
    write(page('<p>一—二</p><p lang="en">a—b 一</p>'), tmp_path / "a.pdf")
    with pdfplumber.open(tmp_path / "a.pdf") as document:
        dashes = [char["fontname"] for char in document.pages[0].chars if char["text"] == "—"]
    assert [name.partition("+")[2] for name in dashes] == ["Report-Song-TC", "Report-Serif"]


def test_a_character_without_a_glyph_is_told(tmp_path: Path) -> None:
    result = write(page("<p>中🙂文</p>"), tmp_path / "a.pdf")
    assert len(result.warnings) == 1
    assert "U+1F642" in result.warnings[0]
