"""What is kept of a run, and that it is kept whole or not at all."""

from __future__ import annotations

import errno
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reportgen.errors import UserError
from reportgen.execution import tables
from reportgen.files.atomic import point_link, write_bytes, write_text
from reportgen.records import run_folder
from reportgen.records.run_folder import Excerpt, RunRecords, partial_folder
from reportgen.training import EpochRow, Evidence, Record, Setup, TestResult, Trial
from tests.helpers.manifests import a_manifest
from tests.helpers.other_programs import (
    APART,
    OtherProgram,
    number_of_nobody,
    skip_where_processes_cannot_be_counted_apart,
)

NAMES = ("NA", "nan", "null", 'say "cat"', "a, b", "貓", "1e3", " edges ", "-", "True")


EVIDENCE = Evidence(
    initial_weights="0f",
    batch_order="f0",
    samples=60,
    distinct=60,
    validation_images=30,
    validation_distinct=30,
    gradient_scale={"w1": 1.0},
    test_readings=1.0,
    chosen_by="validation_loss",
)


def a_record(label: str, seed: int, *, diverged: bool = False) -> Record:
    random = np.random.default_rng(seed)
    rows = [EpochRow(epoch, *random.random(5).tolist(), seconds=0.1 + 1e-17) for epoch in (1, 2, 3)]
    if diverged:
        rows[-1] = replace(rows[-1], training_loss=math.nan, validation_loss=math.inf)
    setup = Setup(
        stage="comparison",
        label=label,
        optimizer="Adam",
        hyperparameters={"learning_rate": 0.1 + 0.2, "beta1": 0.9},
        hidden=(8, 4),
        batch_size=16,
        epochs=3,
        l2=1e-4,
        initial_std=None,
        dtype="float32",
        subset=None,
    )
    return Record(
        trial=Trial(setup, seed),
        epochs=tuple(rows),
        diverged=diverged,
        best_epoch=None if diverged else 2,
        test=None if diverged else TestResult(1 / 3, random.integers(0, 9, (len(NAMES), len(NAMES)))),
        parameter_shapes={"w1": (6, 8), "b1": (8,)},
        steps=12,
        evidence=EVIDENCE,
    )


SEARCH: list[tuple[Any, ...]] = [
    (
        *("tuned", "NA", 1000, 1, '{"learning_rate": 0.1}', 0.1),
        *("finished", 3, 2, 1 / 3, 0.7, 0.1 + 1e-17, True, "learning_rate, l2"),
    ),
    (
        *("tuned", "NA", 1000, 2, '{"learning_rate": 9.0}', 9.0),
        *("diverged", 1, None, None, None, 0.1, False, ""),
    ),
]


def run_records(records: list[Record]) -> RunRecords:
    return RunRecords(
        manifest_json=a_manifest(format=1, nested={"優化器": [1, None, 0.1]}),
        epochs=tables.epochs_table(records),
        results=tables.results_table(records),
        search=pd.DataFrame(SEARCH, columns=list(run_folder.SEARCH_COLUMNS)).assign(
            repeat=[0, 1], rung=[1, 0]
        ),
        confusion=tables.confusion_table(records, NAMES),
        sample_images=np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3, 1),
        sample_labels=np.array([1, 0]),
        excerpts={"Adam": Excerpt("class Adam:\n    # 註解\n", "reportgen/optim/adam.py", 11)},
        experiment_text='title = "優化器"\n',
    )


def keep(tmp_path: Path, records: RunRecords, run: str = "run") -> Path:
    with partial_folder(tmp_path / "small") as partial:
        return run_folder.keep(records, partial, run)


RECORDS = [
    a_record("Adam", 0),
    a_record("Adam", 1),
    a_record("NA", 0),
    a_record('a "b", c', 0, diverged=True),
    a_record("貓", 2),
]
KINDS = {"mixed": RECORDS, "all diverged": [RECORDS[3]], "one": RECORDS[:1]}


def test_a_search_of_an_older_version_was_made_once(tmp_path: Path) -> None:
    folder = keep(tmp_path, run_records(RECORDS))
    table = pd.read_csv(folder / "search.csv")
    table.drop(columns=["repeat", "rung"]).to_csv(folder / "search.csv", index=False)
    assert list(run_folder.read(folder).search["repeat"]) == [0, 0]
    assert list(run_folder.read(folder).search["rung"]) == [0, 0]
    table.assign(repeat=["first", "0.5"]).to_csv(folder / "search.csv", index=False)
    with pytest.raises(UserError, match="column repeat is not of whole numbers"):
        run_folder.read(folder)


