"""What is said of all problems together: on the page, on the command line and for Python, counted anew."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import reportgen
from reportgen.analysis.comparison import compare
from reportgen.analysis.scores import checked
from reportgen.report.context import compose_scores
from reportgen.report.templates.loading import words_in
from tests.helpers.cli import Cli

TIMES = "times.csv"


@pytest.fixture
def table(cli: Cli) -> pd.DataFrame:  # noqa: ARG001 - which is where files are written
    """Seconds to a target on seven problems: A is first, C misses it on some seeds and lacks one problem."""
    rng = np.random.default_rng(1)
    rows = [
        (f"p{k}", name, seed, np.nan if name == "C" and seed < 2 + (k == 1) else seconds)
        for k in range(7)
        for place, name in enumerate("ABC")
        for seed in range(5)
        if not (name == "C" and k == 6)
        for seconds in [round(float(10**k * (1 + place + rng.normal(0, 0.3))), 3)]
    ]
    made = pd.DataFrame(rows, columns=["problem", "optimizer", "seed", "seconds"])
    made.to_csv(TIMES, index=False)
    return made


def beaten(table: pd.DataFrame, first: str, second: str) -> float:
    """The mean over their problems of scipy's U over n m, a miss being later than any time."""
    shares = []
    for _, rows in table.fillna(1e99).groupby("problem"):
        a, b = (rows.loc[rows["optimizer"] == name, "seconds"] for name in (first, second))
        if len(a) and len(b):
            shares.append(stats.mannwhitneyu(-a, -b).statistic / (len(a) * len(b)))
    return float(np.mean(shares))


def test_the_page_the_lines_and_python_say_the_same(cli: Cli, table: pd.DataFrame) -> None:
    answer = cli("compare", TIMES, "--metric", "seconds", "--to", "mine", "--no-pdf")
    assert answer.code == 0, answer.err
    html = Path("mine.html").read_text(encoding="utf-8")
    cells = {found.get("id"): found for found in _tables(html)}
    pairs = cells["table-across-pairs"]["rows"]
    for row, (first, second) in zip(pairs, [("A", "B"), ("A", "C"), ("B", "C")], strict=True):
        assert row[0] == f"{first} vs. {second}"
        assert row[2] == f"{beaten(table, first, second):.2f}"
    medians = table.fillna(np.inf).groupby(["problem", "optimizer"])["seconds"].median().unstack()
    for problem, *row in cells["table-across-0"]["rows"][:-1]:
        for text, name in zip(row, "ABC", strict=True):
            median = medians.loc[problem, name]
            lost = {"p1": "×3/5", "p6": "–"}.get(problem, "×2/5") if name == "C" else ""
            number = re.sub(r"×.*|,|–", "", text).strip()
            assert text.endswith(lost), (problem, name)
            assert (number == "") is (not np.isfinite(median)), (problem, name)
            if number:
                assert float(number) == pytest.approx(median, rel=2e-3)
    said = " ".join(re.sub(r"<[^>]+>", " ", html.partition("<main ")[0]).split())
    assert "On these 7 problems together, A significantly beats every other optimizer." in said
    assert "With the 7 problems as the unit" in said
    whole = " ".join(re.sub(r"<[^>]+>", " ", html.partition("<main ")[2]).split())
    assert "A is shown to beat every other optimizer more often than not" in whole
    assert f"P at least {beaten(table, 'A', 'B'):.2f}" in whole
    assert "A trial that missed counts as the worst: C 13 of 30." in whole
    assert "diverged" not in whole
    lines = [line.removeprefix("across\t") for line in answer.out.splitlines() if line.startswith("across\t")]
    printed = pd.read_csv(io.StringIO("\n".join(lines)), sep="\t")
    of_python = reportgen.compare(table, metric="seconds").across
    pd.testing.assert_frame_equal(printed, of_python, check_dtype=False, rtol=1e-8)
    assert list(printed["verdict"]) == ["better"] * 3
    assert f"A against B: P = {beaten(table, 'A', 'B'):.2f}" in answer.out


def test_of_one_reference_only_its_pairs_are_told(table: pd.DataFrame) -> None:
    scores = checked(table.rename(columns={"seconds": "score"}))
    found = compare(scores, metric="seconds", higher_is_better=False, against="B")
    report = compose_scores(found, scores, [Path(TIMES)], words_in(("en",)), "0" * 64)
    front = [claim.text for claim in report.claims if claim.front]
    against = "against B, significantly better: A; significantly worse: C."
    assert f"On these 7 problems together, {against}" in front
    a, c = beaten(table, "A", "B"), beaten(table, "C", "B")
    told = f"Shown to beat it more often than not: A ({a:.2f}); shown to be beaten by it: C ({c:.2f})"
    assert any(told in claim.text for claim in report.claims if claim.kind == "over all problems")
    rows = [claim.text for claim in report.claims if claim.kind == "verdicts over all problems"]
    assert [row.split(" vs.")[0] for row in rows] == ["A", "B"]


def test_of_many_optimizers_with_few_seeds_no_untested_pair_is_listed(cli: Cli) -> None:
    rng = np.random.default_rng(2)
    rows = [
        (f"p{k}", f"O{n}", seed, round(float(20_000 + 9_000 * n + rng.normal(0, 900)), 1))
        for k in range(3)
        for n in range(8)
        for seed in range(4)
    ]
    made = pd.DataFrame(rows, columns=["problem", "optimizer", "seed", "seconds"])
    made.to_csv(TIMES, index=False)
    answer = cli("compare", TIMES, "--metric", "seconds", "--to", "mine", "--no-pdf")
    assert answer.code == 0, answer.err
    html = Path("mine.html").read_text(encoding="utf-8")
    ids = re.findall(r'<table id="([^"]+)"', html)
    assert [name for name in ids if re.fullmatch(r"table-scores-\d-pairs", name)] == []
    front, _, whole = html.partition("<main ")
    assert "No pair was tested on any single problem" in front
    assert "No test was made on" not in front
    assert "No test was made on" in whole
    # the table by problem is cut in two, each part with a caption; large times are whole numbers
    assert {"table-across-0", "table-across-1"} <= set(ids)
    assert "on each problem: mean (continued)." in whole
    assert not re.search(r"\de\+0\d", re.sub(r"<style.*?</style>|<svg.*?</svg>", "", html, flags=re.DOTALL))


def test_stages_of_a_run_are_no_problems_to_average_over(cli: Cli) -> None:
    rows = [
        (stage, name, seed, place + seed / 10, "finished")
        for stage in ("comparison", "equally tuned")
        for place, name in enumerate(("SGD", "Adam"))
        for seed in range(8)
    ]
    columns = ["stage", "setup", "seed", "test_accuracy", "status"]
    pd.DataFrame(rows, columns=columns).to_csv("results.csv", index=False)
    answer = cli("compare", "results.csv", "--to", "mine", "--no-pdf")
    assert answer.code == 0, answer.err
    assert "across" not in answer.out
    assert "table-across" not in Path("mine.html").read_text(encoding="utf-8")


def _tables(html: str) -> list[dict[str, object]]:
    """The tables of a page by their ids, with the texts of the cells of their bodies."""
    return [
        {
            "id": found.group(1),
            "rows": [
                [
                    " ".join(re.sub(r"<[^>]+>", " ", cell).split())
                    for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
                ]
                for row in re.findall(
                    r"<tr[^>]*>(.*?)</tr>", found.group(2).partition("<tbody>")[2], re.DOTALL
                )
            ],
        }
        for found in re.finditer(r'<table id="([^"]+)"[^>]*>(.*?)</table>', html, re.DOTALL)
    ]
