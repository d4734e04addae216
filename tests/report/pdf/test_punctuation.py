"""Chinese marks that meet: how wide they are in the PDF, measured by another reader, and what comes back."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pdfplumber
import pytest

from reportgen.files import resources
from tests.helpers.made_pdf import page, write

SIZE = 10.0
STYLE = re.search(r"\.half \{.*?\}", (resources.templates() / "print.css").read_text(encoding="utf-8"))


def advances(text: str, target: Path) -> list[tuple[str, float]]:
    """The marks and characters of a line of 10 points, each with the room to the next one."""
    assert STYLE is not None
    write(page(f"<style>{STYLE[0]}</style><p style='text-align: left'>{text}終</p>"), target)
    with pdfplumber.open(target) as document:
        chars = document.pages[0].chars
    assert len({round(char["matrix"][5]) for char in chars}) == 1
    return [(one["text"], other["matrix"][4] - one["matrix"][4]) for one, other in pairwise(chars)]


@pytest.mark.parametrize(
    ("text", "narrow"),
    [
        ("種子），", "）"),
        ("種子（七）。", "）"),
        ("「七」（百）", "」"),  # here the bracket after it comes nearer
        ("甲』」乙", "』"),
        ("甲）乙，（丙", ""),
        ("甲，乙。丙（丁）戊", ""),
        ("（<code>x</code>）", ""),
        ("（<b>甲</b>）、乙", "）"),
        ("甲<a href='#x'>（乙）</a>，丙<i id='x'></i>", "）"),
    ],
)
def test_a_closing_bracket_before_a_mark_is_half_as_wide(tmp_path: Path, text: str, narrow: str) -> None:
    widths = advances(text, tmp_path / "a.pdf")
    assert [char for char, width in widths if char in "）」』" and width < 0.7 * SIZE] == list(narrow)


@pytest.mark.parametrize(
    ("text", "ems"),
    [("甲，（乙", 3.5), ("甲（（乙", 3.5), ("甲」「乙", 3.5), ("甲乙（丙", 4), ("甲—（丙", 4)],
)
def test_an_opening_bracket_after_a_mark_is_half_as_wide(tmp_path: Path, text: str, ems: float) -> None:
    advances(text, tmp_path / "a.pdf")
    with pdfplumber.open(tmp_path / "a.pdf") as document:
        first, *_, last = document.pages[0].chars
    assert last["x0"] - first["x0"] == pytest.approx(ems * SIZE, abs=0.2)


def test_the_text_comes_back_as_it_was(tmp_path: Path) -> None:
    text = "各以 8 個種子（seed）、「相同」的設定（共同設定），進行比較。"
    write(page(f"<p>{text}</p>"), tmp_path / "a.pdf")
    with pdfplumber.open(tmp_path / "a.pdf") as document:
        assert document.pages[0].extract_text().replace(" ", "") == text.replace(" ", "")