@pytest.mark.parametrize("records", KINDS.values(), ids=KINDS)
def test_what_was_kept_is_read_again_to_the_last_digit(tmp_path: Path, records: list[Record]) -> None:
    kept = run_records(records)
    again = run_folder.read(keep(tmp_path, kept))
    for table in ("epochs", "results", "search", "confusion"):
        expected = getattr(kept, table)
        found = getattr(again, table)
        assert list(found.columns) == list(expected.columns)
        assert len(found) == len(expected)
        for column in expected:
            for one, other in zip(found[column], expected[column], strict=True):
                assert one == other or (pd.isna(one) and pd.isna(other)), (table, column)
    assert again.manifest_json == kept.manifest_json
    assert np.array_equal(again.sample_images, kept.sample_images)
    assert again.sample_images.dtype == np.uint8
    assert np.array_equal(again.sample_labels, kept.sample_labels)
    assert again.excerpts == kept.excerpts
    assert again.experiment_text == kept.experiment_text


def test_a_diverged_trial_has_empty_cells_and_no_confusion(tmp_path: Path) -> None:
    folder = keep(tmp_path, run_records(RECORDS))
    again = run_folder.read(folder)
    diverged = again.results[again.results["status"] == "diverged"]
    assert len(diverged) == 1
    empty = [
        "best_epoch",
        "training_loss",
        "validation_accuracy",
        "test_loss",
        "test_accuracy",
        "test_images",
    ]
    assert diverged[empty].isna().all(axis=None)
    assert not again.results[again.results["status"] == "finished"][empty].isna().any(axis=None)
    assert 'a "b", c' not in set(again.confusion["setup"])
    last = again.epochs[again.epochs["setup"] == 'a "b", c'].iloc[-1]
    assert np.isnan(last["training_loss"])
    assert np.isinf(last["validation_loss"])


def test_the_tables_say_what_the_records_say() -> None:
    record = RECORDS[0]
    result = tables.results_table([record]).iloc[0]
    best = record.epochs[1]
    confusion = record.test.confusion
    assert result["hidden"] == "8-4"
    assert result["hyperparameters"] == "beta1=0.9"
    assert result["learning_rate"] == 0.1 + 0.2
    assert (result["validation_loss"], result["training_accuracy"]) == (
        best.validation_loss,
        best.training_accuracy,
    )
    assert (result["test_correct"], result["test_images"]) == (np.trace(confusion), confusion.sum())
    assert result["test_accuracy"] == np.trace(confusion) / confusion.sum()
    assert (result["parameters"], result["steps"], result["epochs"]) == (6 * 8 + 8, 12, 3)
    cells = tables.confusion_table([record], NAMES)
    assert len(cells) == len(NAMES) ** 2
    of_cat_as_na = cells[(cells["true"] == "貓") & (cells["predicted"] == "NA")]["images"]
    assert of_cat_as_na.tolist() == [confusion[5, 0]]


def test_a_run_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail_half_way() -> None:
        with partial_folder(tmp_path / "small") as partial:
            (partial / "metrics.csv").write_text("half", encoding="utf-8")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert list((tmp_path / "small").iterdir()) == []


def test_a_run_is_nowhere_to_be_seen_before_it_is_whole(tmp_path: Path) -> None:
    with partial_folder(tmp_path / "small") as partial:
        write_text(partial / "manifest.json", "{}")
        assert run_folder.runs_in(tmp_path) == []
        assert partial.name.startswith(".")
        folder = run_folder.keep(run_records(RECORDS), partial, "run")
    assert run_folder.runs_in(tmp_path) == [folder]
    assert folder == tmp_path / "small" / "run"
    assert [path.name for path in (tmp_path / "small").iterdir()] == ["run"]


def test_runs_are_listed_oldest_first_and_the_link_only_once(tmp_path: Path) -> None:
    later = keep(tmp_path, run_records(RECORDS), "20260102-000000-a")
    earlier = keep(tmp_path, run_records(RECORDS), "20260101-000000-b")
    run_folder.point_latest(later)
    assert run_folder.runs_in(tmp_path) == [earlier, later]


AT_WORK = """
import os, sys
from pathlib import Path
from reportgen.records.run_folder import partial_folder
if sys.argv[2] != "own":
    os.getpid = lambda: int(sys.argv[2])
with partial_folder(Path(sys.argv[1])) as partial:
    (partial / "records" / "file").write_text("half")
    print("at work", flush=True)
    sys.stdin.readline()
    (partial / "records" / "file").write_text("whole")
    partial.rename(partial.parent / "run")
"""
TIDY = """
import sys
from pathlib import Path
from reportgen.records.run_folder import partial_folder
with partial_folder(Path(sys.argv[1])):
    pass
"""


