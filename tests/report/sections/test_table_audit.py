"""What a table shows of a fair comparison, where it is read: first page, section, terminal, Python."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import reportgen
from reportgen.report.context import compose_scores
from reportgen.report.sections.table_audit import (
    points_of_table,
    summarize_table,
    unseen_points,
)
from reportgen.report.templates.loading import words_in
from reportgen.report.words.catalogue import Catalogue
from tests.helpers.cli import Cli

SCORES = [0.71, 0.73, 0.7, 0.74, 0.72, 0.69, 0.75]


@pytest.fixture
def table() -> pd.DataFrame:
    """Adam has two entries, and another batch size than SGD."""
    shifts = {"SGD": 0.0, "Adam": 0.05, "Adam b": 0.0512}
    return pd.DataFrame(
        [
            {"optimizer": label, "seed": seed, "score": score + shift * (1 + seed / 50), "batch_size": size}
            for (label, shift), size in zip(shifts.items(), (32, 64, 64), strict=True)
            for seed, score in enumerate(SCORES)
        ]
    )


@pytest.fixture(scope="module")
def t() -> Catalogue:
    return words_in(("zh-Hant", "en"))


def test_a_report_of_scores_says_on_its_first_page_which_points_fail(
    table: pd.DataFrame, t: Catalogue
) -> None:
    comparison = reportgen.compare(table)
    points = points_of_table(comparison.result, comparison._scores)
    summary = summarize_table(points, t)
    assert summary is not None
    assert summary.texts["en"] == (
        "Fairness audit: 2 of 6 conditions that can be seen in the table do not hold (RG001 Same network"
        " and settings; RG005 Same effort of tuning, as far as seen); the others cannot be seen in it."
    )
    report = compose_scores(
        comparison.result, comparison.scores, [Path("t.csv")], t, "0" * 64, audited=points
    )
    claims = list(report.claims)
    assert [claim.front for claim in claims if "2 of 6 conditions" in claim.text] == [True]
    in_section = [claim.text for claim in claims if claim.kind == "audit"]
    assert "Columns whose values differ between optimizers: batch_size." in in_section
    assert any(text.startswith("RG103 ") for text in in_section)
    unseen = unseen_points(points, t).texts["en"]
    assert "RG002" in unseen
    assert "RG001" not in unseen
    assert "RG103" not in unseen
    assert "table_audit" in report.shown


def test_where_all_holds_the_rest_is_still_not_claimed(table: pd.DataFrame, t: Catalogue) -> None:
    fair = table[table["optimizer"] != "Adam b"].assign(batch_size=32)
    comparison = reportgen.compare(fair)
    summary = summarize_table(points_of_table(comparison.result, comparison._scores), t)
    assert summary is not None
    assert (
        "all 6 conditions that can be seen in the table hold; the others cannot be seen"
        in summary.texts["en"]
    )


def test_compare_prints_a_line_for_each_point_that_fails(cli: Cli, table: pd.DataFrame) -> None:
    table.to_csv("t.csv", index=False)
    answer = cli("compare", "t.csv", "--no-report")
    assert answer.code == 0
    lines = [line.split("\t") for line in answer.out.splitlines() if line.startswith("audit\t")]
    assert [code for _, code, *_ in lines] == ["RG001", "RG005"]
    assert lines[0][2:] == [
        "Same network and settings",
        "Columns whose values differ between optimizers: batch_size.",
    ]
    assert "Adam + Adam b 2" in lines[1][3]


def test_python_has_the_points_as_a_table(table: pd.DataFrame) -> None:
    audit = reportgen.compare(table).audit.set_index("code")
    assert list(audit.index[~audit["passed"]]) == ["RG001", "RG005"]
    assert audit.loc["RG001", "facts"] == ("Columns whose values differ between optimizers: batch_size.",)
