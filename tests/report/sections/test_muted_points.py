"""A muted point is shown as muted with its reason and facts, counts for nothing, and verify looks for it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from reportgen.analysis.audit.facts import Fact
from reportgen.analysis.audit.points import Point
from reportgen.records import run_folder
from reportgen.report.context import compose_run
from reportgen.report.sections.audit_points import claim_points, describe_point, summarize
from reportgen.report.templates.loading import words_in
from reportgen.report.words.catalogue import Catalogue
from reportgen.report.words.recorded import with_recorded

REASON = "the course gives all rates <as they are>"
SHOWN = "the course gives all rates &lt;as they are&gt;"


@pytest.fixture(scope="module")
def t() -> Catalogue:
    return words_in(("zh-Hant", "en"))


def length(passed: bool | None, muted: str = "") -> Point:
    key = {True: "gradient_true", False: "gradient_off", None: "gradient_unknown"}[passed]
    values = {"parameters": 4, "largest": "1e-08", "setup": "Adam", "parameter": "w1", "factor": "1/2"}
    values |= {"stage": "comparison", "off": 1, "of": 4}
    return Point("true_gradient", (Fact(key, passed, values),), muted)


def rate(muted: str = "") -> Point:
    return Point("own_rate", (Fact("rate_shared", False, {"rate": 0.1}),), muted)


def test_what_is_muted_counts_neither_as_holding_nor_as_failing(t: Catalogue) -> None:
    summary = summarize([rate(REASON), length(True)], t)
    assert summary.texts["en"] == (
        "Fairness audit: 1 of 2 applicable conditions holds. Muted by the author and not counted as"
        f" holding: 1 (RG006 Learning rate tuned for each: “{SHOWN}”)."
    )
    assert summary.texts["zh-Hant"] == (
        "公平性檢查：適用的 2 項條件中有 1 項成立。作者略過、不計為成立的有 1 項"
        f"（RG006 各自調校的學習率，理由：「{SHOWN}」）。"
    )


def test_what_fails_is_named_beside_what_is_muted(t: Catalogue) -> None:
    summary = summarize([rate(), length(True, REASON)], t)
    failed, muted = summary.texts["en"].split(" Muted by the author ")
    assert (
        failed == "Fairness audit: 1 of 2 applicable conditions does not hold (RG006 Learning rate tuned for"
        " each)."
    )
    assert muted == f"and not counted as holding: 1 (RG007 Gradients of the true length: “{SHOWN}”)."


def test_what_does_not_apply_needs_no_muting_on_the_first_page(t: Catalogue) -> None:
    summary = summarize([length(None, REASON), rate()], t)
    assert "the course" not in summary.texts["en"]


@pytest.mark.parametrize(("passed", "mark"), [(True, "(✓)"), (False, "(✗)"), (None, "–")])
def test_a_muted_point_keeps_its_facts(t: Catalogue, passed: bool | None, mark: str) -> None:
    point = length(passed, REASON)
    row = describe_point(point, t)
    assert (row["code"], row["mark"], row["kind"]) == ("RG007", mark, "none" if passed is None else "muted")
    assert row["evidence"] == describe_point(length(passed), t)["evidence"]
    assert row["reason"].texts["en"] == f"Muted by the author: “{SHOWN}”"
    claims = [claim.text for claim in claim_points([point], t)]
    assert claims[0].startswith("RG007 ")
    assert f"Muted by the author: “{REASON}”" in claims
    assert row["evidence"].texts["en"].striptags() in claims


def test_a_report_prints_the_reason_on_its_first_page_and_in_its_section(tiny_run: Path) -> None:
    records = run_folder.read(tiny_run)
    experiment = records.manifest_json["experiment"]
    settings = experiment["settings"] | {"audit": {"muted": {"RG006": REASON}}}
    manifest = records.manifest_json | {"experiment": experiment | {"settings": settings}}
    muted = dataclasses.replace(records, manifest_json=manifest)
    words = with_recorded(words_in(("zh-Hant", "en")), records.manifest.optimizers)
    claims = list(compose_run(muted, words, "0" * 64).claims)
    assert [claim.front for claim in claims if REASON in claim.text and "RG006" in claim.text] == [True, True]
    assert [claim.kind for claim in claims if REASON in claim.text and not claim.front] == ["audit", "audit"]
    loud = compose_run(records, words, "0" * 64).claims
    assert not any(REASON in claim.text for claim in loud)
