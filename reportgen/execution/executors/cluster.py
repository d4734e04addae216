"""What executors of a cluster have in common: the driver's side."""

from __future__ import annotations

import contextlib
import hashlib
import platform
import queue
from abc import ABC, abstractmethod
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from reportgen.data import Dataset
from reportgen.data.cache import write_entry
from reportgen.data.dataset import ARRAYS
from reportgen.errors import UserError, cannot_write
from reportgen.execution.executors.assignment import (
    BESIDE,
    DATA,
    Assignment,
    Delivery,
    describe_machinery,
    write_files,
)
from reportgen.execution.executors.executor import Task, Trained
from reportgen.execution.trial_key import digest_of_all
from reportgen.execution.worker import load_data
from reportgen.files.atomic import partial_folder
from reportgen.training import EpochRow
from reportgen.user_code.bubblewrap import find_bubblewrap


class ClusterExecutor(ABC):
    """Trains tasks on other machines: hands out assignments and takes in what is delivered.

    Data go to a node that lacks them, once. A worker that must not train is passed by, as long as there are
    others. What belongs into a trial's workplace is written there, where the worker could not do it.
    """

    def __init__(self) -> None:
        self._held = contextlib.ExitStack()
        self._folder: Path | None = None
        self._events: queue.SimpleQueue[tuple[int, EpochRow | str]] = queue.SimpleQueue()
        self._ended: queue.SimpleQueue[tuple[Assignment, Future[Trained], Future[Delivery]]] = (
            queue.SimpleQueue()
        )
        self._lines: set[str] = set()
        self._provided: set[tuple[str, str]] = set()

    def __enter__(self) -> Self:
        """Return this executor."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the cluster, and remove what was there for its workers."""
        self._held.close()
        self._folder = None

    def submit(self, task: Task) -> Future[Trained]:
        """Return what is to come of a task.

        Raises:
            UserError: There is no getting to the workers, or nothing can be written beside the workplaces.
        """
        if self._folder is None:
            self._folder = self._make_folder(task.workplace.folder.parent.resolve())
            self._connect(self._folder)
        future: Future[Trained] = Future()
        self._begin(self._assign(task, self._folder), future)
        return future

    def heard(self) -> Iterator[tuple[int, EpochRow | str]]:
        """Yield what workers have said since the last call; what several machines say alike, once.

        What was delivered meanwhile is taken in as well, so that one thread alone does all of it.
        """
        self._listen()
        with contextlib.suppress(queue.Empty):
            while True:
                self._end(*self._ended.get_nowait())
        with contextlib.suppress(queue.Empty):
            while True:
                place, said = self._events.get_nowait()
                if isinstance(said, str):
                    text = said.partition(": ")[2]
                    if text in self._lines:
                        continue
                    self._lines.add(text)
                yield place, said

    @abstractmethod
    def explain_death(self, error: BaseException) -> str | None:
        """Return in a few words how a worker died; None where the task itself has failed."""

    @abstractmethod
    def cancel(self) -> None:
        """Stop all that is queued and running, without waiting for it."""

    @abstractmethod
    def _connect(self, folder: Path) -> None:
        """Get to the workers; whatever is to be ended in the end is entered into `_held`."""

    @abstractmethod
    def _start(self, assignment: Assignment) -> Future[Delivery]:
        """Have an assignment carried out by a worker that may train it."""

    @abstractmethod
    def _send_data(self, dataset: Dataset, delivery: Delivery) -> None:
        """Bring the data to a node, or to where its next assignment gets them from."""

    @abstractmethod
    def _pass_by(self, delivery: Delivery) -> bool:
        """Give this worker nothing any more; return whether there are others."""

    @abstractmethod
    def _listen(self) -> None:
        """Take in what has come meanwhile, where that does not happen by itself."""

    def _make_folder(self, beside: Path) -> Path:
        try:
            beside.mkdir(parents=True, exist_ok=True)
            return self._held.enter_context(partial_folder(beside))
        except OSError as error:
            raise cannot_write(beside, error, "choose another folder with --output") from error

    def _assign(self, task: Task, folder: Path) -> Assignment:
        loaded = load_data(task.data)
        workplace = replace(task.workplace, folder=task.workplace.folder.resolve())
        return Assignment(
            task=replace(task, data=loaded.settings, workplace=workplace),
            beside={name: getattr(loaded.dataset, name) for name in BESIDE},
            code=digest_of_all([task.trial]),
            environment=describe_machinery(task.trial),
            confined=find_bubblewrap() is not None,
            folder=folder,
            origin=hashlib.sha256(f"{platform.node()}:{folder.parent}".encode()).hexdigest()[:16],
        )

    def _begin(self, assignment: Assignment, future: Future[Trained]) -> None:
        delivered = self._start(assignment)
        delivered.add_done_callback(lambda delivered: self._ended.put((assignment, future, delivered)))

    def _end(self, assignment: Assignment, future: Future[Trained], delivered: Future[Delivery]) -> None:
        """Take in what has come of an assignment; where that is no record yet, begin it again."""
        try:
            trained = self._take(assignment, delivered.result())
            if trained is None:
                self._begin(assignment, future)
            else:
                future.set_result(trained)
        except Exception as error:  # of the task, not of whoever listens
            future.set_exception(error)

    def _take(self, assignment: Assignment, delivery: Delivery) -> Trained | None:
        """What was delivered; None where the assignment has to be begun again, elsewhere or with the data."""
        task = assignment.task
        if delivery.error:
            raise UserError(*delivery.error)
        if delivery.refusal:
            self._events.put((task.place, f"{delivery.node}: it trains nothing: {delivery.refusal}"))
            if not self._pass_by(delivery):
                raise UserError(f"no worker may train: {delivery.refusal}")
        elif delivery.lacks_data:
            self._provide(load_data(task.data).dataset, delivery)
        if delivery.trained is None:
            return None
        write_files(delivery, task.workplace)
        return delivery.trained

    def _provide(self, dataset: Dataset, delivery: Delivery) -> None:
        """Let a node have the data: all that share the driver's folder at once, any other by itself."""
        provided = (delivery.node, dataset.digest)
        if not delivery.shared and provided not in self._provided:  # for another of its workers
            # what is mapped from a file here is none of a file there
            arrays: dict[str, Any] = {name: np.asarray(getattr(dataset, name)) for name in ARRAYS}
            self._send_data(replace(dataset, **arrays), delivery)
            self._provided.add(provided)
        if delivery.shared and self._folder is not None and not (self._folder / DATA).exists():
            write_entry(self._folder / DATA, dataset)
