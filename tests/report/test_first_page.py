"""The first page of the PDF: the answer comes first, is large, and all that it says is text on that page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pdfplumber
import pytest
from pdfplumber.page import Page

from reportgen.records import run_folder
from reportgen.report.sections.answer_block import answer_of_run
from reportgen.report.sections.headlines import Headlines, headlines
from reportgen.report.templates.loading import words_in
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Phrase


@pytest.fixture(scope="module")
def page(tiny_run: Path) -> Iterator[Page]:
    with pdfplumber.open(tiny_run / "report.pdf") as opened:
        yield opened.pages[0]


@pytest.fixture(scope="module")
def said(tiny_run: Path) -> Headlines:
    records = run_folder.read(tiny_run)
    with numbers.written_in("zh-Hant", sum(records.manifest.data.images_by_class.test)):
        return headlines(records, words_in(("zh-Hant", "en")))


def letters(text: str) -> str:
    return re.sub(r"[\s\u00ad-]", "", text)


def height_of(page: Page, text: str) -> tuple[float, float]:
    """Where a text begins on the page, and the size of its letters."""
    there = [(letter, char) for char in page.chars for letter in letters(char["text"])]
    wanted, whole = letters(text), "".join(letter for letter, _ in there)
    assert wanted in whole, text
    first = there[whole.index(wanted)][1]
    return first["top"], first["size"]


def test_the_answer_stands_before_all_else_and_is_large(page: Page, said: Headlines) -> None:
    first_finding = said.key_findings[0].texts["zh-Hant"].striptags()
    top, _ = height_of(page, first_finding)
    for text in said.headline.texts.values():
        above, size = height_of(page, text.striptags())
        assert above < top, "the headline stands above the findings"
        assert size == pytest.approx(14, abs=0.1)
    sizes = {code: height_of(page, text.striptags())[1] for code, text in said.key_findings[0].texts.items()}
    assert sizes == pytest.approx({"zh-Hant": 9.7, "en": 8.9}, abs=0.05), "findings have the size of the text"
    assert len(said.key_findings) <= 3


def test_all_that_the_figure_says_is_text_beneath_the_headline(
    page: Page, said: Headlines, tiny_run: Path
) -> None:
    records, words = run_folder.read(tiny_run), words_in(("zh-Hant", "en"))
    with numbers.written_in("zh-Hant", sum(records.manifest.data.images_by_class.test)):
        answer = answer_of_run(said.shared, said.tuned_equally, records.results, words)
    assert answer is not None
    labels = [mark.label for column in answer.columns for mark in column.marks]
    headline = height_of(page, said.headline.texts["en"].striptags())[0]
    finding = height_of(page, said.key_findings[0].texts["zh-Hant"].striptags())[0]
    assert len(labels) > 1
    for label in labels:
        assert headline < height_of(page, label)[0] < finding, label


def test_no_sentence_stands_twice_on_it(page: Page, said: Headlines) -> None:
    there = letters("".join(char["text"] for char in page.chars))
    sentences: tuple[Phrase, ...] = said.first_page
    for phrase in sentences:
        for text in phrase.texts.values():
            assert there.count(letters(text.striptags())) == 1, text
