"""A freshly made report as a text to be read, and each of these checks on one that was broken on purpose."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
import weasyprint

from reportgen.files import resources
from tests.helpers import prose_checks
from tests.helpers.documents import Report

pytestmark = [pytest.mark.document, pytest.mark.reports]

Check = Callable[[Path], list[str]]

OF_HTML: tuple[Check, ...] = (
    prose_checks.repetition, prose_checks.twice, prose_checks.conclusions,
    prose_checks.languages, prose_checks.marks,
)  # fmt: skip
OF_PDF: tuple[Check, ...] = (prose_checks.length, prose_checks.type_size, prose_checks.compressed)


@pytest.mark.parametrize("check", OF_HTML, ids=lambda check: check.__name__)
def test_the_page(report: Report, check: Check) -> None:
    assert check(report.html) == []


@pytest.mark.parametrize("check", OF_PDF, ids=lambda check: check.__name__)
def test_the_pdf(report: Report, check: Check) -> None:
    assert check(report.pdf) == []


SENTENCE_ZH = "<p class=zh lang=zh-Hant-TW>平均測試準確率為 91.27%，種子共有八個，皆已完成訓練。</p>"
SENTENCE_EN = "<p class=en lang=en>The mean test accuracy is 91.27% over all of its eight seeds. </p>"


@pytest.mark.parametrize(
    ("check", "added", "finding"),
    [
        (prose_checks.repetition, SENTENCE_ZH * 3, "zh: 91.27 is said 3 times"),
        (prose_checks.repetition, SENTENCE_EN * 3, "en: 91.27 is said 3 times"),
        (prose_checks.twice, SENTENCE_ZH * 2, "zh: said 2 times"),
        (prose_checks.twice, SENTENCE_EN * 2, "en: said 2 times"),
        (
            prose_checks.conclusions,
            "<ul class=conclusions>" + "<li><span class=zh>結論。</span></li>" * 6 + "</ul>",
            "zh: ",
        ),
        (prose_checks.languages, "<p class=en>The layer 全連接層 is linear.</p>", "en: '全連接層'"),
        (prose_checks.languages, "<p class=zh>結果：the mean of the seeds is high。</p>", "zh: 'the mean"),
        (prose_checks.languages, "<svg><text><tspan class=en>損失 Loss</tspan></text></svg>", "en: '損失'"),
        (prose_checks.marks, "<p class=zh>學習率,批次大小</p>", "half-width mark"),
        (prose_checks.marks, "<p class=zh>學習率 （共同）</p>", "a space beside"),
        (prose_checks.marks, "<p class=zh>差異為 -0.20 個百分點</p>", "a hyphen for minus"),
        (prose_checks.marks, "<p class=en>The optimizer's state</p>", "a straight apostrophe"),
        (prose_checks.marks, "<p class=en>with 2 seed(s)</p>", "a plural in brackets"),
        (prose_checks.marks, "<p class=en>lower by -0.20 points</p>", "a hyphen for minus"),
    ],
)
def test_a_broken_page_is_found(
    tiny_run: Path, tmp_path: Path, check: Check, added: str, finding: str
) -> None:
    text = (tiny_run / "report.html").read_text(encoding="utf-8")
    (tmp_path / "broken.html").write_text(text.replace("</main>", added + "</main>", 1), encoding="utf-8")
    before, after = check(tiny_run / "report.html"), check(tmp_path / "broken.html")
    assert any(finding in line for line in set(after) - set(before)), after


def test_a_long_report_is_found(tiny_run: Path, tmp_path: Path) -> None:
    with pikepdf.open(tiny_run / "report.pdf") as document:
        for _ in range(prose_checks.MOST_PAGES):
            document.pages.append(document.pages[0])
        document.save(tmp_path / "long.pdf")
    assert "more than" in prose_checks.length(tmp_path / "long.pdf")[0]


def test_small_type_is_found(tiny_run: Path, tmp_path: Path) -> None:
    with pikepdf.open(tiny_run / "report.pdf") as document:
        page, operations = document.pages[1], []
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) == "Tf":
                font, size = operands
                operations.append(([font, 0.5 * float(size)], operator))
            else:
                operations.append((list(operands), operator))
        page.Contents = document.make_stream(pikepdf.unparse_content_stream(operations))
        document.save(tmp_path / "small.pdf")
    assert any(line.startswith("page 2: ") for line in prose_checks.type_size(tmp_path / "small.pdf"))


@pytest.mark.parametrize(("feature", "apart"), [("normal", True), ("'halt'", False)])
def test_marks_that_stand_wide_apart_are_found(tmp_path: Path, feature: str, *, apart: bool) -> None:
    song = (resources.templates() / "fonts" / "ReportSongTC-Regular.ttf").as_uri()
    page = f"""<style>@font-face {{ font-family: Song; src: url({song}) }}
        p {{ font: 12pt Song; font-feature-settings: {feature} }}</style><p>（七）。</p>"""
    weasyprint.HTML(string=page).write_pdf(tmp_path / "marks.pdf")
    assert bool(prose_checks.compressed(tmp_path / "marks.pdf")) is apart
