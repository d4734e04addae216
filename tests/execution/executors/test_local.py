"""Trials side by side: the same numbers, every row reported, and an end whatever dies."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from reportgen.data import DataError
from reportgen.errors import UserError
from reportgen.execution.executors.choosing import ExecutorOptions, choose_executor
from reportgen.execution.executors.driving import execute
from reportgen.execution.executors.local import LocalExecutor
from reportgen.execution.prepare import data_settings
from reportgen.execution.worker import DataSettings, Workplace, load_data, splits_of
from reportgen.experiment.reading import Source
from reportgen.planning.plan import plan
from reportgen.training import EpochRow, Record, Trial
from reportgen.training.saved_classifier import load_classifier
from tests.helpers.project import ROOT

Make = Callable[..., Source]
ENDLESS = ("epochs = 2", "epochs = 100000")


def without_seconds(record: Record) -> dict[str, Any]:
    found = asdict(record)
    for name in ("confusion", "correct"):
        found["test"][name] = found["test"][name].tolist()
    for row in found["epochs"]:
        del row["seconds"]
    return found


def carry_out(
    source: Source, folder: Path, workers: int, on_epoch: Any, on_record: Any = lambda *_: None
) -> list[Record]:
    trials = plan(source.experiment, classes=10)
    return train(trials, data_settings(source.experiment, source.file), folder, workers, on_epoch, on_record)


def train(  # noqa: PLR0917 - as few lines as they allow
    trials: list[Trial],
    data: DataSettings,
    folder: Path,
    workers: int,
    on_epoch: Any = lambda *_: None,
    on_record: Any = lambda *_: None,
    *,
    on_notice: Any = print,
) -> list[Record]:
    executor = choose_executor(ExecutorOptions(workers=workers))
    with executor or contextlib.nullcontext():
        return execute(
            trials,
            data,
            executor=executor,
            workplaces=workplaces(folder, trials),
            on_epoch=on_epoch,
            on_trained=lambda place, trained: on_record(place, trained.record),
            on_notice=on_notice,
        )


def workplaces(folder: Path, trials: list[Trial]) -> list[Workplace]:
    return [Workplace(folder / str(n), trial.setup.stage == "tuned", 15) for n, trial in enumerate(trials)]


def test_two_workers_give_the_numbers_of_one_bit_for_bit(source: Make, tmp_path: Path, listener: Any) -> None:
    alone = carry_out(source(), tmp_path / "one", 1, listener.epoch)
    heard_alone = sorted(listener.rows)
    listener.rows.clear()
    together = carry_out(source(), tmp_path / "two", 2, listener.epoch)

    assert [without_seconds(r) for r in together] == [without_seconds(r) for r in alone]
    assert [r.trial for r in together] == plan(source().experiment, classes=10)  # in the plan's order
    every_row = [
        (place, epoch) for place, epochs in enumerate([2, 2, 2, 2, 3]) for epoch in range(1, epochs + 1)
    ]
    assert heard_alone == sorted(listener.rows) == every_row
    # only the tuned classifier is kept, and what can be looked at of it
    name = "4/model.safetensors"
    for folder in (tmp_path / "one", tmp_path / "two"):
        assert sorted(folder.rglob("*.*")) == [folder / "4/insight.npz", folder / name]
    assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert load_classifier(tmp_path / "one" / name).parameter_shapes() == alone[-1].parameter_shapes
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_record_is_told_once_after_all_its_epochs_whatever_its_end(
    source: Make, tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = source(
        ('"SGD", learning_rate = 0.05', '"SGD", learning_rate = 1e30'),  # diverges
        ("[tuned]\n", "[tuned]\nearly_stopping = 1\n"),
        ("epochs = 3", "epochs = 400"),
    )
    heard: list[tuple[int, int | Record]] = []

    def on_epoch(place: int, row: EpochRow) -> None:
        heard.append((place, row.epoch))

    def late(executor: LocalExecutor, said: Any = LocalExecutor.heard) -> Any:
        """What workers say arrives after the first record, as it may on a cluster."""
        return said(executor) if heard else ()

    monkeypatch.setattr(LocalExecutor, "heard", late)
    records = carry_out(made, tmp_path / "models", workers, on_epoch, lambda *told: heard.append(told))
    assert [record.diverged for record in records] == [True, True, False, False, False]
    assert len(records[-1].epochs) < 400
    for place, record in enumerate(records):
        told = [what for where, what in heard if where == place]
        assert told == [*range(1, len(record.epochs) + 1), record]


def test_a_subset_is_for_the_comparison_alone(source: Make) -> None:
    made = source(("[comparison]", "[comparison]\nsubset = 50"))
    splits = load_data(data_settings(made.experiment, made.file)).splits
    trials = plan(made.experiment, classes=10)
    sizes = [tuple(map(len, splits_of(trial, splits).by_name().values())) for trial in trials]
    assert sizes == [(40, 10, 40)] * 4 + [(60, 30, 40)]


def test_an_error_in_the_parent_ends_the_workers(source: Make, tmp_path: Path) -> None:
    heard: set[int] = set()

    def stop(place: int, _: object) -> None:
        heard.add(place)
        if len(heard) == 2:  # both are at work
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        carry_out(source(ENDLESS), tmp_path / "models", 2, stop)
    assert_soon(lambda: not multiprocessing.active_children(), "a worker lives on")


def test_an_error_in_a_worker_arrives_as_it_was(source: Make, tmp_path: Path) -> None:
    made = source(("[comparison]", "[comparison]\nsubset = 6000"))
    trials = plan(made.experiment, classes=10)
    settings = data_settings(made.experiment, made.file)
    with pytest.raises(DataError, match="subset = 6000"):
        train(trials, settings, tmp_path / "models", 2)


PROGRAM = """
import multiprocessing, sys
from pathlib import Path
from reportgen.experiment.reading import read
from reportgen.execution.executors.choosing import ExecutorOptions
from reportgen.execution.trials import TrainingOptions
from reportgen.experiment.reading import Source
from reportgen.execution.prepare import prepare
from reportgen.execution.run import run

