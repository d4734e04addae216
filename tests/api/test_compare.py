"""`reportgen.compare`: tables in memory and files alike; its report, and what a notebook shows."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pikepdf
import pytest

import reportgen
from reportgen.analysis.comparison import compare

ROWS = [
    (problem, optimizer, seed, np.round(base + np.random.default_rng(seed).normal(0, 0.01), 6))
    for problem in ("easy", "hard")
    for optimizer, base in (("A", 0.7), ("B<b>", 0.8))
    for seed in range(8)
]
TABLE = pd.DataFrame(ROWS, columns=["problem", "optimizer", "seed", "score"])


def test_a_table_in_memory_and_its_file_give_the_same(tmp_path: Path) -> None:
    TABLE.to_csv(tmp_path / "scores.csv", index=False)
    of_file = reportgen.compare(tmp_path / "scores.csv", higher_is_better=True)
    of_frame = reportgen.compare(TABLE, higher_is_better=True)
    pd.testing.assert_frame_equal(of_file.table, of_frame.table)
    pd.testing.assert_frame_equal(of_file.pairs, of_frame.pairs)
    independent = compare(TABLE, higher_is_better=True)
    pd.testing.assert_frame_equal(of_frame.table, independent.summaries)
    assert str(of_frame) == "\n".join(standing.text(independent.lost) for standing in independent.standings)
    assert set(of_frame.pairs["verdict"]) == {"better"}


def test_levels_of_an_index_are_columns_and_the_table_stays_as_it_was() -> None:
    indexed = TABLE.set_index(["problem", "optimizer", "seed"])
    before = indexed.copy()
    comparison = reportgen.compare(indexed, higher_is_better=True)
    pd.testing.assert_frame_equal(comparison.table, reportgen.compare(TABLE, higher_is_better=True).table)
    pd.testing.assert_frame_equal(indexed, before)


def test_a_wide_table_in_memory_is_one_of_trials_too() -> None:
    easy = TABLE[TABLE["problem"] == "easy"].replace({"B<b>": "#2"})
    wide = easy.pivot_table(index="seed", columns="optimizer", values="score")
    of_wide = reportgen.compare(wide, metric="score")
    long = reportgen.compare(easy.drop(columns="problem"))
    pd.testing.assert_frame_equal(of_wide.table, long.table)
    assert "optimizers are the columns #2, A" in of_wide.assumed
    of_seeds = reportgen.compare(wide.T.rename_axis(index=None), metric="score")
    pd.testing.assert_frame_equal(of_seeds.table, long.table)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (TABLE.drop(columns="optimizer"), "table: has no column optimizer"),
        (pd.concat([TABLE, TABLE.iloc[:1]]), "stands already in table, line 2"),
        (TABLE.assign(score="x"), "table, line 2, column score: 'x' is not a number"),
        (TABLE.iloc[:0], "table: has a header and no rows"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_in_one_line(table: pd.DataFrame, said: str) -> None:
    with pytest.raises(reportgen.UserError) as refused:
        reportgen.compare(table)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_metric_whose_name_does_not_say_which_is_better_is_asked_for() -> None:
    table = TABLE.rename(columns={"score": "quux"})
    with pytest.raises(reportgen.UserError, match="say higher_is_better=True or False"):
        reportgen.compare(table, metric="quux")


def test_a_notebook_shows_the_numbers_and_obeys_no_markup() -> None:
    html = reportgen.compare(TABLE, higher_is_better=True)._repr_html_()
    assert "B&lt;b&gt;" in html
    assert "<b>" not in html
    (shown, pairs) = pd.read_html(io.StringIO(html))
    assert list(shown["trials"]) == [8, 8, 8, 8]
    assert list(pairs["verdict"]) == ["better", "better"]


def test_its_report_carries_the_table_and_is_verified(tmp_path: Path) -> None:
    comparison = reportgen.compare(TABLE.replace("B<b>", "B"), higher_is_better=True)
    rendered = comparison.report(tmp_path / "mine", languages=["en"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.csv", "mine.html", "mine.pdf"]
    with pikepdf.open(rendered.pdf) as pdf:
        assert pdf.attachments["mine.csv"].get_file().read_bytes() == (tmp_path / "mine.csv").read_bytes()
    verification = reportgen.verify(tmp_path / "mine.pdf")
    assert verification.consistent
    assert set(verification.table["state"]) == {"ok"}
    assert "consistent" in verification._repr_html_()
