"""What is made of an executor's answers, whichever it is: here one that trains in this process, and dies."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from reportgen.data import DataError
from reportgen.errors import UserError
from reportgen.execution.executors.executor import Task, Trained, carry_out
from reportgen.execution.worker import DataSettings, load_data
from reportgen.training import EpochRow
from tests.helpers.trainings import Training, make_trials, train


class DiedError(Exception):
    """A worker died."""


class Dying:
    """An executor whose workers die or fail as the tasks' seeds say, before they have trained.

    deaths: by seed, how often its worker dies. failing: the seed whose task fails by itself.
    """

    def __init__(self, deaths: dict[int, int], failing: int | None = None) -> None:
        self.deaths, self.failing = dict(deaths), failing
        self.submitted: list[int] = []
        self.said: list[tuple[int, EpochRow | str]] = []
        self.canceled = self.closed = False

    def __enter__(self) -> Dying:
        return self

    def __exit__(self, *_: object) -> None:
        self.closed = True

    def submit(self, task: Task) -> Future[Trained]:
        seed = task.trial.seed
        self.submitted.append(seed)
        future: Future[Trained] = Future()
        if seed == self.failing:
            future.set_exception(DataError("the images are gone"))
        elif self.deaths.get(seed):
            self.deaths[seed] -= 1
            future.set_exception(DiedError())
        else:
            trained = carry_out(task, lambda said: self.said.append((task.place, said)))
            self.said.append(
                (task.place + 1_000_000, trained.record.epochs[0])
            )  # a late one of a task before
            future.set_result(trained)
        return future

    def heard(self) -> Iterable[tuple[int, EpochRow | str]]:
        said, self.said = self.said, []
        return said

    def explain_death(self, error: BaseException) -> str | None:
        return "its worker fell over" if isinstance(error, DiedError) else None

    def cancel(self) -> None:
        self.canceled = True


@pytest.fixture(scope="module")
def data() -> DataSettings:
    return load_data(DataSettings("digits", None, None, 60, 30, 40, None, False)).settings


def carry_on(executor: Dying, data: DataSettings, folder: Path, **heard: Any) -> Training:
    return train(make_trials(2)[:2], data, folder, executor, **heard)


def test_each_trial_is_tried_twice_at_most_and_every_one_that_is_lost_is_named(
    data: DataSettings, tmp_path: Path
) -> None:
    trained: list[tuple[int, int]] = []
    executor = Dying({0: 2})
    with pytest.raises(UserError) as caught:
        carry_on(executor, data, tmp_path, on_epoch=lambda so_far: trained.append(at_end(so_far)))
    assert str(caught.value) == (
        "a trial was given up, whose worker ended twice: SGD, seed 0 (its worker fell over). All others are"
        " kept: the same command trains only what is missing, with fewer --workers if memory is short"
    )
    assert sorted(executor.submitted) == [0, 0, 1]
    assert trained == [(1, 1), (1, 2)]
    assert not executor.canceled

    executor = Dying({0: 2, 1: 9})
    with pytest.raises(UserError, match=r"^2 trials were given up.* SGD, seed 0 \(.* SGD, seed 1 \("):
        carry_on(executor, data, tmp_path)
    assert sorted(executor.submitted) == [0, 0, 1, 1]


def at_end(training: Training) -> tuple[int, int]:
    """The trial and the epoch that were heard of last."""
    place, row = training.rows[-1]
    return place, row.epoch


def test_one_death_is_said_and_changes_nothing(data: DataSettings, tmp_path: Path) -> None:
    once = carry_on(Dying({1: 1}), data, tmp_path)
    never = carry_on(Dying({}), data, tmp_path)
    assert once.numbers == never.numbers
    assert once.notices == ["SGD, seed 1: its worker fell over: the trial is tried once more"]
    assert never.notices == []
    assert [(place, row.epoch) for place, row in never.rows] == [(0, 1), (0, 2), (1, 1), (1, 2)]


def test_a_task_that_fails_by_itself_is_not_tried_again_and_ends_all(
    data: DataSettings, tmp_path: Path
) -> None:
    executor = Dying({}, failing=1)
    with pytest.raises(DataError, match="the images are gone"):
        carry_on(executor, data, tmp_path)
    assert executor.submitted.count(1) == 1
    assert executor.canceled
    assert executor.closed


def test_what_takes_longest_is_begun_first(data: DataSettings, tmp_path: Path) -> None:
    short, long = make_trials(1)[0], make_trials(3)[1]
    executor = Dying({})
    training = train([short, long], data, tmp_path, executor)
    assert executor.submitted == [1, 0]
    assert [record.trial for record in training.records] == [short, long]
