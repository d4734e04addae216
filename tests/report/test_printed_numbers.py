"""The report holds the numbers of the CSV files: read back out of the PDF and the HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pdfplumber
import pikepdf
import pytest
from scipy import stats

from tests.helpers.html_tables import tables_of


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def results(tiny_run: Path) -> pd.DataFrame:
    return pd.read_csv(tiny_run / "results.csv")


@pytest.fixture(scope="module")
def html_tables(tiny_run: Path) -> dict[str, list[list[str]]]:
    return tables_of((tiny_run / "report.html").read_text(encoding="utf-8").replace("\xa0", " "))


@pytest.fixture(scope="module")
def pdf_text(tiny_run: Path) -> Iterator[str]:
    with pdfplumber.open(tiny_run / "report.pdf") as pdf:
        yield "\n".join(page.extract_text() for page in pdf.pages)


def test_the_results_are_means_over_seeds_with_the_interval_of_the_test_accuracy(
    results: pd.DataFrame, html_tables: dict[str, list[list[str]]], pdf_text: str
) -> None:
    rows = {
        re.split(r"(?:momentum|beta1)=", row[0])[0]: row[1:]
        for row in html_tables["table-comparison-results"][1:]
    }
    compared = results[results["stage"] == "comparison"].groupby("setup")
    means = compared["test_accuracy"].mean().sort_values(ascending=False)
    assert list(rows) == list(means.index), "best first"
    for setup, trials in compared:
        rate, *measured, best_epoch, accuracy, interval, count, diverged = rows[str(setup)]
        assert float(rate) == trials["learning_rate"].iloc[0]
        shares = [f"{100 * trials[f'{part}_accuracy'].mean():.1f}%" for part in ("training", "validation")]
        losses = [f"{trials[f'{part}_loss'].mean():.4f}" for part in ("training", "validation")]
        assert measured == [*shares, *losses]
        low, high = stats.t.interval(
            0.95, len(trials) - 1, trials["test_accuracy"].mean(), stats.sem(trials["test_accuracy"])
        )
        assert accuracy == f"{100 * means[str(setup)]:.1f}%"
        assert interval == f"[{100 * max(0, low):.1f}%, {100 * min(1, high):.1f}%]"
        assert (count, diverged) == ("2", "0")
        first, last = sorted(trials["best_epoch"].astype(int))
        assert best_epoch == (f"{first}–{last}" if last > first else str(first))
        assert squeeze("".join([*measured, best_epoch, accuracy])) in squeeze(pdf_text), setup


def test_every_seed_of_the_full_training_is_told(
    results: pd.DataFrame, html_tables: dict[str, list[list[str]]]
) -> None:
    tuned = results[results["stage"] == "tuned"]
    heads, correct, accuracy = html_tables["table-test-seeds"]
    assert heads[1:] == [str(seed) for seed in tuned["seed"]]
    assert correct[1:] == [f"{right:.0f}" for right in tuned["test_correct"]]
    assert accuracy[1:] == [f"{100 * share:.1f}%" for share in tuned["test_accuracy"]]


def test_the_headline_is_the_mean_test_accuracy(results: pd.DataFrame, pdf_text: str, tiny_run: Path) -> None:
    tuned = results[results["stage"] == "tuned"]
    shown = f"{100 * tuned['test_correct'].sum() / tuned['test_images'].sum():.1f}%"
    page = (tiny_run / "report.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert f"平均準確率為 <b>{shown}</b>" in page
    said = "the mean accuracy of the full training (Adam, hidden layers 24-12) over 2 seeds is"
    assert f"{said} <b>{shown}</b>" in page
    without_hyphens = squeeze(pdf_text).replace("-", "")
    assert squeeze(f"{said} {shown}").replace("-", "") in without_hyphens


def test_the_order_follows_the_test_accuracy(results: pd.DataFrame, tiny_run: Path) -> None:
    means = results[results["stage"] == "comparison"].groupby("setup")["test_accuracy"].mean()
    order = means.sort_values(ascending=False).index
    page = (tiny_run / "report.html").read_text(encoding="utf-8").replace("\xa0", " ")
    found = re.search(r"平均由好到差為 <b>(.*?)</b>", page)
    assert found
    assert found[1].split("、") == list(order)  # two seeds: no test, and nothing but the order of the means


def test_the_best_and_the_worst_class_are_those_of_the_confusion(tiny_run: Path) -> None:
    cells = pd.read_csv(tiny_run / "records" / "confusion.csv")
    tuned = cells[cells["stage"] == "tuned"]
    right = tuned[tuned["true"] == tuned["predicted"]].groupby("true")["images"].sum()
    shares = right.reindex(range(10), fill_value=0) / tuned.groupby("true")["images"].sum()
    page = (tiny_run / "report.html").read_text(encoding="utf-8").replace("\xa0", " ")
    said = re.search(r"highest for (.*?) \(([\d.]+)%\) and lowest for (.*?) \(([\d.]+)%\)", page)
    assert said
    for names, share, expected in ((said[1], said[2], shares.max()), (said[3], said[4], shares.min())):
        assert float(share) == pytest.approx(100 * expected, abs=0.06)
        told = {int(name) for name in re.findall(r"“(\d)”", names)}
        assert told == set(shares[(shares - expected).abs() < 1e-9].index)


def test_the_most_frequent_mistake_is_a_share_of_its_class(
    html_tables: dict[str, list[list[str]]], tiny_run: Path
) -> None:
    cells = pd.read_csv(tiny_run / "records" / "confusion.csv")
    wrong = cells[(cells["stage"] == "tuned") & (cells["true"] != cells["predicted"])]
    means = wrong.groupby(["true", "predicted"])["images"].mean()
    page = (tiny_run / "report.html").read_text(encoding="utf-8").replace("\xa0", " ")
    said = re.search(
        r"to take “(\d)” for “(\d)”: ([\d.]+)% of “\1” \(([\d.]+) of (\d+) images, on average over 2 seeds\)",
        page,
    )
    assert said
    assert means[int(said[1]), int(said[2])] == means.max() == float(said[4])
    classes, *parts = html_tables["table-split"]
    images = int(dict(zip(classes, parts[2], strict=True))[said[1]])
    assert int(said[5]) == images
    assert float(said[3]) == pytest.approx(100 * means.max() / images, abs=0.05)


def test_the_confusion_matrix_is_drawn_in_per_cent_of_each_class(tiny_run: Path) -> None:
    cells = pd.read_csv(tiny_run / "records" / "confusion.csv")
    mean = cells[cells["stage"] == "tuned"].groupby(["true", "predicted"])["images"].mean()
    shares = 100 * mean / mean.groupby("true").transform("sum")
    expected = sorted(f"{share:.1f}" for share in shares if share)
    page = (tiny_run / "report.html").read_text(encoding="utf-8").replace("\xa0", " ")
    figure = page.partition('id="figure-confusion"')[2].partition("</figure>")[0]
    names = sorted([*map(str, range(10))] * 2)  # at both axes
    wide, narrow, *_ = figure.split("</svg>")  # the second is for a phone
    for drawing in (wide, narrow):
        drawn = re.findall(r"<text[^>]*>([\d.]+)</text>", drawing)
        assert sorted(drawn) == sorted(expected + names)
    assert "in per cent of the row’s images (mean over 2 seeds)" in figure


def test_the_checks_of_this_run_are_printed(pdf_text: str) -> None:
    flat = squeeze(pdf_text)
    for line in (
        "Results of fully connected layer forward and backward tests: All passed.",
        "Results of ReLU forward and backward tests: All passed.",
        "Results of softmax cross-entropy forward and backward tests: All passed.",
        "FullyConnectedLayer: w4([2, 3]), b4([3])",
        "Test of network: Passed.",
        "Test of SGD: Passed.",
        "Test of SGD_Momentum: Passed.",
        "Test of Adam: Passed.",
    ):
        assert squeeze(line) in flat, line


def test_the_listings_are_the_code_that_ran(pdf_text: str) -> None:
    import inspect

    from reportgen.nn import FullyConnectedLayer
    from reportgen.optim import SGD, Adam, SGDMomentum

    flat = squeeze(re.sub(r"(?m)^\s*\d+ ", "", pdf_text))
    for ran in (FullyConnectedLayer.dw, SGD.step, SGDMomentum.step, Adam.step):
        last_line = inspect.getsource(ran).rstrip().splitlines()[-1]
        assert squeeze(last_line) in flat
    assert "…" in pdf_text
    assert squeeze("def __init__(self, l2") not in flat, "paper spares its readers the constructors"


def test_the_tables_travel_inside_the_pdf(tiny_run: Path) -> None:
    with pikepdf.open(tiny_run / "report.pdf") as pdf:
        for name in ("metrics.csv", "results.csv", "manifest.json"):
            assert pdf.attachments[name].get_file().read_bytes() == (tiny_run / name).read_bytes()
        assert "tiny.toml" in pdf.attachments
