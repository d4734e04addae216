"""A table of HTML as LaTeX: its columns, heads over several of them, its signs and its length."""

from __future__ import annotations

import string
from xml.etree.ElementTree import fromstring

import pytest

from reportgen.report.latex_export.escaping import SIGNS, escape, needs_chinese, needs_unicode
from reportgen.report.latex_export.tabular import table
from tests.helpers.latex_tables import cells_of, nodes_of, text_of

HEAD = (
    '<tr><th rowspan="2">Optimizer</th><th colspan="2">Test accuracy</th></tr>'
    '<tr><th class="n">mean</th><th class="n">interval</th></tr>'
)
ROW = '<tr><th>{}</th><td class="n">97.3%</td><td class="n">[96, 98]</td></tr>'


CAPTION = '<b>Table 3</b> Of <a href="#figure-b">Figure&#160;7</a>, <a href="#table-c">Table&#160;9</a>'


def made(rows: str, head: str = HEAD) -> str:
    parts = f"<caption>{CAPTION}</caption><thead>{head}</thead><tbody>{rows}</tbody>"
    return table(fromstring(f'<table id="table-a">{parts}</table>'), ["table-a", "figure-b"])


def test_cells_stand_under_their_heads() -> None:
    latex = made(ROW.format("A_1 &amp; co"))
    assert cells_of(latex) == [
        ["Optimizer", "Testaccuracy"], ["", "mean", "interval"], ["A_1&co", "97.3%", "[96,98]"]
    ]  # fmt: skip
    assert r"\begin{tabular}{@{}lrr@{}}" in latex
    assert r" & \multicolumn{2}{c}{Test accuracy} \\" in latex
    assert r"\cmidrule(lr){2-3}" in latex


def test_a_caption_refers_to_what_is_exported_by_its_label() -> None:
    assert r"\caption{Of Figure~\ref{fig:b}, Table~9}\label{tab:a}" in made(ROW.format("A"))


def test_a_long_table_goes_on_over_pages_and_a_short_one_is_whole() -> None:
    short, long = (made("".join(ROW.format(number) for number in range(count))) for count in (36, 37))
    assert r"\begin{table}" in short
    assert r"\begin{longtable}" in long
    assert long.count("Optimizer") == 2  # on the first page and on the others
    assert len(cells_of(long)) == 2 + 37


def test_long_texts_are_broken_and_many_numbers_set_smaller() -> None:
    words = made(f"<tr><th>A</th><td>{'word ' * 40}</td></tr>", "<tr><th>a</th><th>b</th></tr>")
    assert r"p{0.9" in words
    assert "resizebox" not in words
    numbers = made(f"<tr>{'<td>123456789</td>' * 12}</tr>", f"<tr>{'<th>a</th>' * 12}</tr>")
    assert r"\resizebox" in numbers
    assert "p{" not in numbers


ALIKE = str.maketrans("\u2010✔✗✘\u2212·µˆ˜ϵϕ▴▾∘∙", "-✓××-⋅μ^~εφ▲▼○●")
"""Signs that LaTeX or its reader has under another number."""
UNREAD = "\u2011\u2032\u00b0⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
"""Those that the reader of LaTeX takes apart."""


@pytest.mark.parametrize(
    "text",
    [
        string.printable.strip(),
        "--seeds ,, '' !` ?` 1e-08 ---",
        "[0.1, 0.2]",
        "*",
        "".join(sign for sign in SIGNS if sign.isprintable() and sign not in UNREAD),
        "種子（seed）",
        "Zoë Łukasz",
    ],
)
def test_a_text_comes_back_as_it_was(text: str) -> None:
    assert text_of(escape(text)).translate(ALIKE) == "".join(text.split()).translate(ALIKE)


def test_dashes_and_quotes_do_not_run_together() -> None:
    for pair in ("--", ",,", "''", "!`", "?`", "<<", ">>"):
        assert pair not in escape(f"a{pair}b")


def test_the_engine_that_a_text_needs_is_known() -> None:
    assert not needs_unicode(escape("Müller–Lüdenscheidt ± 3 ≈ λ"))
    assert needs_unicode(escape("Ж"))
    assert needs_chinese(escape("週期"))
    assert not needs_chinese(escape("Ж"))


def test_a_long_word_may_be_broken() -> None:
    digest = "0123456789abcdef" * 4
    assert escape(digest).count(r"\allowbreak") == 7
    assert text_of(escape(digest)) == digest
    assert nodes_of(escape("a b"))
