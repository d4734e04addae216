"""The PDF back end, judged by other people's readers: pikepdf, pdfplumber, pdfium and MuPDF."""

import base64
import hashlib
import importlib.metadata
import io
import os
import re
import subprocess
import sys
import threading
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pdfplumber
import pikepdf
import pymupdf
import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from reportgen.errors import UserError
from reportgen.report.fonts import faces
from reportgen.report.pdf import writer as pdf
from tests.helpers.made_pdf import (
    ATTACHMENTS,
    CHINESE,
    CREATED,
    ENGLISH,
    HAN,
    METRICS,
    SAMPLE,
    page,
    write,
)
from tests.helpers.project import ROOT


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("pdf") / "sample.pdf"
    result = write(SAMPLE, target, attachments=ATTACHMENTS)
    assert result == pdf.PdfResult(pages=5, warnings=())
    return target


@pytest.fixture
def opened(sample: Path) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(sample) as document:
        yield document


# ---------------------------------------------------------------- fonts and text


def font_dictionaries(document: pikepdf.Pdf) -> list[Any]:
    kinds = ("/Type0", "/Type1", "/Type3", "/TrueType")
    return [
        item
        for item in document.objects
        if isinstance(item, pikepdf.Dictionary)
        and item.get("/Type") == "/Font"
        and item.get("/Subtype") in kinds
    ]


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


def pdfium_picture(path: Path, number: int) -> np.ndarray:
    picture = pypdfium2.PdfDocument(path)[number].render(scale=3).to_pil()
    return np.asarray(picture.convert("L"))


def mupdf_picture(path: Path, number: int) -> np.ndarray:
    pixels = pymupdf.open(path)[number].get_pixmap(matrix=pymupdf.Matrix(3, 3), colorspace=pymupdf.csGRAY)
    return np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.width)


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


# ---------------------------------------------------------------- justification


def right_edges(path: Path) -> list[float]:
    """Where each line of the first page's first paragraph ends, the last line left out."""
    lines: dict[int, float] = {}
    with pdfplumber.open(path) as document:
        for char in document.pages[0].chars:
            baseline = round(char["matrix"][5])
            lines[baseline] = max(char["x1"], lines.get(baseline, 0))
    return [lines[baseline] for baseline in sorted(lines, reverse=True)][:-1]


# 87 mm hold no whole number of 10 pt characters: unjustified lines end well before the edge.
NARROW = '<p style="width: 87mm; margin: 0">{}</p>'
EDGE = (20 + 87) * 72 / 25.4


@pytest.mark.parametrize(
    "text",
    [
        CHINESE.replace("——", "").replace("……", ""),
        CHINESE,
        "學習率 0.001 時 Adam 與 <b>SGD</b> 差異<i>甚微</i>，批次大小為 16；" * 6,
        "一段<b>粗體字與更多粗體字</b>和<a href='#x'>很長很長的連結文字</a>" * 6,
    ],
    ids=["Han only", "dashes", "mixed", "nested"],
)
def test_chinese_lines_end_at_the_edge(tmp_path: Path, text: str) -> None:
    write(page(NARROW.format(text) + "<i id=x></i>"), tmp_path / "a.pdf")
    edges = right_edges(tmp_path / "a.pdf")
    assert len(edges) >= 3
    assert edges == pytest.approx([EDGE] * len(edges), abs=0.25)


def test_gaps_are_even(tmp_path: Path) -> None:
    write(page(NARROW.format("漢" * 60)), tmp_path / "a.pdf")
    with pdfplumber.open(tmp_path / "a.pdf") as document:
        chars = document.pages[0].chars
    top = min(char["top"] for char in chars)
    first_line = [char for char in chars if char["top"] == top]
    assert first_line[0]["x0"] == pytest.approx(20 * 72 / 25.4, abs=0.05)
    assert first_line[-1]["x1"] == pytest.approx(EDGE, abs=0.1)
    gaps = np.diff([char["x0"] for char in first_line])
    assert gaps.min() > 10.05
    assert np.ptp(gaps) < 0.05


def test_dashes_stay_joined(tmp_path: Path) -> None:
    write(page(NARROW.format("說明——不多說一句" * 12)), tmp_path / "a.pdf")
    with pdfplumber.open(tmp_path / "a.pdf") as document:
        dashes = [char for char in document.pages[0].chars if "—" in char["text"]]
    # The font draws the pair as one glyph, unless somebody pulls it apart.
    assert [dash["text"] for dash in dashes] == ["——"] * 12
    assert [dash["x1"] - dash["x0"] for dash in dashes] == pytest.approx([20] * 12, abs=0.1)


