"""Trials that an earlier run had trained are said to be so, with what they ran on where that differs."""

from __future__ import annotations

from typing import Any

import pytest

from reportgen.records.manifest import read_description
from reportgen.report.sections.appendix import kept_trials
from reportgen.report.templates.loading import words_in
from reportgen.report.words.catalogue import Catalogue
from tests.helpers.manifests import a_manifest

HERE: dict[str, Any] = {
    "versions": {"torch": "2.9", "numpy": "2.0"},
    "device": {"processor": "this one", "cores": 2, "workers": 1},
}


@pytest.fixture(scope="module")
def t() -> Catalogue:
    return words_in(["en"])


def said(t: Catalogue, *reused: bool, **other: str) -> list[tuple[str, str]]:
    here = {"torch": "2.9", "numpy": "2.0", "processor": "this one", "cores": 2}
    run = a_manifest(**HERE, reused=list(reused), trained_on=[here, here | other])
    return [(name.plain(), value) for name, value in kept_trials(read_description(run), t)]


def test_a_run_that_trained_everything_itself_says_nothing(t: Catalogue) -> None:
    assert said(t, False, False, processor="another") == []


def test_trials_kept_from_the_same_machine_are_counted(t: Catalogue) -> None:
    assert said(t, True, False, True) == [("Trials kept from earlier runs", "2 / 3")]


def test_another_machine_or_version_is_named(t: Catalogue) -> None:
    assert said(t, True, False, processor="another", torch="2.8")[1] == (
        "Some of them trained with",
        "torch 2.8, processor another",
    )