class Watcher:
    def planned(self, trials, kept):
        self.said = False
    def epoch(self, place, row):
        if not self.said:
            self.said = True
            print(*(child.pid for child in multiprocessing.active_children()), flush=True)
    def ended(self, place):
        pass
    def notice(self, line):
        pass

file, output = map(Path, sys.argv[1:])
source = Source("small", file, file.read_text(), read(file))
training = TrainingOptions(ExecutorOptions(workers=2))
run(prepare(source), output, training=training, languages=["en"], watcher=Watcher())
"""


def test_a_killed_parent_leaves_no_worker_and_no_run(source: Make, tmp_path: Path, cache: Path) -> None:
    made = source(ENDLESS)
    output = tmp_path / "output"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "REPORTGEN_CACHE": str(cache)}
    parent = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, made.file, output],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        workers = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(workers) == 2, parent.stderr.read()
        assert all(map(runs, workers))
    finally:
        parent.kill()
        parent.communicate()
    assert_soon(lambda: not any(map(runs, workers)), "a worker outlives its parent")
    assert [folder.name for folder in (output / "small").iterdir() if folder.name[0] != "."] == []


def runs(process: int) -> bool:
    """Whether a process exists and is not just waiting to be buried."""
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def assert_soon(true: Callable[[], bool], otherwise: str) -> None:
    limit = time.monotonic() + 15
    while time.monotonic() < limit:
        if true():
            return
        time.sleep(0.05)
    raise AssertionError(otherwise)


def test_workers_take_no_other_images_for_those_that_were_meant(source: Make, tmp_path: Path) -> None:
    made = source()
    trials = plan(made.experiment, classes=10)
    meant = replace(data_settings(made.experiment, made.file), digest="0" * 64)
    for workers in (1, 2):
        with pytest.raises(UserError, match="the images have changed since this run began"):
            train(trials, meant, tmp_path / "models", workers)
