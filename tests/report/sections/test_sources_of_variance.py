"""A report says which sources of variance its intervals cover, and what new test images add."""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from reportgen.analysis.findings import EACH_TUNED, SHARED
from reportgen.analysis.results import of_stage
from reportgen.experiment.stages import COMPARISON, EQUALLY_TUNED
from reportgen.files import resources
from reportgen.records import run_folder
from reportgen.records.answers import Answers
from reportgen.records.run_folder import RunRecords
from reportgen.report.sections.comparison import compared
from reportgen.report.sections.sources_of_variance import claim_variance, variance_block
from reportgen.report.words.catalogue import Catalogue, load

SEARCH = {"trials": 4, "seeds": [1000], "space": {"learning_rate": {"low": 0.01, "high": 1.0}}}


@pytest.fixture(scope="module")
def t() -> Catalogue:
    return load(resources.templates() / "catalogue.toml", ("zh-Hant", "en"))


@pytest.fixture
def records(tiny_run: Path) -> RunRecords:
    found = run_folder.read(tiny_run)
    return replace(found, manifest_json=copy.deepcopy(found.manifest_json))


def settings_of(records: RunRecords) -> dict[str, Any]:
    settings: dict[str, Any] = records.manifest_json["experiment"]["settings"]
    return settings


def with_stage(records: RunRecords, stage: str) -> RunRecords:
    """As if the compared trials had been those of another stage."""
    results = records.results.assign(stage=records.results["stage"].replace(COMPARISON, stage))
    return replace(records, results=results)


def block_of(records: RunRecords, t: Catalogue, stage: str = COMPARISON) -> Any:
    where = SHARED if stage == COMPARISON else EACH_TUNED
    searches = records.manifest.experiment.settings.searches
    return variance_block(records, compared(of_stage(records.results, stage), where, searches), t)


def covered(block: Any) -> tuple[str, str]:
    """What is covered, and what is not, in English."""
    match = re.fullmatch(r"(.*)\. They do not cover: (.*)\.", str(block["covers"].texts["en"]))
    assert match is not None
    return match[1], match[2]


def test_one_split_and_given_rates(records: RunRecords, t: Catalogue) -> None:
    yes, no = covered(block_of(records, t))
    assert "initial weights" in yes
    assert "new test images" in yes
    assert "shared by all trials" in no
    assert "search" not in yes + no


def test_a_run_of_earlier_says_nothing_of_images_it_does_not_know(records: RunRecords, t: Catalogue) -> None:
    block = block_of(replace(records, answers=None), t)
    yes, no = covered(block)
    assert "images" not in yes
    assert "new test images" in no
    assert block["rows"] == ()


def test_a_split_a_seed(records: RunRecords, t: Catalogue) -> None:
    settings_of(records)["data"] |= {"resplit": True, "seed": None}
    yes, no = covered(block_of(records, t))
    assert "the split into training and validation images (drawn anew for each seed)" in yes
    assert "split" not in no
    assert "newly collected training data" in no
    drawn = draw_test_images(records)
    assert "the split of the data, test images included" in covered(block_of(drawn, t))[0]


def draw_test_images(records: RunRecords) -> RunRecords:
    """As if each of the two seeds had drawn its test images from a pool twice as large."""
    answers = records.answers
    assert answers is not None
    images = int(answers.images[0])
    drawn = np.zeros((2, 2 * images), dtype=np.bool_)
    drawn[0, ::2] = drawn[1, 1::2] = True
    packed = np.packbits(drawn, axis=1)
    return replace(
        records,
        answers=replace(answers, seeds=np.array([0, 1]), drawn=packed, pool=np.array(2 * images)),
    )


@pytest.mark.parametrize(("repeats", "says"), [(1, "made once"), (2, "made 2 times")])
def test_a_search_is_covered_where_it_was_repeated(
    records: RunRecords, t: Catalogue, repeats: int, says: str
) -> None:
    settings_of(records)["search"]["comparison"] = whole_search() | {"repeats": repeats}
    yes, no = covered(block_of(with_stage(records, EQUALLY_TUNED), t, EQUALLY_TUNED))
    assert says in (yes if repeats > 1 else no)
    assert "search" not in (no if repeats > 1 else yes)


