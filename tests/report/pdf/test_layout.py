"""How the PDF is set: what a typesetter would send back, looked for as another reader gets the pages."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pdfplumber
import pytest

from reportgen.records.run import Run
from reportgen.report.options import ReportOptions
from reportgen.report.page.abridging import find_left_out
from reportgen.report.page.listings import ELLIPSIS, LONGEST_BLOCK, block_lengths, indentation
from reportgen.report.pdf.lines import prepare
from reportgen.report.render import render

MARGIN = 20 * 72 / 25.4
COLUMN = 125 * 72 / 25.4
TOP, BOTTOM = 18 * 72 / 25.4, 19 * 72 / 25.4
SIZES = {"a4": (595, 842), "letter": (612, 792)}
HAN = re.compile("[\u3400-\u9fff]")
MODES = {"both": ("zh-Hant", "en"), "zh": ("zh-Hant",), "en": ("en",)}


@dataclass(frozen=True)
class Line:
    """A line of text on a page: its words, where it stands, and the size and face of its first letter."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    font: str
    color: Any


@dataclass(frozen=True)
class Sheet:
    """A page: its size, its lines in the text area, and how far down it has anything at all."""

    width: float
    height: float
    lines: tuple[Line, ...]
    lowest: float
    outside: tuple[str, ...]


def half_of_bracket(char: dict[str, Any]) -> float:
    """How far a bracket stands to the left of its ink, where it is set half as wide as its square."""
    return 0.5 * char["size"] if char.get("text", "") in tuple("（「『") else 0.0