def test_a_chinese_term_in_english_keeps_its_shape(tmp_path: Path) -> None:
    words = "an 最佳化器 optimizer improves unquestionably " * 8
    write(page(NARROW.format(words).replace("<p", '<p lang="en"')), tmp_path / "a.pdf")
    edges = right_edges(tmp_path / "a.pdf")
    assert edges == pytest.approx([EDGE] * len(edges), abs=0.25)
    with pdfplumber.open(tmp_path / "a.pdf") as document:
        chars = document.pages[0].chars
    inside = [
        b["x0"] - a["x1"]
        for a, b in pairwise(chars)
        if a["top"] == b["top"] and a["text"] + b["text"] in "最佳化器"
    ]
    assert max(inside) < 0.05


def test_weasyprint_is_left_as_it_was(sample: Path) -> None:
    import weasyprint
    from weasyprint import css
    from weasyprint.layout import inline, preferred
    from weasyprint.pdf import tags
    from weasyprint.text import line_break

    assert sample.is_file()
    for function in (
        inline.justify_line,
        inline.count_expandable_spaces,
        inline.split_first_line,
        preferred.split_first_line,
        tags._build_box_tree,
        css.find_style_attributes,
    ):
        assert function.__module__.startswith("weasyprint.")
    assert weasyprint.tinyhtml5.__name__ == "tinyhtml5"
    assert line_break.Layout.set_text.__module__.startswith("weasyprint.")


def test_other_insides_of_weasyprint_still_give_a_pdf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from weasyprint.layout import inline
    from weasyprint.pdf import tags

    count, build = inline.count_expandable_spaces, tags._build_box_tree
    monkeypatch.setattr(inline, "count_expandable_spaces", lambda item, _=None: count(item))
    monkeypatch.setattr(tags, "_build_box_tree", lambda node, *rest, **_: build(node, *rest))
    result = write(page(NARROW.format(CHINESE)), tmp_path / "a.pdf")
    assert result.pages == 1
    assert ["ragged" in note or "tags" in note for note in result.warnings] == [True, True]
    assert max(right_edges(tmp_path / "a.pdf")) < EDGE - 1  # ragged, but there


# ---------------------------------------------------------------- what saves time changes nothing

VARIED = SAMPLE.replace(
    "</body>",
    """<p style="color: #123" lang="en">a <u>line under</u> it, one <u>line under</u> it</p>
    <p style="color: #b00" lang="en">a <s>line through</s> it &amp; a caf&eacute;<br>caf&eacute;</p>
    <svg xmlns="http://www.w3.org/2000/svg" width="60" height="20" viewBox="0 0 60 20"><title>t</title>
    <path d="M0 0 L40 10 Z" fill="#b00"/><text x="2" y="15" font-family="Report Sans">ab</text></svg>
    <p lang="en" id="one">one</p><p lang="en">two</p><pre>a\tb\n  c</pre>
    <div style="white-space: nowrap">a line that goes on over the margin and never breaks, whatever room</div>
    <div style="width: 30mm; text-align: justify">the same words again: """
    + ENGLISH
    + '</div><div style="width: 60mm; font-weight: 700">the same words again: '
    + ENGLISH
    + "</div></body>",
)


def test_drawings_kept_apart_leave_the_same_ink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    was_on = []
    original = pdf.drawings_apart

    @contextmanager
    def watched(page: str) -> Iterator[Any]:
        with original(page) as apart:
            was_on.append(apart != page)
            yield apart

    monkeypatch.setattr(pdf, "drawings_apart", watched)
    write(VARIED, tmp_path / "with.pdf")
    assert was_on == [True]
    monkeypatch.setattr(pdf, "drawings_apart", nullcontext)
    write(VARIED, tmp_path / "without.pdf")
    quick, slow = (ink((tmp_path / name).read_bytes()) for name in ("with.pdf", "without.pdf"))
    assert all(np.array_equal(one, other) for one, other in zip(quick, slow, strict=True))


def ink(data: bytes) -> list[Any]:
    return [page.render(scale=2).to_numpy() for page in pypdfium2.PdfDocument(data)]


# ---------------------------------------------------------------- a WeasyPrint that is another inside


def changed_signature(function: Any) -> Any:
    def other(*arguments: Any, **options: Any) -> Any:
        return function(*arguments, **options)

    return other


