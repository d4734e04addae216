"""The page on drift in a report of a real drop, held against scipy and the CSV files of both runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pymupdf
import pytest
from scipy import stats

from reportgen.cli.main import main
from reportgen.records import run_folder
from reportgen.report.sections.drift import drift_section
from reportgen.report.templates.loading import words_in
from tests.helpers.cli import Cli
from tests.helpers.html_tables import tables_of

TEXT = """
title = "Drift"
[data]
source = "digits"
train = 200
validation = 50
test = 100
[comparison]
hidden = [8]
batch_size = 8
epochs = 2
seeds = 8
optimizers = [
  { name = "SGD", learning_rate = RATE },
  { name = "Adam", learning_rate = 0.01 },
]
"""


@dataclass(frozen=True)
class Runs:
    """Folders of runs of one experiment; each is held against the first, its baseline."""

    before: Path
    dropped: Path
    diverged: Path
    mended: Path
    again: Path
    code: int
    printed: str


@contextmanager
def no_reports() -> Iterator[None]:
    """Runs end with their records: what is not looked at need not be made."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reportgen.cli.run.report", lambda *_: None)
        patch.setattr("reportgen.execution.proving.prove_formulas", lambda _: [])
        yield


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """SGD learns, learns worse, diverges, learns as at first, and that once more; a report of the drop."""
    from click.testing import CliRunner

    folder = tmp_path_factory.mktemp("drift")

    def run(rate: str) -> tuple[Path, int, str]:
        Path("x.toml").write_text(TEXT.replace("RATE", rate), encoding="utf-8")
        answer = CliRunner().invoke(main, ["run", "x.toml", "--workers", "1"])
        newest = max(path for path in Path("output/x").iterdir() if not path.is_symlink())
        return newest.resolve(), answer.exit_code, answer.stdout

    with chdir(folder):
        with no_reports():
            before, code, _ = run("0.05")
            assert code == 0
            assert CliRunner().invoke(main, ["baseline", "set", "x"]).exit_code == 0
        dropped, code, printed = run("1e-4")
        with no_reports():
            diverged, mended, again = (run(rate)[0] for rate in ("1e30", "0.05", "0.05"))
        yield Runs(before, dropped, diverged, mended, again, code, printed)


@pytest.fixture(scope="module")
def page(runs: Runs) -> str:
    return (runs.dropped / "report.html").read_text(encoding="utf-8")


def expected(before: Path, now: Path) -> dict[str, np.ndarray[Any, Any]]:
    """The test accuracies of both runs by what the page calls them, (2, seeds)."""
    scores = [
        pd.read_csv(folder / "results.csv").pivot(index="seed", columns="setup", values="test_accuracy")
        for folder in (before, now)
    ]
    both = {setup: np.array([table[setup] for table in scores]) for setup in ("SGD", "Adam")}
    return both | {"all": np.mean([both["SGD"], both["Adam"]], axis=0)}


def section(page: str) -> str:
    """The page's section on drift."""
    (found,) = re.findall(r'<h2[^>]*id="[^"]*drift".*?(?=<h2)', page, re.DOTALL)
    return str(found)


def test_a_drop_is_exit_code_3_and_printed_as_the_records_give_it(runs: Runs) -> None:
    assert runs.code == 3
    drops = [line for line in runs.printed.splitlines() if line.startswith("drop: ")]
    assert len(drops) == 2
    for line, what in zip(drops, ("SGD", "all"), strict=True):
        before, now = expected(runs.before, runs.dropped)[what].mean(axis=1)
        assert f"test accuracy {now:.2%}, {100 * (now - before):+.2f} points against the baseline" in line


