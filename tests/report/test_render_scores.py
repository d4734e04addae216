"""The report of anyone's table: what it says of foreign scores, of all problems together, and of many."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.helpers.cli import Cli
from tests.helpers.html_tables import tables_of
from tests.helpers.ink_checks import margins

REPORT = Path("mine.html")


def write(rows: list[tuple[str, str, int, object]], metric: str = "score") -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["problem", "optimizer", "seed", metric])
    table.to_csv("t.csv", index=False)
    return table


def page(cli: Cli, *options: str) -> str:
    REPORT.unlink(missing_ok=True)
    answer = cli("compare", "t.csv", "--to", REPORT.stem, "--no-pdf", *options)
    assert answer.code == 0, answer.err
    return REPORT.read_text(encoding="utf-8").partition("<body")[2].partition("<script>")[0]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.parametrize("seeds", [9, 2])
def test_nothing_is_said_of_a_foreign_table_that_it_does_not_show(cli: Cli, seeds: int) -> None:
    # hours to a target; three misses, no word of why
    rows: list[tuple[str, str, int, object]] = [
        (problem, name, seed, place + seed / 10 + hash_free(problem, name, seed))
        for problem in ("p", "q")
        for place, name in enumerate(("A", "B", "C"))
        for seed in range(seeds)
    ]
    lost = {("p", "B", 1), ("q", "A", 0), ("q", "B", 0), ("q", "C", 1)}
    write([(*row[:3], "" if row[:3] in lost else row[3]) for row in rows], "hours")
    said = words(page(cli, "--metric", "hours"))
    for claim in (
        "diverged",
        "發散",
        "being finite",
        "有限值",
        "initial weights",
        "初始權重",
        "batches",
        "批次",
        "finished",
    ):
        assert claim not in said, claim
    assert "B missed the target in 1 of" in said
    assert "Every optimizer has trials that missed the target on “ q ”" in said
    assert "未達標" in said
    assert "hours (lower is better)" in said
    if seeds == 9:
        assert "trials with the same seed are taken as pairs" in said
    plain = cli("compare", "t.csv", "--metric", "hours", "--no-report").out
    assert "diverged" not in plain
    assert "missed" in plain


def hash_free(problem: str, name: str, seed: int) -> float:
    """Some noise that is the same in every run."""
    return float(np.sin(len(name) + 7 * seed + ord(problem) + 3 * ord(name))) / 20


SCORES = {"A": [0.4, 0.9, 0.5], "B": [0.8, 0.9, 0.25], "C": [0.0, 0.3, 0.5]}
RATIOS = {
    # what is better when higher: the best over the own; A 2, 1, 1; B 1, 1, 2; C never, 3, 1
    "score": (
        ["--higher-is-better"],
        {"A": 2 / 3, "B": 2 / 3, "C": 1 / 3},
        "the highest score divided by its own",
    ),
    # an accuracy: its error over the least error; A .6/.2, 1, 1; B 1, 1, .75/.5; C 5, 7, 1
    "test_accuracy": ([], {"A": 2 / 3, "B": 2 / 3, "C": 1 / 3}, "its error (1 − Test accuracy) divided"),
    # a loss: A never, 3, 2; B never, 3, 1; C 1, 1, 2
    "val_loss": ([], {"A": 0, "B": 1 / 3, "C": 2 / 3}, "its val_loss divided by the lowest one"),
}


@pytest.mark.parametrize("metric", RATIOS)
def test_a_profile_counts_the_cases_in_which_each_is_best(cli: Cli, metric: str) -> None:
    options, shares, ratio = RATIOS[metric]
    write(
        [
            (p, name, seed, score)
            for p in "pq"
            for name, row in SCORES.items()
            for seed, score in enumerate(row)
        ],
        metric,
    )
    html = page(cli, "--metric", metric, *options)
    expected = "; ".join(f"{name} {share:.0%}" for name, share in shares.items())
    assert f"Share of cases in which each optimizer is best or ties for best: {expected}" in html
    assert ratio in words(html)
    assert "Share of cases" in html
    assert not re.search("share of problems|問題(的)?比例", html, re.IGNORECASE)


def test_why_there_is_no_profile_is_said(cli: Cli) -> None:
    rows = [(p, name, seed, seed - 1.5) for p in "pq" for name in "AB" for seed in range(3)]
    write(rows, "reward")
    assert "some values of reward are negative, so there is no ratio to the best one" in words(
        page(cli, "--metric", "reward")
    )
    write([(p, name, seed + 9 * (p == "q" and name == "A"), 1 + seed) for p, name, seed, _ in rows])
    assert "Left out, for lack of a seed that every optimizer has: q." in words(page(cli))
    write([(p, name, seed + 9 * (name == "A"), 1 + seed) for p, name, seed, _ in rows])
    assert "on no problem is there a seed that every optimizer has" in words(page(cli))


def test_many_problems_are_counted_and_listed_in_one_table(cli: Cli) -> None:
    rng = np.random.default_rng(0)
    write(
        [
            (f"p{p:02}", name, seed, round(float(rng.normal((p % 3 - 1) * (name == "A"), 0.7)), 3))
            for p in range(30)
            for name in "AB"
            for seed in range(2 if p == 0 else 8)
        ],
        "reward",
    )
    answer = cli("compare", "t.csv", "--metric", "reward", "--to", "mine")
    assert answer.code == 0, answer.err
    header, *pairs = (line.split("\t")[1:] for line in answer.out.splitlines() if line.startswith("pair\t"))
    counts: Counter[str] = Counter()
    for cells in pairs:
        pair = dict(zip(header, cells, strict=True))
        turned = {"better": "worse", "worse": "better"} if pair["first"] == "B" else {}
        counts[turned.get(pair["verdict"], pair["verdict"])] += 1
    assert min(counts[kind] for kind in ("better", "worse", "not separable", "too few seeds")) > 0
    tables = tables_of(REPORT.read_text(encoding="utf-8"))
    kinds = ("better", "worse", "practically the same", "not separable", "too few seeds")
    assert tables["table-counts"][1:] == [
        ["A vs.\N{NO-BREAK SPACE}B", "30", *(str(counts[kind]) for kind in kinds)]
    ]
    assert [row[0] for row in tables["table-all-pairs"][1:]] == [f"p{p:02}" for p in range(30)]
    said = words(REPORT.read_text(encoding="utf-8"))
    assert f"A better on {counts['better']}, worse on {counts['worse']}" in said
    assert said.count("<svg") == 0
    checked = cli("verify", "mine.pdf")
    assert checked.code == 0, checked.out
    assert "verdicts\t30 computed again and found" in checked.out


@pytest.mark.parametrize("seeds", [8, 12])
def test_of_pairs_that_no_test_can_part_nothing_is_printed_of_a_test(cli: Cli, seeds: int) -> None:
    """Ten pairs take nine seeds: with fewer, columns of dashes and a matrix of question marks say nothing."""
    rng = np.random.default_rng(1)
    write(
        [
            ("p", name, seed, float(rng.normal(place, 0.1)))
            for place, name in enumerate("ABCDE")
            for seed in range(seeds)
        ]
    )
    html = page(cli, "--languages", "en", "--higher-is-better")
    assert cli("compare", "t.csv", "--higher-is-better", "--to", "mine").code == 0
    proved = cli("verify", "mine.pdf")
    assert proved.code == 0, proved.out
    assert "verdicts\t10 computed again and found" in proved.out
    headings, *pairs = tables_of(html)["table-scores-0-pairs"]
    assert len(pairs) == 10
    assert {len(row) for row in pairs} == {len(headings)}
    of_a_test = [any(word in heading for word in ("Interval", "p ", "Detectable")) for heading in headings]
    assert sum(of_a_test) == (3 if seeds == 12 else 0)
    assert {row[headings.index("Verdict")] for row in pairs} == {"better" if seeds == 12 else "too few seeds"}
    assert ('id="figure-scores-0-matrix"' in html) == (seeds == 12)


@pytest.mark.parametrize("margin", ["0.0001", "0.5"])
def test_pairs_of_long_names_stay_inside_the_margins(cli: Cli, margin: str) -> None:
    """In both languages, with the longest verdict there is too: practically the same."""
    rng = np.random.default_rng(2)
    names = ("Adam", "Lion (b9)", "SGD_Momentum")
    rows = [("p", name, seed, float(rng.normal(0.5, 0.01))) for name in names for seed in range(12)]
    write(rows, "test_accuracy")
    answer = cli("compare", "t.csv", "--margin", margin, "--to", "mine")
    assert answer.code == 0, answer.err
    assert margins(Path("mine.pdf")) == []
