"""Captions at the side of the text: where they stand, what they do not run into, what is too wide for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pdfplumber
import pikepdf
import pytest

from reportgen.files import resources
from reportgen.report.page.page import TEXT_WIDTH
from reportgen.report.pdf.writer import write_pdf
from tests.helpers.made_pdf import CREATED
from tests.helpers.pdf_parts import elements

MM = 72 / 25.4
LEFT, TEXT, SIDE = 20 * MM, 125 * MM, 40 * MM
CAPTION = '<span lang="en" class="en"><b>Table&nbsp;1</b> {}</span>'
CELL = "<td class='n'>{}</td>"


def table(rows: int, words: str, *, name: str = "", cell: str = "12.3") -> str:
    caption = f"<caption>{CAPTION.format(words)}</caption>"
    body = f"<tr><th scope='row'>row</th>{CELL.format(cell) * 3}</tr>" * rows
    return f'<div class="table"><table class="{name}">{caption}<tbody>{body}</tbody></table></div>'


def figure(width: float, words: str) -> str:
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" data-type="7" width="{width}pt" height="90pt"'
        f' viewBox="0 0 {width} 90"><rect width="{width}" height="90" fill="#123456"/></svg>'
    )
    return (
        f'<figure class="figure" id="figure-a"><div role="img" aria-label="a box">{drawing}</div>'
        f"<figcaption>{CAPTION.format(words)}</figcaption></figure>"
    )


def pages(body: str, target: Path) -> list[list[dict[str, Any]]]:
    """The words of each page of a report's own style, and its boxes as words without text."""
    styles = "".join(
        (resources.templates() / name).read_text(encoding="utf-8") for name in ("style.css", "print.css")
    )
    style = f"<style>{styles}@page {{ size: 210mm 297mm }}</style>"
    html = f"<html lang='en'><head><title>a</title>{style}</head><body><main>{body}</main></body></html>"
    write_pdf(html, target, identifier="a", created=CREATED)
    with pdfplumber.open(target) as document:
        return [
            [*page.extract_words(), *({**one, "text": ""} for one in page.rects if one["height"] > 20)]
            for page in document.pages
        ]


def named(words: list[dict[str, Any]], text: str) -> dict[str, Any]:
    return next(word for word in words if word["text"] == text)


@pytest.mark.parametrize("content", [table(3, "first"), figure(300, "first")], ids=["table", "figure"])
def test_a_caption_begins_at_the_top_of_what_it_captions(tmp_path: Path, content: str) -> None:
    (words,) = pages(f"<p>before</p>{content}<p>after</p>", tmp_path / "a.pdf")
    label, before, after = (named(words, text) for text in ("first", "before", "after"))
    inside = [word for word in words if word["text"] in ("row", "")]
    assert label["x0"] > LEFT + TEXT
    assert label["x1"] < LEFT + TEXT_WIDTH * MM
    assert before["bottom"] < label["top"] < min(word["bottom"] for word in inside)
    assert max(word["x1"] for word in inside) < LEFT + TEXT
    assert max(word["bottom"] for word in inside) < after["top"]


def test_a_caption_longer_than_its_table_keeps_the_next_one_below(tmp_path: Path) -> None:
    (words,) = pages(table(1, "long " * 60 + "end") + table(1, "next"), tmp_path / "a.pdf")
    assert named(words, "end")["bottom"] < named(words, "next")["top"]
    rows = [word for word in words if word["text"] == "row"]
    assert named(words, "end")["bottom"] < rows[1]["top"]


def test_at_the_foot_of_a_page_a_caption_goes_with_its_table(tmp_path: Path) -> None:
    room = '<div style="height: 230mm"></div>'
    first, second = pages(room + table(6, "long " * 60 + "end"), tmp_path / "a.pdf")
    assert "row" not in [word["text"] for word in first]
    assert {"row", "end"} <= {word["text"] for word in second}


@pytest.mark.parametrize(
    "content",
    [
        table(3, "first", name="wide"),
        table(3, "first", cell="1234567890.123456 [1234567890.1, 1234567890.9]"),
        table(40, "first"),
        figure(470, "first"),
    ],
    ids=["wide", "wide cells", "long", "figure"],
)
def test_what_is_too_large_keeps_its_caption_above_or_below(tmp_path: Path, content: str) -> None:
    words = pages(content, tmp_path / "a.pdf")[0]
    label = named(words, "first")
    assert label["x0"] < LEFT + TEXT
    inside = [word for word in words if word["text"] in ("row", "")]
    assert label["bottom"] < min(word["top"] for word in inside) or label["top"] > max(
        word["bottom"] for word in inside
    )


def test_the_caption_belongs_to_its_table_for_who_hears_the_page(tmp_path: Path) -> None:
    pages(table(3, "first"), tmp_path / "a.pdf")
    with pikepdf.open(tmp_path / "a.pdf") as document:
        (tagged,) = [element for element in elements(document) if element.S == "/Table"]
        assert str(tagged.K[0].S) == "/Caption"