INSIDE = {
    "justification": ("weasyprint.layout.inline", "justify_line", "set ragged"),
    "figures": ("weasyprint.layout.block", "_in_flow_layout", "pages may end early"),
    "tags": ("weasyprint.pdf", "add_tags", "the tags are WeasyPrint's own"),
}


@pytest.mark.parametrize("name", INSIDE)
def test_what_a_pdf_lacks_beside_another_weasyprint_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    module, function, said = INSIDE[name]
    inside = importlib.import_module(module)
    monkeypatch.setattr(inside, function, changed_signature(getattr(inside, function)))
    result = write(SAMPLE, tmp_path / "a.pdf")
    (note,) = result.warnings
    assert said in note
    assert importlib.metadata.version("weasyprint") in note
    with pikepdf.open(tmp_path / "a.pdf") as document:
        named = re.findall(r"pdf-without:(\w+)", str(document.docinfo.Keywords))
    assert named == [name]


def test_a_tree_of_tags_that_cannot_be_tidied_stays_weasyprints_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = importlib.import_module("weasyprint.pdf")
    build = inside.add_tags

    def without_attributes(pdf: Any, document: Any, pdf_version: Any, page_streams: Any) -> None:
        build(pdf, document, pdf_version, page_streams)
        for item in pdf.objects:
            if isinstance(item, dict) and item.get("S") == "/TD":
                del item["A"]

    monkeypatch.setattr(inside, "add_tags", without_attributes)
    result = write(SAMPLE, tmp_path / "a.pdf", attachments=ATTACHMENTS)
    (note,) = result.warnings
    assert "the tags are WeasyPrint's own" in note
    assert "(KeyError: 'A')" in note
    with pikepdf.open(tmp_path / "a.pdf") as document:
        assert {"/TD", "/TH", "/NonStruct"} <= {str(item.S) for item in elements(document)}
        assert document.attachments["metrics.csv"].get_file().read_bytes() == METRICS
    with pytest.raises(UserError, match=r"^no PDF/UA-1: .*tags") as refused:
        write(SAMPLE, tmp_path / "b.pdf", variant="ua-1")
    assert "\n" not in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["a.pdf"]


# ---------------------------------------------------------------- structure


def elements(document: pikepdf.Pdf) -> list[Any]:
    return [item for item in document.objects if isinstance(item, pikepdf.Dictionary) and "/S" in item]


def test_parts_say_their_language(opened: pikepdf.Pdf) -> None:
    assert opened.Root.Lang == "zh-Hant-TW"
    spoken = [(str(item.S), str(item.Lang)) for item in elements(opened) if "/Lang" in item]
    assert sorted(spoken) == [("/P", "en"), ("/TH", "en"), ("/TH", "en")]


def test_headers_say_their_scope(opened: pikepdf.Pdf) -> None:
    scopes = [str(item.A.Scope) for item in elements(opened) if item.S == "/TH"]
    assert sorted(scopes) == ["/Column", "/Column", "/Row"]


def test_outline_opens_with_the_document(opened: pikepdf.Pdf) -> None:
    assert opened.Root.PageMode == "/UseOutlines"
    with opened.open_outline() as outline:
        (chapter,) = outline.root
        assert chapter.title == "優化器比較"
        assert [section.title for section in chapter.children] == ["設定"]


def test_links_are_described_and_printed(opened: pikepdf.Pdf) -> None:
    links = [link for one in opened.pages for link in one.get("/Annots", []) if link.Subtype == "/Link"]
    assert [str(link.Contents) for link in links] == ["第二節", "https://example.org/paper"]
    assert all(link.F == 4 for link in links)


def test_it_is_a_tagged_pdf_a_3u(opened: pikepdf.Pdf) -> None:
    with opened.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "U")
        assert metadata["dc:title"] == "優化器比較 Comparing optimizers"
        assert metadata["xmp:CreateDate"] == metadata["xmp:ModifyDate"] == "2026-03-04T05:06:07Z"
    assert opened.Root.MarkInfo.Marked
    assert "/OutputIntents" in opened.Root


def test_nothing_is_wrong_with_the_file(opened: pikepdf.Pdf) -> None:
    assert opened.check_pdf_syntax() == []


# ---------------------------------------------------------------- attachments


def test_attachments_come_back_byte_for_byte(opened: pikepdf.Pdf) -> None:
    assert list(opened.attachments) == ["experiment.toml", "metrics.csv"]
    for attachment in ATTACHMENTS:
        specification = opened.attachments[attachment.name]
        stored = specification.get_file()
        assert stored.read_bytes() == attachment.data
        assert specification.description == attachment.description
        assert stored.mime_type == attachment.mime_type
        assert stored.creation_date == stored.mod_date == CREATED
        assert specification.relationship == "/Data"


