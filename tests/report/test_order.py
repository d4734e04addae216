"""The two orders of a run's report: code with its results, or results first and the code behind them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reportgen.records import run_folder
from reportgen.report.context import compose_run
from reportgen.report.options import Order
from reportgen.report.page.page import Page
from reportgen.report.sections.section import Claim
from reportgen.report.templates.loading import words_in
from reportgen.report.words.recorded import with_recorded

Made = tuple[str, list[Claim]]


def made(run: Path, order: Order) -> Made:
    """The body of the page, and what it claims."""
    records = run_folder.read(run)
    words = with_recorded(words_in(("en",)), records.manifest.optimizers)
    report = compose_run(records, words, "0" * 64, order)
    return str(Page(words, report.fill(), report.shown, order=order).body), list(report.claims)


@pytest.fixture(scope="module")
def homework(tiny_run: Path) -> Made:
    return made(tiny_run, "homework")


@pytest.fixture(scope="module")
def paper(tiny_run: Path) -> Made:
    return made(tiny_run, "paper")


def headings(body: str) -> list[tuple[str, str]]:
    """The number and the name of every section."""
    return re.findall(r'<h2 id="sec-(\w+)"[^>]*><span class="no">(\w+)</span>', body)


def test_a_homework_has_code_with_its_results_and_the_conclusions_behind(homework: Made) -> None:
    names = [name for name, _ in headings(homework[0])]
    assert names[:6] == ["data", "layers", "network_test", "optimizers", "network", "comparison"]
    numbers = [number for _, number in headings(homework[0])]
    assert numbers[: names.index("appendix_settings")] == [
        str(n + 1) for n in range(names.index("conclusions") + 1)
    ]
    assert numbers[names.index("appendix_settings") :] == ["A", "B"]
    code = homework[0].partition('id="listing-SGD"')[2]
    assert 'class="result"' in code.partition("<h3")[0], "the result stands under the listing"


def test_a_paper_has_results_first_and_all_code_in_the_appendix(paper: Made) -> None:
    names = [name for name, _ in headings(paper[0])]
    assert names[:4] == ["comparison", "tuned", "test", "audit"]
    conclusions = names.index("conclusions")
    assert names[conclusions + 1 :] == [
        "data", "layers", "network_test", "optimizers", "network", "appendix_settings", "whole_course",
    ]  # fmt: skip
    assert [number for _, number in headings(paper[0])][conclusions + 1 :] == list("ABCDEFG")
    body, appendix = paper[0].split('<h2 id="sec-data"')
    assert 'class="listing"' not in body
    assert len(re.findall('class="listing', appendix)) == 11
    assert '<span class="no">B.1</span>' in appendix


def test_both_say_the_same(homework: Made, paper: Made) -> None:
    assert sorted(claim.text for claim in homework[1]) == sorted(claim.text for claim in paper[1])
    for kind in ("figure", "table", "listing"):
        one, other = (set(re.findall(rf'id="({kind}-[^"]+)"', body)) for body, _ in (homework, paper))
        assert one == other


def test_a_reference_to_an_appendix_has_its_letter(homework: Made, paper: Made) -> None:
    for body, _ in (homework, paper):
        letters = dict(headings(body))
        links = re.findall(r'<a href="#sec-(appendix_settings)">Appendix (\w)</a>', body)
        assert links
        assert all(letters[name] == letter for name, letter in links)
