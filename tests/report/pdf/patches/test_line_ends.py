"""Lines hold what fits, whatever the width: no line but a paragraph's last is half empty."""

from pathlib import Path

import pymupdf
import pytest

from reportgen.report.pdf.patches import line_ends
from tests.helpers.made_pdf import page, write

ENGLISH = (
    "Accuracy is highest for “automobile” (46.15%) and lowest for “dog” (12.78%). The most frequent mistake"
    ' is to take “truck” for “automobile”: 28.7% of “truck” (293 of <span class="tail">1,022 images).</span>'
)
WIDTHS = [190 + number / 2 for number in range(240)]
"""Of paragraphs, in points: steps smaller than a space."""


def half_empty_lines(folder: Path) -> list[str]:
    """The lines that end before the half of their paragraph's width, but for those at its end."""
    paragraphs = "".join(f'<p lang="en" style="width: {width}pt">{ENGLISH}</p>' for width in WIDTHS)
    style = "<style>.tail { white-space: nowrap } p { text-align: left } @page { margin: 10mm }</style>"
    write(page(style + paragraphs), folder / "a.pdf")
    words = [word for sheet in pymupdf.open(folder / "a.pdf") for word in sheet.get_text("words")]
    short, number, line = [], 0, list[str]()
    for word, after in zip(words, [*words[1:], None], strict=True):
        line.append(word[4])
        is_last = word[4] == "images)."
        if is_last or after is None or after[3] - word[3] > 2 or after[3] < word[3] - 2:
            if not is_last and word[2] - words[0][0] < WIDTHS[number] / 2:
                short.append(" ".join(line))
            number, line = number + is_last, []
    assert number == len(WIDTHS)
    return short


def test_a_line_holds_all_words_that_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert half_empty_lines(tmp_path) == []
    monkeypatch.setattr(line_ends, "COLLAPSING", ())
    assert half_empty_lines(tmp_path), "WeasyPrint does so by itself by now: the help can go"