def whole_search() -> dict[str, Any]:
    """A search as a manifest has it."""
    from reportgen.experiment.search import ComparisonSearch

    return dict(ComparisonSearch.model_validate(SEARCH).model_dump(mode="json"))


def test_the_wider_interval_is_that_of_two_crossed_effects(records: RunRecords, t: Catalogue) -> None:
    rng = np.random.default_rng(3)
    seeds, images = 8, 200
    hard = rng.normal(0, 1.5, images)
    right = hard + rng.normal(0, 0.3, (seeds, 1)) + rng.normal(size=(seeds, images)) < 1.5
    made = of_setups(records, "tuned", {"Adam": right})
    block: Any = variance_block(made, None, t)
    (row,) = block["rows"]
    table = right.astype(float)
    by_seed, by_image = table.mean(axis=1), table.mean(axis=0)
    rest = table - by_seed[:, None] - by_image + table.mean()
    of_both = (rest**2).sum() / ((seeds - 1) * (images - 1))
    ours = by_seed.var(ddof=1) / seeds
    added = (by_image.var(ddof=1) - of_both / seeds) / images
    freedom = (ours + added) ** 2 / (ours**2 / (seeds - 1) + added**2 / (images - 1))
    reach = stats.t.ppf(0.975, freedom) * math.sqrt(ours + added)
    mean = table.mean()
    assert row.value == f"{mean:.2%}"
    assert row.new == f"[{mean - reach:.2%}, {mean + reach:.2%}]"
    narrow = stats.t.ppf(0.975, seeds - 1) * math.sqrt(ours)
    assert row.these == f"[{mean - narrow:.2%}, {mean + narrow:.2%}]"
    assert reach > 1.2 * narrow
    texts = [claim.text for claim in claim_variance(block)]
    assert any(row.new in text and row.these in text for text in texts)


def of_setups(records: RunRecords, stage: str, told: Mapping[str, np.ndarray]) -> RunRecords:
    """Trials of a stage by setup, a seed for every row (S, N) of images that were told right."""
    first = records.results[records.results["stage"] == stage].iloc[:1]
    rows = [
        first.assign(setup=setup, seed=seed, test_accuracy=right.mean(), test_images=len(right))
        for setup, of_setup in told.items()
        for seed, right in enumerate(of_setup)
    ]
    right = np.concatenate(list(told.values()))
    answers = Answers(
        trials=np.arange(len(right)),
        images=np.full(len(right), right.shape[1]),
        bits=np.packbits(right, axis=1),
        seeds=np.zeros(0, dtype=np.int64),
        drawn=np.zeros((0, 0), dtype=np.uint8),
        pool=np.array(0),
    )
    return replace(records, results=pd.concat(rows, ignore_index=True), answers=answers)


def test_a_single_seed_has_no_interval_and_nothing_is_said(records: RunRecords, t: Catalogue) -> None:
    single = replace(records, results=records.results[records.results["seed"] == 0])
    assert block_of(single, t) is None


def test_the_two_best_have_a_row_whose_first_interval_is_that_of_the_verdict(
    records: RunRecords, t: Catalogue
) -> None:
    rng = np.random.default_rng(5)
    hard = rng.normal(0, 2, 300)
    # some images are hard for one of the two alone
    told = {
        name: hard + rng.normal(0, 1.5, 300) + rng.normal(size=(7, 300)) < at
        for name, at in (("SGD", 0.5), ("Adam", 1.5))
    }
    made = of_setups(records, COMPARISON, told)
    (pair,) = compared(made.results, SHARED).found.pairs  # type: ignore[union-attr]
    *_, row = block_of(made, t)["rows"]
    assert row.what.texts["en"].startswith("Difference: Adam vs.")
    assert row.these == f"[{100 * pair.low:+.2f}, {100 * pair.high:+.2f}]"
    low, high = (float(end) for end in row.new.strip("[]").split(", "))
    assert low < 100 * pair.low - 0.1
    assert high > 100 * pair.high + 0.1


def test_every_setup_has_a_row(records: RunRecords, t: Catalogue) -> None:
    rows = block_of(records, t)["rows"]
    names = [row.what if isinstance(row.what, str) else row.what.texts["en"] for row in rows]
    assert set(names) == {"SGD", "SGD_Momentum", "Adam", "Adam (full training)"}  # two seeds test no pair
