"""Every automatic check of a freshly made report: `make check-document`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers import html_checks, ink_checks, pdf_checks, xmp_checks
from tests.helpers.documents import Report

pytestmark = [pytest.mark.document, pytest.mark.reports]

Check = Callable[[Path], list[str]]


def named(check: Check) -> str:
    return check.__name__


PDF: tuple[Check, ...] = (
    pdf_checks.fonts, pdf_checks.glyphs, pdf_checks.text, pdf_checks.structure, pdf_checks.sound,
    pdf_checks.attachments, pdf_checks.size, pdf_checks.archive, pdf_checks.accessible, xmp_checks.declared,
)  # fmt: skip
SHOWN: tuple[Check, ...] = (ink_checks.same_ink, ink_checks.han_ink, ink_checks.margins, ink_checks.gaps)
HTML: tuple[Check, ...] = (
    html_checks.alone, html_checks.links, html_checks.described, html_checks.size,
)  # fmt: skip


@pytest.mark.parametrize("check", [*PDF, *SHOWN], ids=named)
def test_the_pdf(report: Report, check: Check) -> None:
    assert check(report.pdf) == []


@pytest.mark.parametrize("check", HTML, ids=named)
def test_the_html(report: Report, check: Check) -> None:
    assert check(report.html) == []


def test_nothing_was_complained_of(report: Report) -> None:
    assert report.rendered.notes == ()


def test_the_same_records_give_the_same_bytes(report: Report) -> None:
    assert report.pdf.read_bytes() == report.again.read_bytes()
    assert report.html.read_bytes() == report.again.with_suffix(".html").read_bytes()
