"""Section 1 says of the data what is so: what the networks see of a pixel, and what the test images are."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reportgen.files import resources
from reportgen.records import run_folder
from reportgen.records.run_folder import RunRecords
from reportgen.report.sections.data import describe_data
from reportgen.report.words.catalogue import Catalogue, load

BETWEEN_0_AND_1 = "Pixel values are divided by 255 and so lie between 0 and 1."
NORMALIZED = "In each channel, the mean of the training images is subtracted from the pixels"


@pytest.fixture(scope="module")
def t() -> Catalogue:
    return load(resources.templates() / "catalogue.toml", ("zh-Hant", "en"))


@pytest.fixture
def records(tiny_run: Path) -> RunRecords:
    found = run_folder.read(tiny_run)
    return replace(found, manifest_json=copy.deepcopy(found.manifest_json))


def said_of(name: str, records: RunRecords, t: Catalogue) -> str:
    section: dict[str, Any] = describe_data(records, t)
    return str(section[name].texts["en"])


def normalize(records: RunRecords, *stages: str) -> None:
    """As if these stages had trained on normalized pixels."""
    for trial in records.manifest_json["trials"]:
        if trial["setup"]["stage"] in stages:
            trial["setup"]["normalization"] = "per-channel"


def test_pixels_between_0_and_1_are_said_to_be_so(records: RunRecords, t: Catalogue) -> None:
    assert said_of("pixels", records, t) == BETWEEN_0_AND_1


def test_normalized_pixels_are_not_said_to_lie_between_0_and_1(records: RunRecords, t: Catalogue) -> None:
    normalize(records, "comparison", "tuned")
    said = said_of("pixels", records, t)
    assert said.startswith(NORMALIZED)
    assert "255" not in said


def test_stages_that_take_pixels_differently_are_told_apart(records: RunRecords, t: Catalogue) -> None:
    normalize(records, "tuned")
    comparison, tuned = said_of("pixels", records, t).split("Full training: ")
    assert comparison.endswith(f"Comparison: {BETWEEN_0_AND_1} ")
    assert tuned.startswith(NORMALIZED)


def test_digits_are_not_said_to_have_a_test_set_of_their_own(tiny_run: Path) -> None:
    page = (tiny_run / "report.html").read_text(encoding="utf-8")
    assert page.count("The data set has no official test set: the 500 test images are a fixed part") == 2
    assert "own test set" not in page
    assert "each finished trial reads the test set once, and nothing is chosen by it" in page


def test_records_of_before_the_keys_of_own_data_are_read_as_ever(records: RunRecords, t: Catalogue) -> None:
    before = describe_data(records, t)
    settings = records.manifest_json["experiment"]["settings"]["data"]
    later = (
        "shares",
        "resize",
        "name",
        "label",
        "split_column",
        "numeric",
        "categorical",
        "ignore",
        "missing",
    )
    for name in later:
        del settings[name]
    del records.manifest_json["data"]["notes"]
    assert describe_data(replace(records), t) == before
    assert before["notes"] == []
    del settings["seed"]  # not so a key that every record has
    with pytest.raises(ValueError, match="seed is missing"):
        describe_data(replace(records), t)
