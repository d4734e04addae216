"""What sections claim to print is looked for on the pages; what templates may leave out is unknown there."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from reportgen.files import resources
from reportgen.own_words.texts import SECTIONS
from reportgen.records import run_folder
from reportgen.records.run import Run
from reportgen.report.context import compose_run
from reportgen.report.options import ReportOptions
from reportgen.report.render import render
from reportgen.report.sections.section import Report
from reportgen.report.templates.loading import own_texts, read, words_in
from reportgen.report.words import numbers
from reportgen.report.words.recorded import with_recorded
from reportgen.verification import document
from reportgen.verification.document import Document, squeezed
from reportgen.verification.printed import FRONT
from tests.helpers.verified import failed, prove

KINDS = [
    "key findings", "results at a glance", "images of every class", "proofs", "means and intervals",
    "verdicts", "test accuracy", "test accuracy of every seed", "sources of variance",
    "intervals for new test images", "accuracy of classes", "audit", "conclusions", "errors of proofs",
    "whole course",
]  # fmt: skip
"""Of a run that compares, trains one setup fully, and searched nothing."""
OF_TABLES = ("scores", "any_time", "across_problems", "table_audit")
"""The sections of reports of anyone's scores."""
IN_FRONT = ("key findings", "results at a glance")


@pytest.fixture(scope="module")
def report(tiny_run: Path) -> Report:
    records = run_folder.read(tiny_run)
    words = with_recorded(words_in(("zh-Hant", "en")), records.manifest.optimizers)
    with numbers.written_in(words.languages[0], sum(records.manifest.data.images_by_class.test)):
        return compose_run(records, words, "0" * 64)


@pytest.fixture(scope="module")
def printed(tiny_run: Path) -> Document:
    return document.parse((tiny_run / "report.pdf").read_bytes(), Path("report.pdf"))


def test_every_section_has_its_template_and_every_template_its_section(report: Report) -> None:
    names = [section.name for section in report.sections]
    templates = {path.removeprefix("sections/") for path in own_texts() if path.startswith("sections/")}
    assert len(names) == len(set(names))
    assert {f"{name}.html.j2" for name in [*names, *OF_TABLES]} == templates
    modules = {path.stem for path in (resources.PACKAGE / "report" / "sections").glob("*.py")}
    assert {*names, *OF_TABLES} - set(SECTIONS) | {"own_words"} <= modules


def test_no_name_of_the_templates_is_given_by_two_sections(report: Report) -> None:
    given = [name for section in (report.front, *report.sections) for name in section.fill()]
    assert sorted(given) == sorted(set(given))


def test_all_kinds_of_claims_are_found_on_the_pages(report: Report, printed: Document) -> None:
    assert list(dict.fromkeys(claim.kind for claim in report.claims)) == KINDS
    proofs = [proof for proof in prove(printed) if proof.what.startswith("printed")]
    assert [proof.what for proof in proofs] == [f"printed: {kind}" for kind in KINDS]
    assert [proof for proof in proofs if proof.wrong or proof.unknown] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_claim_that_the_pages_print_otherwise_is_found(
    report: Report, printed: Document, kind: str
) -> None:
    text = next(squeezed(claim.text) for claim in report.claims if claim.kind == kind)
    other = re.sub(r"\w(?=\W*$)", "@", text)
    # what stands in front must be there, whatever later pages say
    changed = len(printed.pages) if kind not in IN_FRONT else FRONT
    pages = tuple(page.replace(text, other) for page in printed.pages[:changed]) + printed.pages[changed:]
    assert pages != printed.pages
    assert f"printed: {kind}" in failed(prove(replace(printed, pages=pages)))


def test_what_templates_of_ones_own_leave_out_is_unknown(tiny_run: Path, tmp_path: Path) -> None:
    run = Path(shutil.copytree(tiny_run, tmp_path / "run"))
    (tmp_path / "mine" / "sections").mkdir(parents=True)
    for name in ("data", "optimizers"):
        (tmp_path / "mine" / "sections" / f"{name}.html.j2").write_text("")
    templates = read(tmp_path / "mine")
    rendered = render(Run.read(run), ReportOptions(languages=("en",), templates=templates, paper="letter"))
    assert rendered.pdf is not None
    proofs = prove(rendered.pdf.read_bytes(), templates=templates)
    assert failed(proofs) == {}
    kinds = {proof.what for proof in proofs if proof.unknown and proof.what.startswith("printed")}
    assert kinds == {"printed: images of every class", "printed: proofs"}
