"""Reports changed with all that vouches for them: what disagrees with the records or the pages is found."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace as replaced
from pathlib import Path

import pandas as pd
import pytest
from scipy import stats

from reportgen.verification import document
from reportgen.verification.document import Document
from reportgen.verification.verdict import NOT_COMPARED, NOT_FOUND, conclusion
from tests.helpers.verified import failed, prove, resealed, without


@pytest.fixture(scope="module")
def read(tiny_run: Path) -> Document:
    return document.read(tiny_run / "report.pdf")


def changed_row(read: Document, name: str, column: str = "validation_accuracy") -> tuple[str, str, bytes]:
    """An accuracy of an attached table's last row, the same a little larger, and that table."""
    data = dict(read.attachments)[name]
    assert data is not None
    rows = data.decode().splitlines()
    place = rows[0].split(",").index(column)
    cells = rows[-1].split(",")
    now = str(float(cells[place]) + 0.01)
    rows[-1] = ",".join([*cells[:place], now, *cells[place + 1 :]])
    return cells[place], now, "\n".join([*rows, ""]).encode()


def test_epochs_that_give_other_results_are_found(read: Document) -> None:
    was, now, table = changed_row(read, "metrics.csv")
    wrong = failed(prove(resealed(read, {"metrics.csv": table})))
    assert set(wrong) == {"results.csv from metrics.csv"}
    assert (
        f"validation_accuracy is {was}, computed again it is {now}" in wrong["results.csv from metrics.csv"]
    )


def test_results_that_are_not_on_the_pages_are_found(read: Document) -> None:
    _, _, table = changed_row(read, "results.csv", "test_accuracy")
    assert {"printed: test accuracy", "printed: test accuracy of every seed"} <= set(
        failed(prove(resealed(read, {"results.csv": table})))
    )


def test_records_of_a_kind_that_is_missing_are_found(read: Document) -> None:
    files = tuple((name, data) for name, data in read.attachments if name != "metrics.csv")
    wrong = failed(prove(resealed(replaced(read, attachments=files), {})))
    assert wrong == {"records": "cannot be read: UserError: metrics.csv is missing"}


def means(tiny_run: Path) -> dict[str, tuple[str, str]]:
    """Mean test accuracy and its t interval of every optimizer, computed here a second time."""
    results = pd.read_csv(tiny_run / "results.csv")
    written = {}
    for setup, trials in results[results["stage"] == "comparison"].groupby("setup"):
        scores = trials["test_accuracy"]
        low, high = stats.t.interval(0.95, len(scores) - 1, scores.mean(), stats.sem(scores))
        written[str(setup)] = (
            f"{100 * scores.mean():.1f}%",
            f"[{100 * max(0, low):.1f}%,{100 * min(1, high):.1f}%]",
        )
    return written


def test_every_mean_with_its_interval_is_looked_for_on_the_pages(tiny_run: Path, read: Document) -> None:
    assert len(means(tiny_run)) == 3
    for setup, (mean, interval) in means(tiny_run).items():
        wrong = failed(prove(without(read, f"{mean}{interval}")))["printed: means and intervals"]
        assert setup in wrong
        assert f"{mean} [" in wrong


def test_every_verdict_is_looked_for_on_the_pages(tiny_run: Path, read: Document) -> None:
    results = pd.read_csv(tiny_run / "results.csv")
    scores = results[results["stage"] == "comparison"].groupby("setup")["test_accuracy"].mean()
    for first, second in itertools.combinations(scores.sort_values(ascending=False).index, 2):
        difference = 100 * (scores[first] - scores[second])
        wrong = failed(prove(without(read, f"{first}vs.{second}2{difference:+.1f}")))
        assert f"{first} vs.\N{NO-BREAK SPACE}{second} 2 {difference:+.1f}" in wrong["printed: verdicts"]


def test_what_other_versions_wrote_is_not_compared_and_said_to_be_so(read: Document) -> None:
    keywords = re.sub(r"made-with:[0-9a-f]{64}", f"made-with:{'0' * 64}", read.keywords)
    other = replaced(read, properties={**read.properties, "Keywords": keywords})
    found = prove(other, rebuild=lambda *_: pytest.fail("it would be another file anyway"))
    assert conclusion(found) == NOT_COMPARED
    assert "the look of the pages was not compared" in NOT_COMPARED
    assert (
        next(proof for proof in found if proof.what == "not rebuilt")
        .unknown[0]
        .startswith("it was written with other versions")
    )


def test_sentences_of_another_version_are_unknown_if_they_are_not_found(read: Document) -> None:
    pages = tuple(page.replace("%", "") for page in read.pages)
    made = replaced(read, pages=pages, properties={**read.properties, "Creator": "reportgen 9.9"})
    found = prove(made)
    assert failed(found) == {}
    assert conclusion(found) == NOT_FOUND
    assert set(failed(prove(replaced(read, pages=pages)))) >= {
        "printed: means and intervals",
        "printed: key findings",
    }
