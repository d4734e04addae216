"""The report holds the numbers of the CSV files: read back out of the PDF and the HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pdfplumber
import pikepdf
import pytest

from tests.helpers.html_tables import tables_of


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def results(tiny_run: Path) -> pd.DataFrame:
    return pd.read_csv(tiny_run / "results.csv")


@pytest.fixture(scope="module")
def html_tables(tiny_run: Path) -> dict[str, list[list[str]]]:
    return tables_of((tiny_run / "report.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def pdf_text(tiny_run: Path) -> Iterator[str]:
    with pdfplumber.open(tiny_run / "report.pdf") as pdf:
        yield "\n".join(page.extract_text() for page in pdf.pages)


def trial_line(row: pd.Series) -> list[str]:
    """What the appendix must say of a trial, written here a second time."""
    return [
        f"{row.setup} ({row.stage})",
        str(row.seed),
        f"{row.best_epoch:.0f}",
        f"{row.training_loss:.4f}",
        f"{100 * row.training_accuracy:.2f}%",
        f"{row.validation_loss:.4f}",
        f"{100 * row.validation_accuracy:.2f}%",
        f"{100 * row.test_accuracy:.2f}%",
        f"{row.seconds:.1f}",
    ]


def test_every_trial_of_the_csv_is_in_both(
    results: pd.DataFrame, html_tables: dict[str, list[list[str]]], pdf_text: str
) -> None:
    expected = [trial_line(row) for _, row in results.iterrows()]
    assert html_tables["table-trials"][1:] == expected
    lines = {squeeze(line) for line in pdf_text.splitlines()}
    for cells in expected:
        assert squeeze("".join(cells)) in lines


def test_the_comparison_gives_mean_and_spread_over_seeds(
    results: pd.DataFrame, html_tables: dict[str, list[list[str]]], pdf_text: str
) -> None:
    rows = html_tables["table-comparison-results"][1:]
    assert [row[0].split()[0].removesuffix("momentum=0.8").removesuffix("beta1=0.9") for row in rows] == [
        "SGD",
        "SGD_Momentum",
        "Adam",
    ]
    for row, (setup, trials) in zip(
        rows, results[results["stage"] == "comparison"].groupby("setup", sort=False), strict=True
    ):
        a, b = trials["validation_accuracy"]
        spread = abs(a - b) / 2**0.5  # the sample standard deviation of two numbers
        expected = f"{50 * (a + b):.2f}% ± {100 * spread:.2f}%"
        assert row[3] == expected, setup
        assert squeeze(expected) in squeeze(pdf_text)
        first, last = sorted(trials["best_epoch"].astype(int))
        assert row[6] == (f"{first}–{last}" if last > first else str(first))


def test_the_best_of_each_column_is_marked(results: pd.DataFrame, tiny_run: Path) -> None:
    page = (tiny_run / "report.html").read_text(encoding="utf-8")
    table = page[page.index('id="table-comparison-results"') :].partition("</table>")[0]
    rows = [re.findall(r'<td class="n">(.*?)</td>', row)[1:] for row in table.split("<tr>")[2:]]
    compared = results[results["stage"] == "comparison"].groupby("setup", sort=False)
    columns = ("training_accuracy", "validation_accuracy", "training_loss", "validation_loss")
    for place, column in enumerate(columns):
        means = [sum(group) / len(group) for _, group in compared[column]]
        best = min(means) if "loss" in column else max(means)
        assert [row[place].startswith("<b>") for row in rows] == [mean == best for mean in means], column


def test_the_headline_is_the_mean_test_accuracy(results: pd.DataFrame, pdf_text: str, tiny_run: Path) -> None:
    tuned = results[results["stage"] == "tuned"]
    shown = f"{100 * tuned['test_correct'].sum() / tuned['test_images'].sum():.2f}%"
    page = (tiny_run / "report.html").read_text(encoding="utf-8")
    assert f"平均準確率為 <b>{shown}</b>" in page
    said = "the mean accuracy of the full training (Adam, hidden layers 24-12) over 2 seeds is"
    assert f"{said} <b>{shown}</b>" in page
    assert squeeze(f"{said} {shown}") in squeeze(pdf_text)


def test_the_order_follows_the_test_accuracy(results: pd.DataFrame, tiny_run: Path) -> None:
    means = results[results["stage"] == "comparison"].groupby("setup")["test_accuracy"].mean()
    order = means.sort_values(ascending=False).index
    page = (tiny_run / "report.html").read_text(encoding="utf-8")
    found = re.search(r"平均由好到差為 <b>(.*?)</b>", page)
    assert found
    assert found[1].split(", ") == list(order)  # two seeds: no test, and nothing but the order of the means


def test_the_classes_are_those_of_one_seed_and_add_up(
    results: pd.DataFrame, html_tables: dict[str, list[list[str]]]
) -> None:
    tuned = results[results["stage"] == "tuned"]
    rows = html_tables["table-per-class"][1:]
    there_are = {row[0]: row[3] for row in html_tables["table-split"][1:]}
    assert {row[0]: row[1] for row in rows} == {row[0]: there_are[row[0]] for row in rows}
    assert sum(float(row[2]) for row in rows) == pytest.approx(tuned["test_correct"].mean())


def test_the_most_frequent_mistake_is_a_share_of_its_class(
    html_tables: dict[str, list[list[str]]], tiny_run: Path
) -> None:
    cells = pd.read_csv(tiny_run / "records" / "confusion.csv")
    wrong = cells[(cells["stage"] == "tuned") & (cells["true"] != cells["predicted"])]
    means = wrong.groupby(["true", "predicted"])["images"].mean()
    page = (tiny_run / "report.html").read_text(encoding="utf-8")
    said = re.search(
        r"takes “(\d)” for “(\d)”: ([\d.]+)% of “\1” \(([\d.]+) of (\d+) images on average over 2 seeds\)",
        page,
    )
    assert said
    assert means[int(said[1]), int(said[2])] == means.max() == float(said[4])
    images = int({row[0]: row[1] for row in html_tables["table-per-class"][1:]}[said[1]])
    assert int(said[5]) == images
    assert float(said[3]) == pytest.approx(100 * means.max() / images, abs=0.05)


def test_the_confusion_matrix_is_drawn_in_per_cent_of_each_class(tiny_run: Path) -> None:
    cells = pd.read_csv(tiny_run / "records" / "confusion.csv")
    mean = cells[cells["stage"] == "tuned"].groupby(["true", "predicted"])["images"].mean()
    shares = 100 * mean / mean.groupby("true").transform("sum")
    expected = sorted(f"{share:.1f}".removesuffix(".0") for share in shares if share)
    page = (tiny_run / "report.html").read_text(encoding="utf-8")
    figure = page.partition('id="figure-confusion"')[2].partition("</figure>")[0]
    drawn = re.findall(r"<text[^>]*>([\d.]+)</text>", figure)
    names = sorted([*map(str, range(10))] * 2)  # at both axes
    assert sorted(drawn) == sorted(expected + names)
    assert "in per cent of the row&#39;s images (mean over 2 seeds)" in figure


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


def test_the_tables_travel_inside_the_pdf(tiny_run: Path) -> None:
    with pikepdf.open(tiny_run / "report.pdf") as pdf:
        for name in ("metrics.csv", "results.csv", "manifest.json"):
            assert pdf.attachments[name].get_file().read_bytes() == (tiny_run / name).read_bytes()
        assert "tiny.toml" in pdf.attachments
