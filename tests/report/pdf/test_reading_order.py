"""Wherever pages end, a total comes once and last, and no sentence stands over a figure of another."""

from __future__ import annotations

import datetime as dt
import re
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


def lines_of(run: Path, section: str, before: re.Pattern[str], height: int, target: Path) -> list[list[str]]:
    """The lines of each page of one section, set with so much less room on the page of `before`."""
    records = run_folder.read(run)
    words = with_recorded(words_in(["zh-Hant", "en"]), records.manifest.optimizers)
    page = Page(words, compose_run(records, words, "0" * 64).fill(), (section,))
    html = page.for_print()
    room = f'<div style="break-before: page; height: {height}mm"></div>'
    html, places = before.subn(lambda place: room + place[0], html)
    assert places == 1
    write_pdf(html, target, attachments=[], identifier="0", created=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    with pdfplumber.open(target) as document:
        return [[line["text"] for line in sheet.extract_text_lines()] for sheet in document.pages]


@pytest.mark.parametrize("height", HEIGHTS)
def test_the_counts_of_the_parts_stay_together(tiny_run: Path, tmp_path: Path, height: int) -> None:
    before = re.compile(r'<div class="table[^"]*"><table id="table-split"')
    pages = lines_of(tiny_run, "data", before, height, tmp_path / "x.pdf")
    counts = re.compile(r"(訓練|驗證|測試) ?\w+( \d+){11}$")
    totals = [[line.split()[-1] for line in page if counts.match(line)] for page in pages]
    assert [total for total in totals if total] == [["300", "100", "500"]], "on one page"


@pytest.mark.parametrize("height", HEIGHTS)
def test_no_sentence_stands_over_a_figure_that_it_is_not_about(
    tiny_run: Path, tmp_path: Path, height: int
) -> None:
    before = re.compile('<figure id="figure-confusion"')
    lines = [
        line
        for page in lines_of(tiny_run, "test_accuracy", before, height, tmp_path / "x.pdf")
        for line in page
    ]
    caption = next(n for n, line in enumerate(lines) if "圖 1 混淆" in line)
    about_next = [
        n for n, line in enumerate(lines) if "圖 2 " in line or "Figure 2 " in line or "confident" in line
    ]
    assert len(about_next) >= 4
    assert min(about_next) > caption
