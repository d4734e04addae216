"""What an executor is: whoever trains single trials somewhere, on this machine or on others."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Any, Protocol, Self

from reportgen.execution import environment
from reportgen.execution.compiler import compiler_versions
from reportgen.execution.devices import describe_accelerator
from reportgen.execution.worker import DataSettings, Workplace, train_trial
from reportgen.training import EpochRow, Record, Trial
from reportgen.training.engines.choice import COMPILED


@dataclass(frozen=True)
class Task:
    """One trial to train, or to go on with where its checkpoints stand.

    place: its number, which no other task of this program has. data: where the images are, and how they are
    split; workplace: the trial's own folder.
    """

    place: int
    trial: Trial
    data: DataSettings
    workplace: Workplace


@dataclass(frozen=True)
class Trained:
    """What comes of a task: the trial's record, and what it was trained on."""

    record: Record
    environment: dict[str, Any]


class Executor(Protocol):
    """Trains tasks side by side, each in a worker. A worker that dies takes no other task with it.

    It is used as a context manager, over as many rounds of tasks as there are. What it needs it starts or
    connects to with the first task, so that whoever has nothing to train needs nothing.
    """

    def __enter__(self) -> Self:
        """Return this executor."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all workers. No task is left by then, but after `cancel`."""
        ...

    def submit(self, task: Task) -> Future[Trained]:
        """Return what is to come of a task; it may be waited for with `concurrent.futures.wait`.

        Raises:
            UserError: There is no getting to the workers.
        """
        ...

    def heard(self) -> Iterable[tuple[int, EpochRow | str]]:
        """Return what workers have said since the last call, by the tasks' places: rows and notices."""
        ...

    def explain_death(self, error: BaseException) -> str | None:
        """Return in a few words how the worker died whose task ended with this error.

        Returns:
            Half a sentence, such as "its process was killed"; None where the task itself has failed.
        """
        ...

    def cancel(self) -> None:
        """Stop all that is queued and running, without waiting for it. No task is submitted afterwards."""
        ...


def carry_out(task: Task, say: Callable[[EpochRow | str], None], *, names_machine: bool = False) -> Trained:
    """Train a task in this process: what every worker does, wherever it is.

    Args:
        task: What is trained.
        say: Called with the row of every epoch, and with every line for the user.
        names_machine: Whether what it was trained on includes the machine's name, where there are several.
    """
    record = train_trial(task.trial, task.data, task.workplace, say, say)
    machine = {"machine": platform.node()} if names_machine else {}
    return Trained(record, {**environment_of(task), **machine})


def environment_of(task: Task) -> dict[str, Any]:
    """Return what a task is trained on in this process."""
    setup = task.trial.setup
    compiled_by = compiler_versions() if setup.engine == COMPILED else {}
    return {**describe_environment(), **compiled_by, **describe_accelerator(setup.device)}


@cache
def describe_environment() -> dict[str, Any]:
    """Return what this process trains on: versions, processor, system; do not change it."""
    return {
        **environment.versions(),
        **environment.device(),
        "instructions": environment.machinery()["processor"],
    }
