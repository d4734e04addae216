"""Lines of Chinese and English, justified: where they end, and how wide their gaps are."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pdfplumber
import pytest

from tests.helpers.made_pdf import (
    CHINESE,
    page,
    write,
)
from tests.helpers.pdf_parts import EDGE, NARROW, right_edges


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
