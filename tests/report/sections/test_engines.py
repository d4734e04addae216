"""What ran the training is told as it was: the listed code, or an engine with its proof, or both."""

from __future__ import annotations

import html
from typing import Any

import pytest

from reportgen.records.manifest import Manifest, read_manifest
from reportgen.report.sections.engines import describe_engines, is_another, list_engines
from reportgen.report.templates.loading import words_in
from reportgen.report.words.catalogue import Catalogue
from reportgen.training.engines.choice import REASONS
from tests.helpers.manifests import a_trial, a_whole_manifest

PROOF = {"steps": 40, "error": 1.25e-7, "limit": 3.8e-6}


@pytest.fixture(scope="module")
def t() -> Catalogue:
    return words_in(["zh-Hant", "en"])


def trained_by(*setups: tuple[str, str, str, str]) -> Manifest:
    """A manifest whose setups were trained so: stage, label, engine, reason."""
    described = [
        {"stage": stage, "setup": label, "engine": engine, "reason": reason}
        | ({} if engine == "textbook" else {"proof": PROOF | {"steps": 40 + place}})
        for place, (stage, label, engine, reason) in enumerate(setups)
    ]
    trials = [a_trial(stage, label, 0) for stage, label, _, _ in setups]
    return read_manifest(a_whole_manifest(trials, engines={"asked": "auto", "setups": described}))


def said(manifest: Manifest, t: Catalogue) -> list[str]:
    return [phrase.texts["en"].striptags() for phrase in describe_engines(manifest, t)]


def test_an_engine_is_told_with_its_proof_and_the_listed_code_with_the_reason(t: Catalogue) -> None:
    manifest = trained_by(
        ("comparison", "Muon", "textbook", "rule"),
        ("comparison", "SGD", "compiled", ""),
        ("tuned", "Adam", "compiled", ""),
    )
    assert is_another(manifest)
    compiled, textbook = said(manifest, t)
    assert compiled.startswith("A compiled engine trained SGD and Adam: ")
    assert "both took 41 steps" in compiled  # as many as each setup took at least
    assert "closest to its limit was 1.2e-07 (limit: 3.8e-06" in compiled
    assert textbook == (
        "The listed code itself trained Muon, step by step: the optimizer does not do the same to every"
        " number of a parameter."
    )
    assert [phrase.plain() for phrase in list_engines(manifest, t)] == [
        "編譯引擎：SGD 與 Adam compiled engine: SGD and Adam",
        "列出的程式碼：Muon（優化器並非對參數的每個數值做相同的運算） listed code: Muon"
        " (the optimizer does not do the same to every number of a parameter)",
    ]
    chinese = [phrase.texts["zh-Hant"].striptags() for phrase in describe_engines(manifest, t)]
    assert chinese[0].startswith("SGD 與 Adam 由編譯引擎訓練：")
    assert "各走 41 步" in chinese[0]
    assert chinese[1] == "Muon 由列出的程式碼本身逐步訓練：優化器並非對參數的每個數值做相同的運算。"


def test_a_label_that_both_have_trained_is_told_with_its_stage(t: Catalogue) -> None:
    manifest = trained_by(
        ("comparison", "SGD", "textbook", "little_work"),
        ("comparison", "Adam", "textbook", "little_work"),
        ("tuned", "SGD", "compiled", ""),
    )
    compiled, textbook = said(manifest, t)
    assert compiled.startswith("A compiled engine trained SGD (full training): ")
    assert textbook.startswith(
        "The listed code itself trained SGD (shared settings) and Adam, step by step: so few steps"
    )


def test_where_the_textbook_was_asked_for_no_reason_is_told(t: Catalogue) -> None:
    manifest = trained_by(("comparison", "SGD", "textbook", ""), ("tuned", "SGD", "textbook", ""))
    assert not is_another(manifest)
    assert said(manifest, t) == ["The listed code itself trained SGD, step by step."]


def test_what_another_version_wrote_is_told_all_the_same(t: Catalogue) -> None:
    manifest = trained_by(("comparison", "SGD", "quantum", ""), ("tuned", "Adam", "textbook", "the moon"))
    another, textbook = said(manifest, t)
    assert another.startswith("An engine other than the listed code trained SGD.")
    assert textbook.endswith("trained Adam, step by step: for a reason unknown to this version.")


def test_records_of_a_time_with_the_textbook_alone_say_nothing(t: Catalogue) -> None:
    manifest: Any = read_manifest(a_whole_manifest([a_trial("comparison", "SGD", 0)]))
    assert said(manifest, t) == []
    assert not is_another(manifest)


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_is_told_in_both_languages_as_errors_say_it(reason: str, t: Catalogue) -> None:
    phrase = t(f"engine_reason.{reason}")
    assert html.unescape(str(phrase.texts["en"])).replace("’", "'") == REASONS[reason]
    assert phrase.texts["zh-Hant"] != phrase.texts["en"]
