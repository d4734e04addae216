"""The section on the full training says who chose its settings, and calls them nothing better than that."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from reportgen.experiment.search import FoundBy, Space, StageSearch
from reportgen.experiment.space_text import write_space
from reportgen.records import run_folder
from reportgen.records.run_folder import SEARCH_COLUMNS, RunRecords
from reportgen.report.sections.search import describe_search
from reportgen.report.sections.tuned import found_elsewhere, space_rows
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
        "A search chose learning_rate and l2; the experiment file gives the other settings."
    )
    assert said["zh-Hant"].startswith("learning_rate 與 l2 由搜尋決定，其餘由實驗檔給定")


def test_one_seed_and_one_epoch_are_not_several(searched: RunRecords, t: Catalogue) -> None:
    section = describe_search(searched, "tuned", t)
    assert section
    assert "with 1 seed and 1 epoch each" in t("tuned.searched", **section["how"]).texts["en"]


def test_what_was_searched_is_told_setting_by_setting_and_else_as_it_was_noted(t: Catalogue) -> None:
    spaces = {
        "learning_rate": Space(low=0.001, high=0.3),
        "l2": Space(low=0.0, high=1e-05, scale="linear"),
        "hidden": Space(choices=([1024, 512], [2048])),
        "schedule": Space(choices=("cosine", {"name": "step", "at": [3]})),
    }
    note = FoundBy(
        experiment="x",
        method="grid",
        trials=2,
        seeds=(7,),
        epochs=1,
        space=write_space("y: z", spaces),
        at_edge=("y: z: l2",),
    )
    rows = [(row["name"], row["ends"], row["scale"].texts["en"]) for row in space_rows(note, t)]
    assert rows == [
        ("learning_rate", ["0.001", "0.3"], "logarithmic"),
        ("l2 *", ["0", "1e-05"], "linear"),
        ("hidden", ["1024-512, 2048"], "a list"),
        ("schedule", ['"cosine", {"name": "step", "at": [3]}'], "a list"),
    ]
    by_hand = note.model_copy(update={"space": "y: between 1 and 2"})
    assert list(space_rows(by_hand, t)) == []
    assert found_elsewhere(by_hand, t)["as_noted"] == "<code>y: between 1 and 2</code>"