def test_what_another_program_is_at_work_on_stays_whatever_its_number(tmp_path: Path) -> None:
    experiment = tmp_path / "small"
    with OtherProgram(AT_WORK, experiment, number_of_nobody()) as other:
        other.expect("at work")
        with partial_folder(experiment):
            pass
        other.go_on()
    assert (experiment / "run" / "records" / "file").read_text() == "whole"
    assert [path.name for path in experiment.iterdir()] == ["run"]


def test_what_another_container_is_at_work_on_stays(tmp_path: Path) -> None:
    skip_where_processes_cannot_be_counted_apart()
    experiment = tmp_path / "small"
    later = ["sh", "-c", 'for i in 1 2 3 4 5 6 7; do true | true; done; "$@"; exit $?', "sh"]
    with OtherProgram(AT_WORK, experiment, "own", before=[*APART, *later]) as other:
        other.expect("at work")
        subprocess.run([*APART, sys.executable, "-c", TIDY, str(experiment)], check=True)
        other.go_on()
    assert (experiment / "run" / "records" / "file").read_text() == "whole"


def test_what_killed_programs_left_goes_with_the_next_run(tmp_path: Path) -> None:
    experiment = tmp_path / "small"
    finished = keep(tmp_path, run_records(RECORDS[:1]))
    with OtherProgram(AT_WORK, experiment, "own") as other:
        other.expect("at work")
        other.kill()
    (experiment / ".pruned-old").mkdir()
    for name in (".report.html", "records/.summary.json"):
        part = finished / f"{name}.0123456789abcdef.part"
        part.write_text("half")
    assert any(path.name.startswith(".partial-") for path in experiment.iterdir())
    with partial_folder(experiment):
        pass
    assert list(experiment.iterdir()) == [finished]
    assert not list(finished.rglob(".*"))


def test_a_folder_that_cannot_be_made_whole_is_not_left_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mkdir = os.mkdir

    def full(path: str, *arguments: int) -> None:
        if Path(path).name == "records" and Path(path).parent.is_dir():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
        mkdir(path, *arguments)

    monkeypatch.setattr(os, "mkdir", full)
    with pytest.raises(UserError, match="No space left on device"), partial_folder(tmp_path / "small"):
        pass
    assert list((tmp_path / "small").iterdir()) == []


def test_latest_points_to_the_newest_run_from_anywhere(tmp_path: Path) -> None:
    latest = tmp_path / "small" / "latest"
    for run in ("first", "second"):
        folder = keep(tmp_path, run_records(RECORDS[:1]), run)
        run_folder.point_latest(folder)
        assert latest.resolve() == folder.resolve()
        assert str(latest.readlink()) == run  # relative: the folder can be moved
    assert sorted(path.name for path in (tmp_path / "small").iterdir()) == ["first", "latest", "second"]
    assert run_folder.read(latest).manifest_json["format"] == 1


@pytest.mark.parametrize("blocked", ["output", "output/small"])
def test_a_file_where_the_folder_should_be_is_one_line(tmp_path: Path, blocked: str) -> None:
    path = tmp_path / blocked
    path.parent.mkdir(exist_ok=True)
    path.write_text("in the way", encoding="utf-8")
    with pytest.raises(UserError) as caught, partial_folder(tmp_path / "output" / "small"):
        pass
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'output' / 'small'}: cannot be written (")
    assert "--output" in message
    assert "\n" not in message
    assert path.read_text(encoding="utf-8") == "in the way"


@pytest.mark.unprivileged
def test_a_read_only_folder_is_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UserError, match="cannot be written"), partial_folder(tmp_path / "small"):
        pass


DAMAGES = {
    "manifest.json": "{",
    "metrics.csv": None,
    "results.csv": "",
    "search.csv": "stage,setup\ntuned,Adam\n",
    "records/confusion.csv": None,
    "records/samples.npz": "no zip",
    "records/excerpts.json": '{"Adam": {"line": 1}}',
    "records/experiment.toml": None,
}


@pytest.mark.parametrize(("name", "content"), DAMAGES.items(), ids=DAMAGES)
def test_damaged_records_are_one_line(tmp_path: Path, name: str, content: str | None) -> None:
    folder = keep(tmp_path, run_records(RECORDS))
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        run_folder.read(folder)
    assert str(caught.value).startswith(f"{folder}: the run's records are damaged")
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_no_run_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is no run folder"):
        run_folder.read(tmp_path)


def test_a_file_is_written_whole_or_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_text(path, "優\n")
    assert path.read_bytes() == "優\n".encode()
    (tmp_path / "folder" / "inside").mkdir(parents=True)  # nothing can be renamed to this name
    with pytest.raises(OSError, match="directory"):
        write_bytes(tmp_path / "folder", b"content")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "folder"]
    with pytest.raises(OSError, match="directory"):
        point_link(tmp_path / "folder", "file")
    assert path.read_bytes() == "優\n".encode()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "folder"]
