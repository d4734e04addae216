"""Trainings are counted as they were made: those of a search too, and one that two stages share once."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import pytest

from reportgen.records import run_folder
from reportgen.records.run_folder import RunRecords
from reportgen.report.sections.abstract import abstract
from reportgen.report.sections.headlines import Headlines
from reportgen.report.sections.trainings import Trainings, count_trainings
from reportgen.report.templates.loading import words_in


@pytest.fixture(scope="module")
def records(tiny_run: Path) -> RunRecords:
    return run_folder.read(tiny_run)


def test_without_a_search_every_trial_is_a_training(records: RunRecords) -> None:
    assert count_trainings(records) == Trainings(8, 0)


def test_what_was_trained_once_for_two_stages_counts_once(records: RunRecords) -> None:
    manifest = copy.deepcopy(records.manifest_json)
    given = manifest["trials"]
    again = [
        {**trial, "setup": {**trial["setup"], "stage": "equally tuned"}}
        for trial in given
        if trial["setup"]["stage"] == "comparison"
    ]
    manifest["trials"] += again
    manifest["trained_at"] += [0] * len(again)
    manifest["kept_trials"] += ["of a search", "of a search too"]
    assert count_trainings(replace(records, manifest_json=manifest)) == Trainings(10, 2)


def test_one_training_is_trained_once(records: RunRecords) -> None:
    t = words_in(["zh-Hant", "en"])
    one = {"trials": records.manifest_json["trials"][-1:], "kept_trials": [None], "trained_at": [0]}
    alone = replace(records, manifest_json=records.manifest_json | one)
    said = abstract(alone, Headlines(None, None, None, t("ui.none"), (), (), ()), t("ui.none"), t)
    assert " is trained once, on " in said.texts["en"] or " are trained once, on " in said.texts["en"]
    assert "，共 1 次。" in said.texts["zh-Hant"]
    many = abstract(records, Headlines(None, None, None, t("ui.none"), (), (), ()), t("ui.none"), t)
    assert ", 8 times in all." in many.texts["en"]
