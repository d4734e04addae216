"""A worker of this machine that is killed, hangs or vanishes costs at most the trial that it trained."""

from __future__ import annotations

import multiprocessing
import signal
from pathlib import Path

import pytest

from reportgen.execution.executors import worker_process
from reportgen.execution.executors.executor import Task
from reportgen.execution.executors.local import LocalExecutor
from reportgen.execution.worker import DataSettings, Workplace, load_data
from tests.helpers.cli import Cli
from tests.helpers.dying_workers import let_worker_die
from tests.helpers.trainings import Training, make_trials, train

EPOCHS = 4
EXPERIMENT = """
title = "Killed"
[data]
source = "digits"
train = 60
validation = 30
test = 40
[comparison]
hidden = [8]
batch_size = 8
epochs = 2
seeds = 2
optimizers = [{ name = "SGD", learning_rate = 0.05 }, { name = "Adam", learning_rate = 0.01 }]
"""


@pytest.fixture(scope="module")
def data() -> DataSettings:
    return load_data(DataSettings("digits", None, None, 60, 30, 40, None, False)).settings


@pytest.fixture(scope="module")
def undisturbed(data: DataSettings, tmp_path_factory: pytest.TempPathFactory) -> Training:
    """What comes of the trials in this process."""
    return train(make_trials(EPOCHS)[:3], data, tmp_path_factory.mktemp("undisturbed"), None)


@pytest.mark.parametrize(
    "died",
    [
        (signal.SIGKILL, "its worker was killed, as it is where memory is short"),
        (signal.SIGSTOP, "its worker hung, without any work for 0.1 minutes"),
    ],
    ids=["killed", "hung"],
)
def test_a_trial_whose_worker_dies_once_goes_on_in_another(
    died: tuple[signal.Signals, str],
    data: DataSettings,
    undisturbed: Training,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent, death = died
    monkeypatch.setattr(worker_process, "SECONDS_WITHOUT_WORK", 6)
    monkeypatch.setattr(worker_process, "SECONDS_BETWEEN_LOOKS", 0.5)
    let_worker_die(monkeypatch, tmp_path / "fault", epoch=3, signal=sent, times=1)
    trials = make_trials(EPOCHS)[:3]
    disturbed = train(trials, data, tmp_path / "trials", LocalExecutor(2), seconds_between=0)
    assert disturbed.numbers == undisturbed.numbers
    assert disturbed.files == undisturbed.files
    (notice,) = disturbed.notices
    assert notice.endswith(f": {death}: the trial is tried once more")
    # every epoch was heard of once, and the seconds that it took are those of its first training
    victim = int((tmp_path / "fault" / "victim").readlink().name.removeprefix("trial"))
    rows = [row for place, row in disturbed.rows if place == victim]
    assert [row.epoch for row in rows] == [1, 2, 3, 4]
    assert rows[:2] == list(disturbed.records[victim].epochs[:2])
    assert not multiprocessing.active_children()


def test_a_trial_whose_worker_always_dies_is_given_up_and_the_others_are_kept(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reportgen.execution.proving.prove_formulas", lambda _: [])
    monkeypatch.setattr("reportgen.cli.run.report", lambda *_: None)
    (tmp_path / "x.toml").write_text(EXPERIMENT, encoding="utf-8")
    command = ("run", "x.toml", "--workers", 2, "--checkpoint-seconds", 0)
    with monkeypatch.context() as patch:
        let_worker_die(patch, tmp_path / "fault", epoch=1, signal=signal.SIGKILL, times=99)
        answer = cli(*command)
    assert answer.code == 1
    (error,) = (line for line in answer.err.splitlines() if line.startswith("reportgen: error: "))
    assert "a trial was given up, whose worker ended twice: " in error
    assert error.count("seed") == 1
    assert "the same command trains only what is missing" in error
    assert "Traceback" not in answer.out + answer.err
    assert sorted(path.name for path in (tmp_path / "fault").glob("victim*")) == [
        "victim", "victim0", "victim1"
    ]  # fmt: skip
    assert not list(tmp_path.glob("output/x/*"))
    answer = cli(*command)
    assert answer.code == 0
    assert "training: 1 trials (3 more are kept from before), 2 epochs" in answer.out + answer.err


def test_a_worker_that_died_between_two_tasks_is_replaced(data: DataSettings, tmp_path: Path) -> None:
    task = Task(7, make_trials(EPOCHS)[0], data, Workplace(tmp_path, False, 15))
    losses = []
    with LocalExecutor(1) as executor:
        for _ in range(2):
            losses.append(executor.submit(task).result().record.test.loss)
            assert [(place, row.epoch) for place, row in executor.heard()] == [(7, 1), (7, 2), (7, 3), (7, 4)]
            (worker,) = multiprocessing.active_children()
            worker.kill()
            worker.join()
    assert losses[0] == losses[1]