# ---------------------------------------------------------------- same input, same bytes

PROGRAM = """
import sys
from datetime import datetime, timezone
from pathlib import Path
from tests.helpers.made_pdf import ATTACHMENTS, SAMPLE, write
write(SAMPLE, Path({target!r}), attachments=ATTACHMENTS)
"""


def in_another_process(target: Path, **environment: str) -> bytes:
    code = PROGRAM.format(target=str(target))
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env={**os.environ, **environment})
    return target.read_bytes()


def test_another_process_writes_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    elsewhere = in_another_process(
        tmp_path / "b.pdf", PYTHONHASHSEED="7", TZ="Asia/Taipei", LC_ALL="C", SOURCE_DATE_EPOCH="1"
    )
    assert hashlib.sha256(elsewhere).digest() == hashlib.sha256(sample.read_bytes()).digest()


def test_no_font_of_the_machine_is_needed_or_used(sample: Path, tmp_path: Path) -> None:
    nothing = tmp_path / "fonts.conf"
    nothing.write_text("<fontconfig></fontconfig>")
    without = in_another_process(tmp_path / "b.pdf", FONTCONFIG_FILE=str(nothing), HOME=str(tmp_path))
    assert without == sample.read_bytes()


def test_a_font_of_the_machine_stays_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alien = TTFont(faces.FACES[0].path)
    alien["name"].setName("Alien", 1, 3, 1, 0x409)
    for table in alien["cmap"].tables:
        table.cmap[0x2252] = table.cmap[ord("x")]  # a character that our fonts do not have
    alien.save(tmp_path / "alien.ttf")
    configuration = tmp_path / "fonts.conf"
    configuration.write_text(f"<fontconfig><dir>{tmp_path}</dir></fontconfig>")
    monkeypatch.setenv("FONTCONFIG_FILE", str(configuration))
    result = write(page("<p style='font-family: Alien'>x ≒</p>"), tmp_path / "a.pdf")
    assert "U+2252" in result.warnings[0]
    with pikepdf.open(tmp_path / "a.pdf") as document:
        names = {str(font.BaseFont).partition("+")[2] for font in font_dictionaries(document)}
    assert names
    assert all(name.startswith("Report-") for name in names)


def test_no_clock_shows(opened: pikepdf.Pdf) -> None:
    dates = {
        str(value)
        for item in opened.objects
        if isinstance(item, pikepdf.Dictionary | pikepdf.Stream)
        for value in dict(item.items()).values()
        if isinstance(value, pikepdf.String) and str(value).startswith("D:")
    }
    assert dates == {"D:20260304050607Z"}


