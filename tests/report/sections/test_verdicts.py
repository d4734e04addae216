"""A searched comparison in its report: intervals, verdicts and what was found, against scipy and the CSV."""

from __future__ import annotations

import re
from contextlib import chdir
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from reportgen.cli.main import main
from tests.helpers.html_tables import tables_of

SEARCHED = """
title = "A searched comparison"
[data]
source = "digits"
train = 300
validation = 100
[comparison]
hidden = [16]
batch_size = 16
epochs = 3
seeds = 7
optimizers = [
  { name = "SGD", learning_rate = 0.002 },
  { name = "SGD_Momentum", learning_rate = 0.002 },
  { name = "Adam", learning_rate = 0.002 },
]
[search.comparison]
trials = 3
space = { learning_rate = { low = 0.002, high = 0.2 } }
[tuned]
hidden = [24]
batch_size = 16
epochs = 3
seeds = 5
dropout = 0.1
label_smoothing = 0.1
normalization = "per-channel"
schedule = "cosine"
optimizer = { name = "Adam", learning_rate = 0.01 }
"""
STAGES = {"comparison": "comparison", "equally tuned": "equally-tuned"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("searched")
    (folder / "searched.toml").write_text(SEARCHED, encoding="utf-8")
    with chdir(folder), pytest.raises(SystemExit) as ended:
        main.main(["run", "searched.toml", "--output", "out", "--workers", "1", "--no-pdf"])
    assert not ended.value.code
    return (folder / "out" / "searched" / "latest").resolve()


@pytest.fixture(scope="module")
def results(run: Path) -> pd.DataFrame:
    return pd.read_csv(run / "results.csv")


@pytest.fixture(scope="module")
def tables(run: Path) -> dict[str, list[list[str]]]:
    return tables_of((run / "report.html").read_text(encoding="utf-8"))


def assert_same(theirs: list[str], ours: list[str]) -> None:
    """Two rows say the same, to the one decimal that a run of 500 test images prints."""
    number = re.compile(r"[-+\u2212]?\d+\.\d+")
    assert [number.sub("#", cell) for cell in theirs] == [number.sub("#", cell) for cell in ours]
    values = [
        [float(found.replace("\u2212", "-")) for cell in row for found in number.findall(cell)]
        for row in (theirs, ours)
    ]
    assert values[0] == pytest.approx(values[1], abs=0.0501)


def results_of(tables: dict[str, list[list[str]]], stage: str) -> dict[str, list[str]]:
    """The rows of a stage's results by setup, whose further hyperparameters are left out."""
    rows = tables[f"table-{STAGES[stage]}-results"][1:]
    return {re.split(r"(?:momentum|beta1)=", row[0])[0]: row[1:] for row in rows}


def test_trainings_are_counted_with_those_of_the_search(run: Path, results: pd.DataFrame) -> None:
    searched = len(pd.read_csv(run / "search.csv"))
    total = len(results) + searched
    assert (searched, total) == (9, 9 + 2 * 21 + 5)
    page = (run / "report.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert f"{total} times in all, {searched} of them in the search" in page
    assert f"共 {total} 次（其中 {searched} 次為搜尋）" in page


@pytest.mark.parametrize("stage", STAGES)
def test_means_and_their_intervals(
    results: pd.DataFrame, tables: dict[str, list[list[str]]], stage: str
) -> None:
    rows = results_of(tables, stage)
    for setup, trials in results[results["stage"] == stage].groupby("setup"):
        scores = trials["test_accuracy"]
        reach = stats.t.ppf(0.975, len(scores) - 1) * stats.sem(scores)
        low, high = 100 * (scores.mean() - reach), 100 * (scores.mean() + reach)
        assert rows[str(setup)][-4:-2] == [f"{100 * scores.mean():.1f}%", f"[{low:.1f}%, {high:.1f}%]"]


@pytest.mark.parametrize("stage", STAGES)
def test_pairs_and_their_verdicts(
    results: pd.DataFrame, tables: dict[str, list[list[str]]], stage: str
) -> None:
    scores = results[results["stage"] == stage].pivot(index="seed", columns="setup", values="test_accuracy")
    order = scores.mean().sort_values(ascending=False, kind="stable").index
    expected: dict[str, tuple[float, float]] = {}
    for first, second in combinations(order, 2):
        difference = (scores[first] - scores[second]).to_numpy()
        test = stats.permutation_test((difference,), np.mean, permutation_type="samples", n_resamples=np.inf)
        expected[f"{first} vs.\xa0{second}"] = float(difference.mean()), float(test.pvalue)
    rows = {row[0]: row[1:] for row in tables[f"table-{STAGES[stage]}-scores-pairs"][1:]}
    # Holm, written here a second time: the smallest p times 3, the next times 2, never less than before
    ranked = sorted(expected, key=lambda pair: expected[pair][1])
    corrected, before = {}, 0.0
    for step, pair in enumerate(ranked):
        before = max(before, min(1.0, (3 - step) * expected[pair][1]))
        corrected[pair] = before
    for pair, (difference, _) in expected.items():
        same = pair if pair in rows else " vs.\xa0".join(reversed(pair.split(" vs.\xa0")))
        sign = 1 if same == pair else -1
        assert float(rows[same][1].replace("\u2212", "-")) == pytest.approx(
            100 * sign * difference,
            abs=0.0501,  # to one decimal
        )
        assert float(rows[same][4]) == pytest.approx(corrected[pair], abs=0.0006)
        separable = corrected[pair] <= 0.05
        assert ("not separable" in rows[same][5]) == (not separable), rows[same]


def test_the_settings_found_are_those_of_the_search_and_were_trained(
    run: Path, results: pd.DataFrame, tables: dict[str, list[list[str]]]
) -> None:
    search = pd.read_csv(run / "search.csv")
    for row in tables["table-search-comparison"][1:]:
        tried = search[search["setup"] == row[0]]
        best = tried.loc[tried["validation_accuracy"].idxmax(), "learning_rate"]
        found = float(re.findall(r"learning_rate = ([0-9.e-]+)", row[1])[0])
        trained = results[(results["stage"] == "equally tuned") & (results["setup"] == row[0])]
        assert found == best == trained["learning_rate"].unique()
        assert ("*" in row[1]) == (best in (0.002, 0.2))


def test_the_report_audits_itself_and_concludes(run: Path) -> None:
    page = (run / "report.html").read_text(encoding="utf-8")
    assert 'id="sec-conclusions"' in page
    assert 'class="conclusions"' in page
    for part in ("listing-dropout", "listing-schedule"):
        assert f'id="{part}"' in page
    assert 'id="listing-averaging"' not in page  # not used, not shown
    assert "against the smoothed labels" in page


def test_a_csv_alone_gives_the_same_verdicts(run: Path, tmp_path: Path) -> None:
    with chdir(tmp_path), pytest.raises(SystemExit) as ended:
        main.main(["compare", str(run / "results.csv"), "--to", "mine", "--no-pdf"])
    assert not ended.value.code
    theirs = tables_of((tmp_path / "mine.html").read_text(encoding="utf-8"))
    ours = tables_of((run / "report.html").read_text(encoding="utf-8"))
    # a CSV's problems are sorted by name: comparison, equally tuned, tuned
    for number, (stage, key) in enumerate(STAGES.items()):
        means = {row[0]: row[1:] for row in theirs[f"table-scores-{number}-means"][1:]}
        ours_of_stage = results_of(ours, stage)
        assert list(means) == list(ours_of_stage)
        for setup, row in means.items():
            assert_same(row, ours_of_stage[setup][-4:])
        # of a CSV it is not known why a score is missing, so that one heading differs
        pairs = zip(
            theirs[f"table-scores-{number}-pairs"][1:], ours[f"table-{key}-scores-pairs"][1:], strict=True
        )
        for row, own in pairs:
            assert_same(row, own)
