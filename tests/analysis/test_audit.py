"""The audit on records made by hand: a fair run passes, and each way of being unfair fails its own point."""

from __future__ import annotations

import copy
import html

import pytest

from reportgen.analysis.audit.conditions import fraction
from reportgen.analysis.audit.facts import Fact
from reportgen.files import resources
from reportgen.report.words.catalogue import load
from tests.helpers.audited_records import audited, failed
from tests.helpers.unfair_records import UNFAIR, declared, fair, no_search, one, only


def test_a_fair_run_passes_every_point() -> None:
    found = audited(fair())
    assert {key: point.passed for key, point in found.items()} == dict.fromkeys(found, True)
    network, settings = found["same_network"].facts
    assert network == Fact("one_network", True, {"setups": 3, "layers": "64-8-2", "parameters": 538})
    assert settings.key == "settings_same"
    seeds = found["enough_seeds"].facts[0].values
    assert seeds == {"seeds": 7, "needed": 7, "setups": 3, "pairs": 3}
    budget = found["same_budget"].facts[0].values
    assert budget == {"settings": 4, "seeds": 1, "epochs": 2, "trained": "SGD 8; SGD_Momentum 8; Adam 8"}


@pytest.mark.parametrize("way", UNFAIR)
def test_each_way_of_being_unfair_fails_its_own_point(way: str) -> None:
    spoil, expected = UNFAIR[way]
    records = fair()
    spoil(records)
    assert failed(audited(records)) == expected


def test_the_evidence_says_what_is_wrong() -> None:
    records = fair()
    one(records)["evidence"]["gradient_scale"] = {"w1": 1 / 16, "b1": 1.0}
    (fact,) = audited(records)["true_gradient"].facts
    assert fact.values == {
        "setup": "Adam", "stage": "equally tuned", "parameter": "w1", "factor": "1/16", "off": 1,
        "of": 49 * 4 - 2,
    }  # fmt: skip
    records = fair()
    one(records)["evidence"] |= {"distinct": 130, "samples": 350}
    only(records, "tuned", "Adam", 0)["evidence"]["distinct"] = 900
    fact = next(fact for fact in audited(records)["same_training"].facts if fact.key == "epochs_partial")
    assert fact.values == {
        "setup": "Adam", "stage": "equally tuned", "distinct": 130, "samples": 350, "images": 400,
        "trials": 2, "of": 49,
    }  # fmt: skip


@pytest.mark.parametrize("labels", [2, 3, 4, 12])
def test_more_optimizers_take_more_seeds(labels: int) -> None:
    records = fair()
    trials = [only(records, "comparison", "SGD", seed) for seed in range(7)]
    no_search(records)
    records["trials"] = [copy.deepcopy(one) | {"label": f"SGD {n}"} for n in range(labels) for one in trials]
    fact = audited(records)["enough_seeds"].facts[0]
    needed = fact.values["needed"]
    pairs = labels * (labels - 1) / 2
    assert 2 * 0.5**needed * pairs <= 0.05 < 2 * 0.5 ** (needed - 1) * pairs
    assert fact.passed == (needed <= 7)


def test_what_is_only_said_of_a_search_is_neither_held_for_true_nor_for_false() -> None:
    records = fair()
    declared(records, at_edge=["SGD: momentum"])
    found = audited(records)
    assert failed(found) == {"search_seen": ["search_without_digest"]}
    assert found["same_budget"].passed is found["own_rate"].passed is None
    assert [fact.key for fact in found["own_rate"].facts] == ["rates_declared", "others_at_edge"]


def test_nothing_tuned_has_no_budget_to_compare() -> None:
    records = fair()
    no_search(records)
    assert audited(records)["same_budget"].passed is None


def test_with_nothing_compared_only_what_is_about_single_trials_is_audited() -> None:
    records = fair()
    records["trials"] = [only(records, "tuned", "Adam", seed) for seed in range(2)]
    records["search"] = []
    found = audited(records)
    apply = {
        "same_training", "true_gradient", "data_apart", "choice", "validation_large", "classes", "learned",
    }  # fmt: skip
    assert {key: point.passed for key, point in found.items()} == {
        key: True if key in apply else None for key in found
    }
    deep_enough = audited(records)["same_training"].facts
    assert [fact.key for fact in deep_enough] == ["epochs_whole", "validation_whole"]


def test_who_stops_early_is_not_blamed_for_it() -> None:
    records = fair()
    for trial_ in records["trials"]:
        trial_["early_stopping"] = 2
    one(records)["trained"] = 3
    one(records)["evidence"]["batch_order"] = "three epochs of them"
    found = audited(records)
    assert failed(found) == {}
    assert [fact.key for fact in found["same_batches"].facts] == ["batches_same", "batches_alone"]


def test_what_was_not_measured_is_not_claimed() -> None:
    records = fair()
    records["data"]["duplicates"] = None
    for trial_ in records["trials"]:
        trial_["evidence"]["gradient_scale"] = {}
    found = audited(records)
    assert found["true_gradient"].passed is None
    assert [fact.key for fact in found["data_apart"].facts] == ["duplicates_unknown", "test_set_apart"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("cifar10", "official test set."),
        ("fashion-mnist", "official test set."),
        ("digits", "has no official test set: the 10 test images are a fixed part, set apart before"),
        ("npz", "come from x_test in the user’s file"),
        ("folder", "come from test in the user’s folder"),
    ],
)
def test_test_images_are_called_what_the_source_has(source: str, said: str) -> None:
    t = load(resources.templates() / "catalogue.toml", ("zh-Hant", "en"))
    records = fair()
    records["data"]["source"] = source
    (fact,) = [fact for fact in audited(records)["data_apart"].facts if fact.key.startswith("test_")]
    text = t(f"audit.{fact.key}", **fact.values).texts["en"].striptags()
    assert fact.passed
    assert said in text
    assert ("no official" in text) == (source == "digits")


@pytest.mark.parametrize(
    ("factor", "written"),
    [(1 / 16, "1/16"), (1 / 7.9999, "1/8"), (0.3, "0.3"), (3.0, "3"), (-1.0, "-1"), (0.0, "0")],
)
def test_a_factor_is_written_as_a_fraction_where_it_is_one(factor: float, written: str) -> None:
    assert fraction(factor) == written


@pytest.mark.parametrize("way", ["fair", *UNFAIR])
def test_every_fact_has_its_sentence(way: str) -> None:
    t = load(resources.templates() / "catalogue.toml", ("zh-Hant", "en"))
    records = fair()
    if way != "fair":
        UNFAIR[way][0](records)
    for point in audited(records).values():
        assert t.has(f"audit_point.{point.key}")
        for fact in point.facts:
            for text in t(f"audit.{fact.key}", **fact.values).texts.values():
                assert "{" not in text
                assert all(str(value) in html.unescape(text) for value in fact.values.values())