def test_without_harfbuzz_subset_it_is_as_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then fontTools cuts the fonts down, which would warn for each and write the time into them."""
    import weasyprint.pdf.fonts

    monkeypatch.setattr(weasyprint.pdf.fonts, "harfbuzz_subset", None)
    now = time.time()
    for day in (0, 1):
        monkeypatch.setattr(time, "time", lambda day=day: now + day * 86400)
        assert write(page("<p>一 one</p>"), tmp_path / f"{day}.pdf").warnings == ()
    assert (tmp_path / "0.pdf").read_bytes() == (tmp_path / "1.pdf").read_bytes()


def test_identifier_and_date_make_the_difference(tmp_path: Path) -> None:
    taipei = CREATED.astimezone(timezone(timedelta(hours=8)))
    for name, options in {
        "a": {},
        "same": {"created": taipei},
        "naive": {"created": CREATED.replace(tzinfo=None)},
        "other run": {"identifier": "run-2"},
        "later": {"created": CREATED + timedelta(seconds=1)},
    }.items():
        write(page("<p>一</p>"), tmp_path / name, **options)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written["a"] == written["same"] == written["naive"]
    assert len(set(written.values())) == 3


def test_the_environment_is_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FONTCONFIG_FILE", "/some/where")
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    write(page("<p>一</p>"), tmp_path / "a.pdf")
    assert os.environ["FONTCONFIG_FILE"] == "/some/where"
    assert "SOURCE_DATE_EPOCH" not in os.environ


# ---------------------------------------------------------------- nothing from outside


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A web server that writes down what it is asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_nothing_outside_is_read(tmp_path: Path, listener: tuple[str, list[str]]) -> None:
    address, asked = listener
    secret = tmp_path / "secret.svg"
    secret.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>SECRET</text></svg>'
    )
    (tmp_path / "secret.css").write_text("body::before { content: 'SECRET' }")
    beside_our_fonts = (faces.font_folder() / "README.md").as_uri()
    body = f"""
        <style>@import url({tmp_path.as_uri()}/secret.css); @import url({address}/style.css);
        @font-face {{ font-family: X; src: url({address}/font.ttf) }}
        div {{ background: url({address}/background.png) }}</style>
        <link rel="stylesheet" href="{tmp_path.as_uri()}/secret.css">
        <link rel="attachment" href="{secret.as_uri()}"><a rel="attachment" href="{secret.as_uri()}">x</a>
        <a rel="attachment" href="{beside_our_fonts}">y</a>
        <div>照常</div><img src="{address}/a.png" alt="a"><img src="{secret.as_uri()}" alt="b">
        <img src="file:///etc/passwd" alt="c"><img src="secret.svg" alt="d">
        <link rel="stylesheet" href="data:text/css,div::before{{content:'SECRET'}}">
        <object data="{secret.as_uri()}">e</object><embed src="{secret.as_uri()}">
        <svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{address}/b.png"/>
        <image href="{secret.as_uri()}"/><use href="{secret.as_uri()}#x"/></svg>
        <img alt="f" src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>
        <image href='{secret.as_uri()}'/><image href='{address}/c.png'/></svg>">"""
    result = write(page(body), tmp_path / "a.pdf")
    assert asked == []
    assert result.warnings
    with pikepdf.open(tmp_path / "a.pdf") as document:
        assert len(document.attachments) == 0
        streams = [item.read_bytes() for item in document.objects if isinstance(item, pikepdf.Stream)]
        assert not any(b"SECRET" in stream or b"root:" in stream for stream in streams)
    with pdfplumber.open(tmp_path / "a.pdf") as pages:
        text = "".join(one.extract_text() for one in pages.pages)
    assert "照常" in text
    assert "SECRET" not in text


def test_what_the_page_carries_is_used(tmp_path: Path) -> None:
    black = io.BytesIO()
    Image.new("L", (90, 90)).save(black, "png")
    body = f'<img alt="黑" src="data:image/png;base64,{base64.b64encode(black.getvalue()).decode()}">'
    assert write(page(body), tmp_path / "a.pdf").warnings == ()
    assert (pdfium_picture(tmp_path / "a.pdf", 0) < 50).mean() > 0.01


# ---------------------------------------------------------------- whole or not at all


def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "report.pdf"
    target.write_bytes(b"the old one")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write(page("<p>一</p>"), target)
    assert [path.name for path in tmp_path.iterdir()] == ["report.pdf"]
    assert target.read_bytes() == b"the old one"


# ---------------------------------------------------------------- when it cannot be done


def test_this_machine_can() -> None:
    assert pdf.check_pdf() is None


@pytest.mark.parametrize("library", ["pango-1.0", "pangoft2", "fontconfig", "gobject"])
def test_a_missing_library_is_one_line_with_its_remedy(library: str) -> None:
    code = f"""
import cffi
real = cffi.FFI.dlopen
def dlopen(self, name, flags=0):
    if {library!r} in str(name):
        raise OSError(f"cannot load library '{{name}}': {{name}}: cannot open shared object file")
    return real(self, name, flags)
cffi.FFI.dlopen = dlopen
from reportgen.report.pdf import writer
print(writer.check_pdf())
try:
    writer.write_pdf("", None, identifier="", created=None)
except writer.PdfUnavailable as problem:
    print(problem)
"""
    run = subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True, text=True)
    said, raised = run.stdout.splitlines()
    assert said == raised
    assert library in said
    assert "apt-get install libpango-1.0-0 libpangoft2-1.0-0" in said
    assert run.stderr == ""


def test_missing_fonts_are_told_before_weasyprint_crashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faces, "font_folder", lambda: tmp_path)
    problem = pdf.check_pdf()
    assert problem is not None
    assert "ReportSongTC-Regular.ttf" in problem
    assert "\n" not in problem
    with pytest.raises(UserError):
        write(page("<p>一</p>"), tmp_path / "a.pdf")
    assert list(tmp_path.iterdir()) == []


def test_importing_is_cheap() -> None:
    code = "import sys, reportgen.report.pdf.writer; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True, text=True)
    heavy = {"weasyprint", "torch", "fontTools", "matplotlib", "pydyf", "numpy"}
    assert not heavy & set(run.stdout.split())