def test_its_table_has_the_numbers_of_both_runs_and_scipys_p(runs: Runs, page: str) -> None:
    header, *rows = tables_of(page)["table-drift-baseline"]
    assert len(header) == 8
    assert [row[0] for row in rows] == [
        "SGD（共同設定） SGD (shared settings)",
        "Adam（共同設定） Adam (shared settings)",
        "所有設定的平均 mean of all setups",
    ]
    scores = expected(runs.before, runs.dropped)
    flips = {
        name: stats.permutation_test(
            (after - before,), np.mean, permutation_type="samples", alternative="less"
        ).pvalue
        for name, (before, after) in scores.items()
    }
    assert not (scores["Adam"][0] - scores["Adam"][1]).any()  # the same again
    assert flips["SGD"] < flips["Adam"]
    smallest, next_one = sorted((flips["SGD"], flips["all"]))
    holm = {
        name: 3 * smallest if flips[name] == smallest else max(3 * smallest, 2 * next_one)
        for name in ("SGD", "all")
    } | {"Adam": 1.0}
    verdicts = {"SGD": "較差 worse", "Adam": "未顯示變化 no change seen", "all": "較差 worse"}
    for row, (name, (before, after)) in zip(rows, scores.items(), strict=True):
        difference = after - before
        assert row[1:5] == [
            "8",
            f"{before.mean():.1%}",
            f"{after.mean():.1%}",
            f"{100 * difference.mean():+.1f}".replace("-", "\N{MINUS SIGN}") if difference.any() else "0.0",
        ]
        low, high = map(float, row[5].replace("\N{MINUS SIGN}", "-").strip("[]").split(","))
        assert low <= 100 * difference.mean() <= high
        assert (high < 0) == (name != "Adam")
        assert row[6:] == [f"{holm[name]:.3f}", verdicts[name]]


def test_it_says_what_dropped_what_differs_and_draws_both_runs(runs: Runs, page: str) -> None:
    text = section(page)
    words = re.sub(r"<[^>]*>", "", text)
    assert "Significant drop since earlier runs: SGD (shared settings); mean of all setups." in words
    assert "與先前的執行相比，顯著下降：SGD（共同設定）、所有設定的平均。" in words
    assert "These differ from the baseline:" in words
    assert "<code>comparison.optimizers[0].learning_rate</code>: 0.05 → 0.0001" in text
    assert text.count("<code>") == 1
    assert "shows the test accuracy of 2 runs" in words
    (figure,) = re.findall(r'<div role="img" aria-label="([^"]*)"', text)
    means = {name: found.mean(axis=1) for name, found in expected(runs.before, runs.dropped).items()}
    for setup in ("SGD", "Adam"):
        first, last = means[setup]
        assert f"{setup} (shared settings) {first:.1%} → {last:.1%}" in figure


def test_its_pdf_is_consistent_and_a_row_that_was_changed_is_missed(
    runs: Runs, cli: Cli, tmp_path: Path
) -> None:
    answer = cli("verify", runs.dropped / "report.pdf")
    assert answer.code == 0, answer.out
    assert "ok\tprinted: drift\t5 computed again and found" in answer.out  # 2 sentences and 3 rows
    before, now = expected(runs.before, runs.dropped)["SGD"].mean(axis=1)
    changed = tmp_path / "changed.pdf"
    with pymupdf.open(runs.dropped / "report.pdf") as pdf:
        places = [(page, place) for page in pdf for place in page.search_for(f"{100 * (before - now):.1f}")]
        assert places
        for page, place in places:
            page.add_redact_annot(place)
            page.apply_redactions()
        pdf.save(changed)
    answer = cli("verify", changed)
    assert answer.code == 1
    assert any(line.startswith("FAILED\tprinted: drift\t") for line in answer.out.splitlines()), answer.out


def said(folder: Path) -> dict[str, Any]:
    """The section on drift of a run, in English."""
    section = drift_section(run_folder.read(folder), words_in(["en"]))
    assert section.shown
    return section.fill()["drift"]  # type: ignore[no-any-return]


def verdicts(made: dict[str, Any], table: int = 0) -> list[str]:
    return [row["change"].plain() for row in made["tables"][table]["rows"]]


def test_what_diverged_is_said_as_such_and_has_no_test(runs: Runs) -> None:
    made = said(runs.diverged)
    assert [sentence.plain() for sentence in made["sentences"]] == [
        "Diverged now but not before: SGD (shared settings)."
    ]
    assert verdicts(made) == ["worse (8 newly diverged)", "no change seen", "too few seeds"]
    sgd = made["tables"][0]["rows"][0]
    assert (sgd["n"], sgd["now"], sgd["p"]) == ("0", "–", "–")


def test_a_run_that_is_the_same_again_says_so_and_has_no_causes(runs: Runs) -> None:
    made = said(runs.again)
    assert [sentence.plain() for sentence in made["sentences"]] == [
        "All numbers compared are exactly the same as before."
    ]
    assert [table["key"] for table in made["tables"]] == ["drift-baseline", "drift-latest"]
    for table in range(2):
        assert set(verdicts(made, table)) == {"no change seen"}
    assert made["causes"] == []
    assert made["runs"] == 5
