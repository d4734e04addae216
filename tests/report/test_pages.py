"""The report's form: its outline, its pages under two renderers, and a page that needs nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pdfplumber
import pikepdf
import pymupdf
import pypdfium2
import pytest

from reportgen.records.run import Run
from reportgen.report.options import ReportOptions
from reportgen.report.render import render
from tests.helpers import html_checks

SECTIONS = (
    "1 資料準備與視覺化", "2 層的定義", "3 網路測試", "4 優化器", "5 網路定義", "6 優化器比較",
    "7 選定設定的完整訓練", "8 測試準確率", "9 公平性檢查", "10 結論", "A 設定與重現方式", "B 整個訓練過程",
)  # fmt: skip
MARGIN = 20 / 25.4 * 72
SCALE = 2


@pytest.fixture(scope="module")
def pdf(tiny_run: Path) -> Iterator[pdfplumber.PDF]:
    with pdfplumber.open(tiny_run / "report.pdf") as opened:
        yield opened


@pytest.fixture(scope="module")
def html(tiny_run: Path) -> str:
    return (tiny_run / "report.html").read_text(encoding="utf-8")


def test_weasyprint_has_nothing_to_complain_of(tiny_run: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "run"
    shutil.copytree(tiny_run, copy)
    assert render(Run.read(copy)).notes == ()


def test_the_outline_follows_the_homework(tiny_run: Path) -> None:
    with pikepdf.open(tiny_run / "report.pdf") as opened, opened.open_outline() as outline:
        titles = [str(item.title) for item in outline.root]
        children = {str(item.title): len(item.children) for item in outline.root}
    assert len(titles) == len(SECTIONS)
    assert all(title.startswith(start) for title, start in zip(titles, SECTIONS, strict=True)), titles
    assert sum(children.values()) == 3 + 3 + 3 + 2


def test_the_contents_name_the_pages_where_sections_are(pdf: pdfplumber.PDF) -> None:
    texts = [re.sub(r"[ \u00a0]", "", page.extract_text()) for page in pdf.pages]
    first = pdf.pages[0]
    halves = ((0, first.width / 2), (first.width / 2, first.width))  # the contents stand in two columns
    columns = [first.crop((left, 0, right, first.height)).extract_text() for left, right in halves]
    contents = re.sub(r"[ \u00a0]", "", "\n".join(columns))
    for title in ("測試準確率", "網路測試", "優化器比較"):
        listed = re.search(rf"^\d{title}.*?\.+(\d+)$", contents, re.M)
        assert listed, title
        there = texts[int(listed[1]) - 1]
        assert re.search(rf"^\d{title}", there, re.M), (title, listed[1])


def test_running_heads_and_page_numbers(pdf: pdfplumber.PDF, tiny_run: Path) -> None:
    for number, page in enumerate(pdf.pages[1:], start=2):
        head = page.crop((0, 0, page.width, 70)).extract_text()
        foot = page.crop((0, page.height - 62, page.width, page.height)).extract_text()
        assert "小型測試：優化器" in head
        assert f"{number} / {len(pdf.pages)}" in foot
        assert tiny_run.name in foot


def test_figures_and_tables_are_numbered_without_gaps(html: str) -> None:
    for word in ("Figure", "Table"):
        numbers = [int(n) for n in re.findall(rf"<b>{word}&nbsp;(\d+)</b>", html)]
        assert numbers == list(range(1, len(numbers) + 1)), word
        assert len(numbers) >= 5


def test_nothing_stands_outside_the_margins(pdf: pdfplumber.PDF) -> None:
    hanging = set("，。、；：）」』")
    for page in pdf.pages:
        for char in page.chars:
            if char["text"].isspace():  # nobody sees the space at the end of a line
                continue
            room = char["size"] if char["text"] in hanging else 0.6
            blank = (
                0.5 * char["size"] if char["text"] in "（「『" else 0
            )  # of a bracket that is set half as wide
            assert char["x0"] > MARGIN - 0.6 - blank, (page.page_number, char["text"])
            assert char["x1"] < page.width - MARGIN + room, (page.page_number, char["text"])


def mupdf_page(path: Path, number: int) -> np.ndarray:
    with pymupdf.open(path) as document:
        pixels = document[number].get_pixmap(matrix=pymupdf.Matrix(SCALE, SCALE), colorspace="gray")
        return np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.stride)


def pdfium_page(path: Path, number: int) -> np.ndarray:
    document = pypdfium2.PdfDocument(path)
    try:
        return np.asarray(document[number].render(scale=SCALE).to_pil().convert("L"))
    finally:
        document.close()


@pytest.mark.parametrize("renderer", [mupdf_page, pdfium_page])
def test_every_chinese_character_has_ink(renderer, pdf: pdfplumber.PDF, tiny_run: Path) -> None:
    seen = 0
    for page in pdf.pages:
        picture = renderer(tiny_run / "report.pdf", page.page_number - 1)
        for char in page.chars:
            if "\u4e00" <= char["text"] <= "\u9fff" and char["upright"]:
                top, bottom = int(char["top"] * SCALE), int(char["bottom"] * SCALE) + 1
                left, right = int(char["x0"] * SCALE), int(char["x1"] * SCALE) + 1
                box = picture[top:bottom, left:right]
                assert box.max() - box.min() > 60, (page.page_number, char["text"])
                seen += 1
    assert seen > 1500


def test_the_page_takes_nothing_from_outside(html: str) -> None:
    for address in re.findall(r'(?:src|href)="([^"]*)"|url\(([^)]*)\)', html):
        target = "".join(address).strip("'\"")
        assert target.startswith(("#", "data:")) or html_checks.BESIDE.fullmatch(target), target
    scripts = sorted(re.findall(r"<script([^>]*)>", html))
    assert scripts[0] == "", "one script, inside"
    assert all('type="application/json"' in data for data in scripts[1:]), "all else is data"
    assert "@import" not in html


def test_links_lead_somewhere_and_ids_are_unique(html: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


def test_pictures_are_described(tiny_run: Path, html: str) -> None:
    assert html_checks.described(tiny_run / "report.html") == []
    assert all(re.search(r'alt="[^"]+"', tag) for tag in re.findall(r"<img [^>]*>", html))


def test_what_users_write_never_becomes_markup(tiny_run: Path, tmp_path: Path) -> None:
    import json
    import shutil

    copy = tmp_path / "run"
    shutil.copytree(tiny_run, copy)
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    manifest["experiment"]["settings"]["title"] = dict.fromkeys(
        ("zh-Hant", "en"), "<b onload=x>{title} & `c`"
    )
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    render(Run.read(copy), ReportOptions(pdf=False))
    page = (copy / "report.html").read_text(encoding="utf-8")
    assert "<b onload" not in page
    assert "&lt;b onload=x&gt;{title} &amp; `c`" in page
