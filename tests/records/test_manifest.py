"""manifest.json as types: what stands there comes back, and another version's is read as far as it goes."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from reportgen.execution.executors.choosing import ExecutorOptions
from reportgen.execution.prepare import prepare
from reportgen.execution.run import run
from reportgen.execution.trials import TrainingOptions
from reportgen.experiment.reading import Source, read
from reportgen.planning.plan import plan
from reportgen.records import run_folder
from reportgen.records.manifest import (
    Manifest,
    check_trials,
    checked,
    describe,
    read_description,
    read_manifest,
)
from reportgen.records.run_folder import RunRecords
from tests.helpers.manifests import a_manifest, a_trial, a_whole_manifest

TEXT = """
title = { zh-Hant = "種類", en = "Kinds" }
course = "A course"
[data]
source = "digits"
train = 60
validation = 30
test = 40
[comparison]
subset = 40
hidden = [6]
batch_size = 7
epochs = 2
seeds = [3, 1]
schedule = { name = "step", at = [1], factor = 0.5 }
optimizers = [
  { name = "SGD", learning_rate = 1 },
  { name = "Adam", learning_rate = 0.01, beta2 = 0.9, label = "mine" },
]
[tuned]
hidden = [8]
batch_size = 7
epochs = 1
augmentation = { flip = true }
optimizer = { name = "SGD_Momentum", learning_rate = 0.05 }
[search.tuned]
trials = 2
space = { hidden = [[8], [4, 4]] }
[found.comparison]
experiment = "elsewhere"
method = "grid"
trials = 5
seeds = [1000]
epochs = 2
space = "SGD: learning_rate from 0.0001 to 1 (log)"
[defects]
hidden_list_grows = true
[ablation]
seeds = [1]
"""
"""Every table that an experiment can have, and each kind of value."""


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> RunRecords:
    """Those of a run that was really made."""
    folder = tmp_path_factory.mktemp("kinds")
    (folder / "kinds.toml").write_text(TEXT, encoding="utf-8")
    source = Source("kinds", folder / "kinds.toml", TEXT, read(folder / "kinds.toml"))
    training = TrainingOptions(ExecutorOptions(workers=1))
    return run(prepare(source), folder / "out", training=training, languages=["en"], proofs=[]).records


@pytest.fixture
def content(records: RunRecords) -> dict[str, Any]:
    """A manifest.json as JSON, to be changed."""
    return copy.deepcopy(records.manifest_json)


def test_the_experiment_of_a_run_is_the_one_of_its_file(records: RunRecords, tmp_path: Path) -> None:
    (tmp_path / "kept.toml").write_text(records.experiment_text, encoding="utf-8")
    settings = records.manifest.experiment.settings
    assert settings.model_dump() == read(tmp_path / "kept.toml").model_dump()


def test_the_trials_of_a_run_are_those_that_were_planned(records: RunRecords) -> None:
    manifest = records.manifest
    asked = [trial for trial in plan(manifest.experiment.settings, 10) if trial.setup.stage != "tuned"]
    recorded = [trial for trial in manifest.trials if trial.setup.stage != "tuned"]
    assert [trial.model_dump() for trial in recorded] == [asdict(trial) for trial in asked]
    assert recorded[3].setup.hidden == (6, 10)  # as it grew
    (tuned,) = [trial for trial in manifest.trials if trial.setup.stage == "tuned"]
    best = json.loads(records.search.loc[records.search["chosen"], "settings"].iloc[0])
    assert list(tuned.setup.hidden) == best["hidden"]
    assert len(manifest.evidence or ()) == len(manifest.parameter_shapes) == len(manifest.trials) == 9


def test_a_manifest_that_is_read_and_kept_again_has_the_same_bytes(
    records: RunRecords, tmp_path: Path
) -> None:
    folders = []
    for name in ("first", "second"):
        with run_folder.partial_folder(tmp_path / "x") as partial:
            folders.append(run_folder.keep(records, partial, name))
        records = run_folder.read(folders[-1])
        assert records.manifest.run == records.description.run
    first, second = ((folder / "manifest.json").read_bytes() for folder in folders)
    assert first == second
    assert json.loads(first) == records.manifest_json


def test_types_leave_nothing_out(records: RunRecords, content: dict[str, Any]) -> None:
    """Each value, written from the types as JSON, is the one that was read."""
    written = json.loads(records.manifest.model_dump_json(by_alias=True, exclude_unset=True))
    assert written == content


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (lambda manifest: manifest, "run"),
        (lambda manifest: manifest.trials[0], "seed"),
        (lambda manifest: manifest.trials[0].setup, "epochs"),
        (lambda manifest: manifest.experiment.settings.comparison, "seeds"),
        (lambda manifest: manifest.data.images_by_class, "test"),
    ],
    ids=["manifest", "trial", "setup", "stage", "data"],
)
def test_what_was_read_cannot_be_changed(
    records: RunRecords, part: Callable[[Manifest], Any], name: str
) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(part(records.manifest), name, 3)


# ---------------------------------------------------------------- what other versions wrote


def at(content: Any, way: tuple[str | int, ...]) -> Any:
    """What stands in a manifest.json at a place."""
    for key in way:
        content = content[key]
    return content


PLACES: list[tuple[str | int, ...]] = [
    (),
    ("experiment",),
    ("experiment", "settings"),
    ("experiment", "settings", "title"),
    ("experiment", "settings", "comparison"),
    ("experiment", "settings", "comparison", "schedule"),
    ("experiment", "settings", "defects"),
    ("experiment", "settings", "search", "tuned", "space", "hidden"),
    ("data",),
    ("data", "images_by_class"),
    ("trials", 0),
    ("trials", 0, "setup"),
    ("trials", 0, "setup", "augmentation"),
    ("trials", 0, "defects"),
    ("evidence", 0),
    ("device",),
    ("times",),
]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_keys_of_a_later_version_are_kept_and_change_nothing(
    records: RunRecords, content: dict[str, Any], place: tuple[str | int, ...]
) -> None:
    at(content, place)["further"] = [1, {"more": None}]
    later = replace(records, manifest_json=checked(content))
    assert later.manifest_json == content
    assert later.description.run == records.description.run
    written = later.manifest.model_dump(mode="json", by_alias=True, exclude_unset=True)
    at(written, place).pop("further", None)
    assert written == records.manifest_json


def test_a_manifest_of_an_earlier_version_has_defaults_for_what_it_lacks(content: dict[str, Any]) -> None:
    for name in ("format", "reused", "trained_on", "trained_at", "code", "evidence", "kept_trials"):
        del content[name]
    del content["experiment"]["options"], content["data"]["duplicates"]
    manifest = read_manifest(checked(content))
    assert (manifest.reused, manifest.trained_on, manifest.kept_trials) == ((), (), ())
    assert (manifest.code, manifest.evidence, manifest.data.duplicates) == (None, None, None)
    assert manifest.experiment.options == ()
    with pytest.raises(ValueError, match="evidence: 0 for the 9 trials"):
        check_trials(manifest, 9)


def test_layers_that_a_defect_added_may_be_more_than_a_file_may_ask_for() -> None:
    grown = [6] * 30
    content = a_whole_manifest([a_trial("comparison", "SGD", 0, hidden=grown)])
    assert list(read_manifest(content).trials[0].setup.hidden) == grown
    content["experiment"]["settings"]["comparison"]["hidden"] = grown
    with pytest.raises(ValueError, match=r"experiment\.settings\.comparison\.hidden"):
        read_manifest(content)


def test_what_every_reader_relies_on_is_enough_to_be_described() -> None:
    few = a_manifest(further={"a": [1]})
    description = read_description(checked(few))
    assert (description.run, description.device.workers, description.experiment.settings.title.en) == (
        "run", 1, "Comparing optimizers",
    )  # fmt: skip
    with pytest.raises(ValueError, match=r"^manifest\.json, experiment\.settings"):
        read_manifest(few)


def test_a_description_is_the_manifest_without_its_trials(content: dict[str, Any]) -> None:
    short = describe(content)
    assert content.keys() - short.keys() == {
        "trials", "parameter_shapes", "evidence", "reused", "trained_at", "kept_trials", "checks", "engines",
        "optimizers", "found_searches",
    }  # fmt: skip
    description = read_description(short)
    assert json.loads(description.model_dump_json(by_alias=True, exclude_unset=True)) == short


# ---------------------------------------------------------------- what cannot be


REFUSED: dict[tuple[str | int, ...], object] = {
    ("experiment", "settings", "comparison", "epochs"): 0,
    ("experiment", "settings", "comparison", "schedule"): {"name": "cosine", "at": [1.0]},
    ("experiment", "settings", "data"): {"source": "digits", "path": "x"},
    ("data", "classes", 1): 1,
    ("data", "image_shape"): [8, 8],
    ("data", "images_by_class", "test", 0): 0.5,
    ("trials", 2, "seed"): "0",
    ("trials", 0, "setup"): None,
    ("trials", 0, "setup", "schedule", "name"): "x",
    ("trials", 0, "defects", "hidden_list_grows"): 1,
    ("parameter_shapes", 1, "w1"): 3,
    ("evidence", 0, "samples"): "all",
    ("checks",): 7,
    ("device", "system"): None,
}


@pytest.mark.parametrize("place", REFUSED, ids=lambda place: ".".join(map(str, place)))
def test_what_no_report_can_be_made_of_is_refused_in_one_line(
    content: dict[str, Any], place: tuple[str | int, ...]
) -> None:
    at(content, place[:-1])[place[-1]] = REFUSED[place]
    with pytest.raises(ValueError, match=r"^manifest\.json, ") as refused:
        read_manifest(content)
    assert f"manifest.json, {'.'.join(map(str, place))}" in str(refused.value)
    assert "\n" not in str(refused.value)


UNSAID: list[tuple[str | int, ...]] = [
    ("experiment", "settings", "defects"),
    ("experiment", "settings", "ablation"),
    ("experiment", "settings", "comparison", "l2"),
    ("experiment", "settings", "comparison", "seeds"),
    ("experiment", "settings", "tuned", "augmentation", "shift"),
    ("experiment", "settings", "found", "comparison", "at_edge"),
    ("trials", 0, "setup", "reads_test"),
    ("trials", 0, "setup", "dtype"),
    ("trials", 1, "setup", "schedule", "factor"),
    ("trials", 2, "defects", "hidden_list_grows"),
]


@pytest.mark.parametrize("place", UNSAID, ids=lambda place: ".".join(map(str, place)))
def test_what_was_asked_for_is_not_made_up(content: dict[str, Any], place: tuple[str | int, ...]) -> None:
    """A file may leave it out, and its default counts; a record writes every default out."""
    *table, name = place
    del at(content, place[:-1])[name]
    with pytest.raises(ValueError, match=r"is missing$") as refused:
        read_manifest(content)
    assert str(refused.value) == f"manifest.json, {'.'.join(map(str, table))}: {name} is missing"


@pytest.mark.parametrize(("stage", "lacks"), [("tuned", "tuned"), ("equally tuned", "comparison")])
def test_trials_of_a_stage_that_was_not_asked_for_are_refused(stage: str, lacks: str) -> None:
    content = a_whole_manifest([a_trial(stage, "SGD", 0)])
    assert read_manifest(content).trials[0].setup.stage == stage
    content["experiment"]["settings"][lacks] = None
    with pytest.raises(ValueError, match=f"has trials of the stage {stage}, which the experiment lacks"):
        read_manifest(content)
