"""Trials that an earlier run had trained are said to be so, with what they ran on where that differs."""

from __future__ import annotations

from typing import Any

import pytest

from reportgen.records.manifest import DescribedDevice, Engines, Manifest, RunExperiment, read_description
from reportgen.report.sections.appendix import command_of, kept_trials, where_trained
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
    assert said(t, True, False, True) == [("Trials reused from earlier runs", "2 / 3")]


def test_another_machine_or_version_is_named(t: Catalogue) -> None:
    assert said(t, True, False, processor="another", torch="2.8")[1] == (
        "Of these, trained with",
        "torch 2.8, processor another",
    )


def who_trained(t: Catalogue, *trained_on: dict[str, Any], **device: Any) -> list[tuple[str, str]]:
    """What is said of a run whose second machine trained two trials, and every other one a single trial."""
    here = {"torch": "2.9", "numpy": "2.0", "processor": "this one", "cores": 2}
    trained_at = (1, *range(len(trained_on))) if len(trained_on) > 1 else (0,)
    run = Manifest.model_construct(
        versions=HERE["versions"],
        device=DescribedDevice.model_validate(HERE["device"] | device),
        trained_on=tuple(here | other for other in trained_on),
        trained_at=trained_at,
        reused=tuple(False for _ in trained_at),
    )
    assert kept_trials(run, t) == []
    return [(name.plain(), value) for name, value in where_trained(run, t)]


def test_what_a_cluster_trained_is_said_with_what_was_other_there(t: Catalogue) -> None:
    machines = ({"machine": "a"}, {"machine": "b", "torch": "2.8"}, {})
    assert who_trained(t, *machines, executor="dask", workers=None) == [
        ("Cluster used for training", "Dask"),
        ("Machine of 1 trial", "a"),
        ("Machine of 2 trials", "b, torch 2.8"),
    ]


def test_of_this_machine_only_the_number_of_workers_is_said(t: Catalogue) -> None:
    assert who_trained(t, {}) == [("Parallel processes", "1")]


def test_a_card_that_trained_is_named(t: Catalogue) -> None:
    assert who_trained(t, {"accelerator": "A card"}, accelerator="A card")[0] == (
        "Graphics card used for training",
        "A card",
    )


@pytest.mark.parametrize(
    ("asked", "accelerator", "words"),
    [
        ("auto", None, []),
        ("textbook", None, ["--engine", "textbook"]),
        ("batched", "A card", ["--engine", "batched", "--device", "cuda"]),
    ],
)
def test_the_command_trains_by_the_same_engine_on_the_same_device(
    asked: str, accelerator: str | None, words: list[str]
) -> None:
    run = Manifest.model_construct(
        experiment=RunExperiment.model_construct(file="mine.toml", options=("--seeds", "2")),
        engines=Engines(asked=asked, setups=()),
        device=DescribedDevice.model_validate(HERE["device"] | {"accelerator": accelerator}),
    )
    assert command_of(run) == ["reportgen", "run", "mine.toml", "--seeds", "2", *words]


def test_what_a_cluster_trained_before_is_counted_and_named_once(t: Catalogue) -> None:
    assert said(t, True, True, machine="a", torch="2.8") == [("Trials reused from earlier runs", "2 / 2")]
