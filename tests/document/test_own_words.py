"""The checks of a finished report, of one with its author's own words: formulas, pictures, tables, links."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pikepdf
import pytest

from reportgen.cli.main import main
from tests.helpers import html_checks, pdf_checks
from tests.helpers.own_words import write_experiment

pytestmark = [pytest.mark.document, pytest.mark.reports]

Check = Callable[[Path], list[str]]
PDF: tuple[Check, ...] = (
    pdf_checks.fonts, pdf_checks.glyphs, pdf_checks.structure, pdf_checks.sound, pdf_checks.attachments,
    pdf_checks.archive, pdf_checks.accessible,
)  # fmt: skip


def named(check: Check) -> str:
    return check.__name__


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PDF with own words, and its page beside it."""
    folder = tmp_path_factory.mktemp("own")
    write_experiment(folder)
    with chdir(folder), pytest.raises(SystemExit) as ended:
        main.main(["run", "own.toml", "--workers", "1"])
    assert not ended.value.code
    return folder / "output" / "own" / "latest" / "report.pdf"


@pytest.mark.parametrize("check", PDF, ids=named)
def test_the_pdf(document: Path, check: Check) -> None:
    assert check(document) == []


@pytest.mark.parametrize("check", [html_checks.links, html_checks.described], ids=named)
def test_the_html(document: Path, check: Check) -> None:
    assert check(document.with_suffix(".html")) == []


def test_the_html_has_no_address_but_those_of_the_words(document: Path) -> None:
    said = html_checks.alone(document.with_suffix(".html"))
    assert set(said) == {"an address outside: https://arxiv.org/abs/1412.6980"}


def test_formulas_pictures_and_headings_have_their_tags(document: Path) -> None:
    with pikepdf.open(document) as opened:
        tree = list(pdf_checks.elements(opened.Root.StructTreeRoot))
        said = {(str(element.S), str(element.get("/Alt", ""))) for element in tree}
    assert ("/Formula", r"\eta_t = \eta_0/\sqrt{t}") in said
    assert ("/Figure", "先前實驗的曲線 The curve of an earlier experiment") in said
    assert ("/Figure", "A blue box") in said
    assert {"/H4", "/L", "/LI", "/LBody"} <= {tag for tag, _ in said}