def read(pdf: Path) -> list[Sheet]:
    """The pages as pdfplumber reads them."""
    sheets = []
    with pdfplumber.open(pdf) as document:
        for page in document.pages:
            area = (page.width - MARGIN + 1, page.height - BOTTOM + 1)
            inked = [*page.chars, *page.images, *page.rects, *page.curves, *page.lines]
            body = [one for one in inked if one["top"] > TOP and one["bottom"] < page.height - BOTTOM + 2]
            outside = [
                f"{one['object_type']} {one.get('text', '')} {one['x0']:.0f}-{one['x1']:.0f}"
                for one in body
                if one["x0"] < MARGIN - 1.5 - half_of_bracket(one) or one["x1"] > area[0] + 1.5
            ]
            strays = [c["text"] for c in page.chars if c["bottom"] > page.height - BOTTOM + 2]
            outside += ["below the text: " + "".join(strays)] if len(strays) > 60 else []
            texts = page.within_bbox((0, TOP, page.width, page.height - BOTTOM + 2)).extract_text_lines()
            lines = tuple(
                Line(
                    one["text"],
                    one["x0"],
                    one["x1"],
                    one["top"],
                    one["bottom"],
                    one["chars"][0]["size"],
                    one["chars"][0]["fontname"],
                    one["chars"][0]["non_stroking_color"],
                )
                for one in texts
            )
            sheets.append(
                Sheet(
                    float(page.width),
                    float(page.height),
                    lines,
                    max((one["bottom"] for one in body), default=0.0),
                    tuple(outside),
                )
            )
    return sheets


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory, tiny_run: Path) -> Path:
    """The small run with many more seeds written into its tables, so that tables run over pages."""
    import json

    import pandas as pd

    folder = tmp_path_factory.mktemp("larger") / tiny_run.name
    shutil.copytree(tiny_run, folder)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    more = range(1, 15)
    for path in (folder / "metrics.csv", folder / "results.csv", next(folder.rglob("confusion.csv"))):
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        parts = [table, *(table.assign(seed=(table["seed"].astype(int) + 2 * n).astype(str)) for n in more)]
        pd.concat(parts).to_csv(path, index=False)
    for key in ("trials", "parameter_shapes", "evidence", "reused", "trained_at"):
        manifest[key] = manifest[key] * 15
    each = len(manifest["trials"]) // 15
    manifest["trials"] = [
        {**trial, "seed": trial["seed"] + 2 * (n // each)} for n, trial in enumerate(manifest["trials"])
    ]
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def laid_out(tiny_run: Path, larger: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Reports of several lengths, on both papers, in all modes of language: each is laid out once."""

    @cache
    def lay_out(kind: str) -> Path:
        if kind == "small":  # as it was just rendered
            return tiny_run / "report.pdf"
        folder = tmp_path_factory.mktemp(kind) / tiny_run.name
        shutil.copytree(larger if kind in ("larger", "letter") else tiny_run, folder)
        paper = "letter" if kind == "letter" else "a4"
        options = ReportOptions(languages=MODES.get(kind, MODES["both"]), paper=paper)
        rendered = render(Run.read(folder), options)
        assert rendered.pdf is not None
        assert rendered.notes == ()  # WeasyPrint had nothing to say
        return rendered.pdf

    return lay_out


@pytest.fixture(scope="module", params=["small", "larger", "letter", "zh", "en"])
def sheets(request: pytest.FixtureRequest, laid_out: Callable[[str], Path]) -> tuple[str, list[Sheet]]:
    """The pages of each."""
    kind: str = request.param
    return kind, read(laid_out(kind))


def test_paper_has_the_size_asked_for(sheets: tuple[str, list[Sheet]]) -> None:
    kind, pages = sheets
    size = SIZES["letter" if kind == "letter" else "a4"]
    assert {(round(page.width), round(page.height)) for page in pages} == {size}


def test_no_page_is_more_than_three_tenths_empty(sheets: tuple[str, list[Sheet]]) -> None:
    empty = {
        number: round((page.height - BOTTOM - page.lowest) / (page.height - TOP - BOTTOM), 2)
        for number, page in enumerate(sheets[1], start=1)
    }
    assert {n: share for n, share in list(empty.items())[1:-1] if share > 0.3} == {}


def test_nothing_stands_in_the_margins(sheets: tuple[str, list[Sheet]]) -> None:
    assert {n: page.outside for n, page in enumerate(sheets[1], start=1) if page.outside} == {}


def test_no_type_is_smaller_than_can_be_read(laid_out: Callable[[str], Path]) -> None:
    """Texts of figures too, in the size that they are shown in."""
    with pdfplumber.open(laid_out("small")) as document:
        small = {
            (page.page_number, char["text"], round(char["size"], 2))
            for page in document.pages
            for char in page.chars
            if char["upright"] and char["size"] < 6.45 and not char["text"].isspace()
        }
    assert small == set()


def test_no_heading_is_the_last_line_of_a_page(sheets: tuple[str, list[Sheet]]) -> None:
    last = [page.lines[-1] for page in sheets[1][:-1] if page.lines]
    assert [line.text for line in last if line.size > 10.9 and re.match(r"\d|附錄|Appendix", line.text)] == []


def test_no_paragraph_ends_in_a_line_of_one_character_or_one_short_word(
    sheets: tuple[str, list[Sheet]],
) -> None:
    alone = []
    for page in sheets[1]:
        for before, line in zip(page.lines, page.lines[1:], strict=False):
            follows = abs(before.size - line.size) < 0.1 and line.top - before.top < 2.2 * line.size
            full = abs(before.x1 - MARGIN - COLUMN) < 30 and abs(before.x0 - line.x0) < 2
            if follows and full and "Mono" not in line.font and len(line.text.strip()) < 4:
                alone.append(line.text)
    assert alone == []


def test_a_table_that_goes_on_repeats_its_head(sheets: tuple[str, list[Sheet]]) -> None:
    kind, pages = sheets
    rows = re.compile(r"RG\d{3} ")
    with_points = [page for page in pages if sum(bool(rows.match(line.text)) for line in page.lines) > 1]
    for page in with_points:
        first = next(n for n, line in enumerate(page.lines) if rows.match(line.text))
        above = " ".join(line.text for line in page.lines[max(0, first - 6) : first])
        assert "條件" in above or "Condition" in above
    assert with_points or kind != "letter"


def test_of_two_languages_in_a_head_the_second_stands_back(laid_out: Callable[[str], Path]) -> None:
    """Keeping a last line from being one word must not change what the line looks like."""
    with pdfplumber.open(laid_out("larger")) as document:
        words = [
            word
            for page in document.pages
            for word in page.extract_words(keep_blank_chars=True, extra_attrs=["fontname"])
        ]
    heads = [word for word in words if word["text"] in ("95% interval", "Detectable", "Verdict")]
    assert len(heads) > 3
    assert {"Bold" in word["fontname"] for word in heads} == {False}


def test_code_breaks_between_blocks_only(sheets: tuple[str, list[Sheet]], tiny_run: Path) -> None:
    """A page that begins in the middle of a listing begins at a definition or after a blank line."""
    import json

    excerpts = json.loads(next(tiny_run.rglob("excerpts.json")).read_text(encoding="utf-8"))
    beginnings: set[str] = set()
    inside: set[str] = set()
    breakable: set[str] = set()
    for excerpt in excerpts.values():
        whole = excerpt["text"].rstrip("\n").split("\n")
        left_out = {passage.start: passage for passage in find_left_out(excerpt["text"])}
        spared = {place for passage in left_out.values() for place in passage}
        lines = []
        for place, line in enumerate(whole):
            if place in left_out:  # a line with an ellipsis stands for it
                lines.append(f"{indentation([whole[n] for n in left_out[place]])}{ELLIPSIS}")
            lines += [line] if place not in spared else []
        at = 0
        for length in block_lengths(lines):
            beginnings.add(squeezed(lines[at]))
            into, rest = (
                (inside, 0) if length <= LONGEST_BLOCK else (breakable, 2)
            )  # a long one keeps its ends
            into.update(map(squeezed, lines[at + 1 + rest : at + length - rest]))
            at += length
    for page in sheets[1]:
        first = page.lines[0] if page.lines else None
        code = first and re.match(r"\d+\s*(.*)", first.text)
        if first and code and "Mono" in first.font and squeezed(code[1]):
            begun = squeezed(code[1])
            assert begun in beginnings | breakable or begun not in inside, first.text


def squeezed(text: str) -> str:
    """A text without its spaces."""
    return re.sub(r"\s+", "", text)


def test_each_language_alone_has_none_of_the_other(sheets: tuple[str, list[Sheet]]) -> None:
    kind, pages = sheets
    lines = [line.text for page in pages for line in page.lines]
    if kind == "en":
        assert [
            line for line in lines if HAN.search(line) and "title" not in line and "author" not in line
        ] == []
    if kind == "zh":
        prose = [line for line in lines if re.search(r"(\b[a-z]{2,}\b[ ,]+){5}", line)]
        # what a check printed is a program's own line
        outside_code = [line for line in prose if HAN.search(line) and not line.startswith("執行結果")]
        assert outside_code == []


def test_blocks_of_code_begin_at_definitions_and_after_blank_lines() -> None:
    text = "class Thing:\n    a: int\n\n    def one(self):\n        a = 1\n        b = 2\n        return a\n"
    lines = [
        *text.splitlines(),
        "",
        *["    def two(self):", "        c = 3", "        d = 4", "        return c"],
    ]
    lengths = block_lengths(lines)
    assert sum(lengths) == len(lines)
    starts = [sum(lengths[:n]) for n in range(1, len(lengths))]
    assert starts
    assert all("def " in lines[start] or not lines[start - 1] for start in starts)


def test_two_renders_are_the_same_bytes(tiny_run: Path, laid_out: Callable[[str], Path]) -> None:
    """The small run has been rendered by the command `run`, perhaps in another process."""
    assert laid_out("small").read_bytes() == (tiny_run / "report.pdf").read_bytes()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("步伐最大的是 Adam（參數長度的 0.022%），最小的是 SGD（0.0015%）。", "（0.0015%）。"),
        ("圖二為訓練損失與驗證損失，到最後一個週期都沒有明顯回升，看不出過擬合。", "過擬合。"),
        ("Validation loss is least at epoch 17; its weights are tested.", "are tested."),
    ],
)
def test_the_end_that_stays_together_begins_where_a_line_may(text: str, kept: str) -> None:
    page = fromstring(f"<body><p>{text}</p></body>")
    prepare(page)
    (tail,) = page.iterfind(".//span[@class='tail']")
    assert "".join(tail.itertext()) == kept
    assert "".join(page.itertext()) == text


def test_the_end_stays_together_inside_the_one_span_of_a_report_in_one_language() -> None:
    text = "兩者的資料量、網路與訓練長度可能不同，差距並非全來自優化器。"
    page = fromstring(f"<body><ul><li><span>{text}</span></li></ul></body>")
    prepare(page)
    (tail,) = page.iterfind(".//span[@class='tail']")
    assert tail.text == "優化器。"
    assert "".join(page.itertext()) == text
