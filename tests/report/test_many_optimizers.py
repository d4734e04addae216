"""The report of twelve optimizers: a panel for each; all pairs in an appendix, in a matrix where tested."""

from __future__ import annotations

import base64
import json
import re
import zlib
from contextlib import chdir
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pdfplumber
import pytest

from reportgen.cli.main import main
from tests.helpers.cli import Cli
from tests.helpers.html_tables import tables_of

NAMES = (
    "SGD", "SGD_Momentum", "Nesterov", "RMSProp", "Adam", "AdamW", "NAdam", "Lion", "Muon", "AdEMAMix",
    "ScheduleFreeAdamW", "ScheduleFreeSGD (b9)",
)  # fmt: skip
EXPERIMENT = """
title = "Twelve optimizers"
[data]
source = "digits"
train = 200
validation = 60
[comparison]
hidden = [8]
batch_size = 20
epochs = 2
seeds = 2
optimizers = [
OPTIMIZERS
]
[search.comparison]
trials = 3
space = { learning_rate = { low = 0.002, high = 0.2 } }
"""
PAIRS = 12 * 11 // 2
MARGIN = 20 / 25.4 * 72


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("twelve")
    setups = ",\n".join(
        f'  {{ label = "{name}", name = "Adam", learning_rate = {0.001 * place} }}'
        for place, name in enumerate(NAMES, start=1)
    )
    (folder / "twelve.toml").write_text(EXPERIMENT.replace("OPTIMIZERS", setups), encoding="utf-8")
    with chdir(folder), pytest.raises(SystemExit) as ended:
        main(["run", "twelve.toml", "--output", "out", "--workers", "1"])
    assert not ended.value.code
    return (folder / "out" / "twelve" / "latest").resolve()


@pytest.fixture(scope="module")
def curve_figures(run: Path) -> dict[str, Any]:
    """What the page's script draws of, by the figures' keys."""
    page = (run / "report.html").read_text(encoding="utf-8")
    packed = re.search(r'<script type="application/json" id="curve-data">"([^"]+)"</script>', page)
    assert packed is not None
    figures: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(packed[1])))["figures"]
    return figures


@pytest.fixture(scope="module")
def html(run: Path) -> str:
    return (run / "report.html").read_text(encoding="utf-8").partition("<body")[2]


def figure(html: str, key: str) -> str:
    return html.partition(f'<figure id="figure-{key}"')[2].partition("</figure>")[0].partition("<svg")[2]


@pytest.mark.parametrize(
    "key",
    ["comparison-loss", "comparison-accuracy", "search-comparison-rates"],
)
def test_each_optimizer_has_a_panel_of_its_own(html: str, key: str) -> None:
    drawing = figure(html, key)
    for number, name in enumerate(NAMES):
        assert drawing.count(f">{name}</text>") == 1, name
        assert f'class="series-{number}"' in drawing, name


def test_the_matrix_holds_every_difference_seen_from_both_sides(cli: Cli) -> None:
    """Of a table with as many seeds as a test of so many pairs takes; of fewer there is none."""
    random = np.random.default_rng(0)
    scores = {name: random.normal(0.8 + place / 300, 0.01, 14) for place, name in enumerate(NAMES)}
    rows = [(name, seed, score) for name in NAMES for seed, score in enumerate(scores[name])]
    pd.DataFrame(rows, columns=["optimizer", "seed", "test_accuracy"]).to_csv("t.csv", index=False)
    assert cli("compare", "t.csv", "--to", "mine", "--no-pdf", "--languages", "en").code == 0
    drawing = figure(Path("mine.html").read_text(encoding="utf-8"), "scores-0-matrix")
    drawn = sorted(re.findall(r">([+\u2212]?\d+\.\d\d)</text>", drawing))
    expected = [100 * (scores[a].mean() - scores[b].mean()) for a in NAMES for b in NAMES if a != b]
    assert drawn == sorted(
        re.sub(r"[+-](0\.00)$", r"\1", f"{difference:+.2f}").replace("-", "\N{MINUS SIGN}")
        for difference in expected
    )


def test_without_a_test_there_is_no_matrix(html: str) -> None:
    assert figure(html, "comparison-scores-matrix") == ""
    assert "at least 12 are needed" in html


def test_all_pairs_stand_in_the_appendix_and_the_text_leads_there(html: str) -> None:
    appendix = html.index('id="sec-every_pair"')
    tables = tables_of(html)
    for key in ("comparison-scores", "equally-tuned-scores"):
        assert html.index(f'id="table-{key}-pairs"') > appendix > html.index('id="table-environment"')
        pairs = {row[0] for row in tables[f"table-{key}-pairs"][1:]}
        assert len(pairs) == PAIRS
    assert html.count('href="#sec-every_pair"') >= 3, "in the contents, and in both languages of the text"


def test_no_letter_stands_outside_the_margins(run: Path) -> None:
    with pdfplumber.open(run / "report.pdf") as document:
        for page in document.pages:
            letters = [char for char in page.chars if char["text"].isascii() and not char["text"].isspace()]
            assert min(char["x0"] for char in letters) > MARGIN - 0.6, page.page_number
            assert max(char["x1"] for char in letters) < page.width - MARGIN + 0.6, page.page_number


def test_what_it_prints_is_found_again(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["verify", str(run / "report.pdf")])
    assert not ended.value.code, capsys.readouterr().out


def test_every_figure_of_curves_can_be_examined(html: str, curve_figures: dict[str, Any]) -> None:
    curves = {"loss", "accuracy", "steps", "rates", "course", "profiles"}
    keys = set(re.findall(r'data-figure="([\w-]+)"', html)) - {"class-accuracy"}
    assert set(curve_figures) == {key for key in keys if key.rpartition("-")[2] in curves}
    assert len(curve_figures) > 4
    for key, figure in curve_figures.items():
        owners = {line["owner"] for line in figure["lines"]}
        assert owners == set(NAMES), key
        assert len(figure["panels"]) == (2 if key.endswith("steps") else len(NAMES)), key


def test_the_curves_of_a_search_are_the_means_of_its_trials(run: Path, curve_figures: dict[str, Any]) -> None:
    trials = pd.read_csv(run / "search.csv")
    for line in curve_figures["search-comparison-rates"]["lines"]:
        tried = trials[trials["setup"] == line["owner"]]
        means = tried.groupby("learning_rate")["validation_accuracy"].mean()
        assert line["x"] == pytest.approx(list(means.index))
        assert line["mean"] == pytest.approx(list(means))
        assert line["ringed"] == pytest.approx(sorted(set(tried.loc[tried["chosen"], "learning_rate"])))
        assert line["given"] == pytest.approx(0.001 * (1 + NAMES.index(line["owner"])))
