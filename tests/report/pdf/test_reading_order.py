"""Wherever pages end, a total comes once and last, and no sentence stands over a figure of another."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pdfplumber
import pytest

from reportgen.records import run_folder
from reportgen.report.context import compose_run
from reportgen.report.page.page import Page
from reportgen.report.pdf.writer import write_pdf
from reportgen.report.templates.loading import words_in
from reportgen.report.words.recorded import with_recorded

HEIGHTS = (170, 190, 210)
"""Millimetres of room that a page has lost before what is looked at; it has 250."""


def lines_of(run: Path, section: str, before: str, height: int, target: Path) -> list[list[str]]:
    """The lines of each page of one section, set with so much less room on the page of `before`."""
    records = run_folder.read(run)
    words = with_recorded(words_in(["zh-Hant", "en"]), records.manifest.optimizers)
    page = Page(words, compose_run(records, words, "0" * 64).fill(), (section,))
    html = page.for_print()
    assert html.count(before) == 1
    room = f'<div style="break-before: page; height: {height}mm"></div>'
    html = html.replace(before, room + before)
    write_pdf(html, target, attachments=[], identifier="0", created=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    with pdfplumber.open(target) as document:
        return [[line["text"] for line in sheet.extract_text_lines()] for sheet in document.pages]


@pytest.mark.parametrize("height", HEIGHTS)
def test_the_total_comes_once_and_ends_its_table(tiny_run: Path, tmp_path: Path, height: int) -> None:
    pages = lines_of(
        tiny_run, "data", '<div class="table"><table id="table-split"', height, tmp_path / "x.pdf"
    )
    totals = [(number, line) for number, page in enumerate(pages) for line in page if "合計" in line]
    assert len(totals) == 1
    number, line = totals[0]
    assert line.split()[-3:] == ["300", "100", "500"]
    rows = [one for one in pages[number] if one.split()[0].isdigit() and len(one.split()) == 4]
    assert len(rows) == 10, "the table is whole"
    assert pages[number].index(rows[-1]) < pages[number].index(line)


@pytest.mark.parametrize("height", HEIGHTS)
def test_no_sentence_stands_over_a_figure_that_it_is_not_about(
    tiny_run: Path, tmp_path: Path, height: int
) -> None:
    before = '<figure id="figure-class-accuracy"'
    lines = [
        line
        for page in lines_of(tiny_run, "test_accuracy", before, height, tmp_path / "x.pdf")
        for line in page
    ]
    caption = next(n for n, line in enumerate(lines) if line.startswith("圖 2 各類別"))
    about_next = [
        n for n, line in enumerate(lines) if "圖 3 " in line or "Figure 3 " in line or "confident" in line
    ]
    assert len(about_next) >= 4
    assert min(about_next) > caption
