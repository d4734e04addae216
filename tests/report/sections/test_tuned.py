"""The section on the full training says who chose its settings, and calls them nothing better than that."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from reportgen.experiment.search import StageSearch
from reportgen.records import run_folder
from reportgen.records.run_folder import SEARCH_COLUMNS, RunRecords
from reportgen.report.sections.search import describe_search
from reportgen.report.sections.tuned import tuned_section
from reportgen.report.templates.loading import words_in
from reportgen.report.words.catalogue import Catalogue


@pytest.fixture(scope="module")
def t() -> Catalogue:
    return words_in(["zh-Hant", "en"])


def test_settings_that_nobody_searched_are_said_to_be_given(tiny_run: Path) -> None:
    page = (tiny_run / "report.html").read_text(encoding="utf-8")
    assert "The experiment file gives these settings; this run did not search for them." in page
    assert "這些設定由實驗檔直接給定" in page
    assert "best hyperparameters" not in page
    assert "最佳超參數" not in page
    assert "Tuned hyperparameters" not in page


@pytest.fixture
def searched(tiny_run: Path) -> RunRecords:
    """As if a search of two settings had preceded the full training."""
    records = run_folder.read(tiny_run)
    manifest = copy.deepcopy(records.manifest_json)
    space = {"learning_rate": [0.01, 0.1]}
    search = StageSearch.model_validate({"trials": 2, "seeds": [1000], "epochs": 1, "space": space})
    manifest["experiment"]["settings"]["search"]["tuned"] = search.model_dump(mode="json")
    rows = [
        {
            "stage": "tuned", "setup": "Adam", "number": number, "seed": 1000, "learning_rate": rate,
            "settings": json.dumps({"learning_rate": rate, "l2": 0.0}), "status": "finished", "epochs": 1,
            "validation_accuracy": 0.8, "chosen": number == 1, "at_edge": "",
        }
        for number, rate in enumerate((0.01, 0.1), start=1)
    ]  # fmt: skip
    return replace(records, manifest_json=manifest, search=pd.DataFrame(rows, columns=list(SEARCH_COLUMNS)))


def test_settings_that_a_search_found_are_named_and_the_others_are_given(
    searched: RunRecords, t: Catalogue
) -> None:
    section = describe_search(searched, "tuned", t)
    assert section
    said = t("tuned.searched", **section["how"]).texts
    assert said["en"].startswith(
        "learning_rate and l2: found by a search, the others given by the experiment file."
    )
    assert said["zh-Hant"].startswith("learning_rate 與 l2 來自搜尋，其餘由實驗檔給定")


def test_one_seed_and_one_epoch_are_not_several(searched: RunRecords, t: Catalogue) -> None:
    section = describe_search(searched, "tuned", t)
    assert section
    assert "with 1 seed and 1 epoch each" in t("tuned.searched", **section["how"]).texts["en"]


@pytest.mark.parametrize(
    ("epochs", "title"),
    [(5, "The last 3 epochs only (seed 0):"), (3, "Every epoch (seed 0):"), (1, "Every epoch (seed 0):")],
)
def test_a_log_of_every_epoch_is_not_called_the_last_ones(
    tiny_run: Path, t: Catalogue, epochs: int, title: str
) -> None:
    records = run_folder.read(tiny_run)
    kept = records.epochs[records.epochs["epoch"] <= epochs]
    section = tuned_section(replace(records, epochs=kept), t)
    tuned = section.fill()["tuned"]
    assert tuned["log_title"].texts["en"] == title
    assert len(tuned["log"]) == 3 * min(epochs, 3)
    claimed = [claim.text for claim in section.claims if claim.kind == "last epochs"]
    assert claimed == tuned["log"]
