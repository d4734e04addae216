"""Trials on the workers of a Dask scheduler."""

from __future__ import annotations

import itertools
import logging
import queue
import re
import threading
import time
from collections import Counter, deque
from concurrent.futures import CancelledError, Future, InvalidStateError
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from reportgen.data import Dataset
from reportgen.data.cache import store_sent
from reportgen.errors import UserError
from reportgen.execution.executors.assignment import (
    Assignment,
    Delivery,
    carry_out_assignment,
    read_message,
    write_message,
)
from reportgen.execution.executors.cluster import ClusterExecutor
from reportgen.training import EpochRow

CONNECT_SECONDS = 30
SEND_SECONDS = 300
"""How long the data may be on their way to a node."""
SECONDS_BETWEEN_COUNTS = 10
"""So often it is looked whether there are any workers."""


class LostWorkerError(Exception):
    """A worker vanished while it trained."""


class StoppedError(Exception):
    """Nobody wants any more what a worker trains."""


class DaskExecutor(ClusterExecutor):
    """Hands assignments to a Dask scheduler, for each worker one at a time.

    A scheduler guesses how long tasks take from those that it has seen, and lets one wait behind another
    while a worker has nothing to do. So what waits, waits here until a worker is free.

    A scheduler gives what a lost worker had begun to another one, as often as it was started with. Here the
    second beginning counts as the first one's death, so that a task is tried as often as anywhere else.
    """

    def __init__(self, address: str) -> None:
        """Connect to nothing yet.

        Args:
            address: Of the scheduler, such as `tcp://head:8786`.
        """
        super().__init__()
        self.address = address
        self._client: Any = None
        self._topic = ""
        self._numbers = itertools.count()
        self._lock = threading.RLock()
        self._waiting: deque[tuple[Assignment, Future[Delivery]]] = deque()
        self._running: dict[str, tuple[Any, Future[Delivery]]] = {}
        self._training_on: dict[str, str] = {}
        self._beginnings: Counter[str] = Counter()
        self._lost: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._passed_by: set[str] = set()
        self._next_count = 0.0

    def explain_death(self, error: BaseException) -> str | None:
        """Return how a worker died; None where the task itself has failed."""
        from distributed import KilledWorker

        return "its Dask worker vanished" if isinstance(error, LostWorkerError | KilledWorker) else None

    def cancel(self) -> None:
        """Stop all: what waits never begins, what trains ends after its epoch."""
        self._waiting.clear()
        with suppress(Exception):  # the scheduler may be what is gone
            self._client.cancel([running for running, _ in self._running.values()], force=True)

    def _connect(self, folder: Path) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise UserError('--executor dask needs Dask: pip install "reportgen[dask]"') from error
        # what it writes about connections that are lost is told in one line
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        # a client of no address at all cannot even be closed
        if not re.fullmatch(r"(\w+://)?[^/\s]+:\d+", self.address):
            raise self._no_scheduler()
        try:
            self._client = Client(self.address, timeout=CONNECT_SECONDS, set_as_default=False)
        except OSError as error:
            raise self._no_scheduler() from error
        self._held.callback(self._client.close)
        self._topic = f"reportgen{folder.name}"
        self._client.subscribe_topic(self._topic, self._hear)
        several = [told for told in self._workers().values() if told["nthreads"] > 1]
        if several:
            self._tell(
                f"{len(several)} workers have several threads, and train one trial at a time all the same:"
                " start them with --nthreads 1, and as many as there are cores (--nworkers)"
            )

    def _no_scheduler(self) -> UserError:
        return UserError(
            f"--address {self.address}: no Dask scheduler answers there: start one with dask scheduler, and"
            " give the address that it prints"
        )

    def _start(self, assignment: Assignment) -> Future[Delivery]:
        future: Future[Delivery] = Future()
        with self._lock:
            self._waiting.append((assignment, future))
        self._hand_out()
        return future

    def _hand_out(self) -> None:
        """Give what waits to workers that have nothing to do; called in several threads."""
        with self._lock:
            if not self._waiting:
                return
            workers = set(self._workers())
            free = workers - {*self._training_on.values(), *self._passed_by}
            if not self._running:  # where only those are left that may not train, they say why once more
                free = free or workers
            for worker in free:
                if self._waiting:
                    self._hand_to(worker, *self._waiting.popleft())

    def _hand_to(self, worker: str, assignment: Assignment, future: Future[Delivery]) -> None:
        key = f"{self._topic}-{next(self._numbers)}"
        running = self._client.submit(
            _work,
            key,
            self._topic,
            assignment,
            key=key,
            pure=False,
            workers=[worker],
            allow_other_workers=True,  # it may vanish
        )
        self._running[key] = (running, future)
        self._training_on[key] = worker
        running.add_done_callback(lambda running: self._finish(key, running, future))

    def _finish(self, key: str, running: Any, future: Future[Delivery]) -> None:
        """Hand on what has come of a task; called in a thread of Dask's."""
        with suppress(InvalidStateError):  # its worker has been lost meanwhile
            try:
                future.set_result(running.result())
            except CancelledError:
                future.set_exception(
                    UserError(f"the connection to the Dask scheduler at {self.address} is lost")
                )
            except ModuleNotFoundError as error:
                future.set_exception(
                    UserError(f"a Dask worker cannot begin ({error}): install reportgen where it runs")
                )
            except Exception as error:
                future.set_exception(error)
        with self._lock:
            self._running.pop(key, None)
            self._training_on.pop(key, None)
        with suppress(OSError):  # a lost connection is told by the tasks
            self._hand_out()

    def _hear(self, event: tuple[float, tuple[str, str]]) -> None:
        """Take in what a worker says; called in a thread of Dask's."""
        key, said = event[1]
        if said:
            self._events.put(read_message(said))
            return
        self._beginnings[key] += 1
        if self._beginnings[key] > 1:
            self._lost.put(key)

    def _listen(self) -> None:
        with suppress(queue.Empty):
            while True:
                running, future = self._running.get(self._lost.get_nowait(), (None, None))
                if running is None or future is None:
                    continue
                with suppress(InvalidStateError):
                    future.set_exception(LostWorkerError())
                self._client.cancel([running], force=True)
        if (self._running or self._waiting) and time.monotonic() > self._next_count:
            self._next_count = time.monotonic() + SECONDS_BETWEEN_COUNTS
            with suppress(OSError):  # a lost connection is told by the tasks
                self._hand_out()  # to workers that have come meanwhile
                if not self._workers():
                    self._tell("it has no workers: waiting for some (dask worker, with the same address)")

    def _send_data(self, dataset: Dataset, delivery: Delivery) -> None:
        try:
            sent = self._client.scatter(dataset, workers=[delivery.worker], hash=False, timeout=SEND_SECONDS)
            stored = self._client.submit(store_sent, sent, workers=[delivery.worker], pure=False)
            is_stored = stored.result(timeout=SEND_SECONDS)
        except Exception as error:
            raise LostWorkerError from error
        if not is_stored:
            raise UserError(
                f"{delivery.node}: the data cannot be kept there: set REPORTGEN_CACHE for the Dask worker to"
                " a folder that it can write"
            )

    def _pass_by(self, delivery: Delivery) -> bool:
        self._passed_by.add(delivery.worker)
        return bool(set(self._workers()) - self._passed_by)

    def _workers(self) -> dict[str, Any]:
        workers: dict[str, Any] = self._client.scheduler_info(n_workers=-1)["workers"]
        return workers

    def _tell(self, line: str) -> None:
        self._events.put((-1, f"Dask scheduler {self.address}: {line}"))


def _work(key: str, topic: str, assignment: Assignment) -> Delivery:
    """Carry out an assignment in a worker; stop after an epoch where nobody wants it any more."""
    from distributed import get_worker

    own = get_worker()
    own.log_event(topic, (key, ""))

    def say(said: EpochRow | str) -> None:
        own.log_event(topic, (key, write_message(assignment.task.place, said)))
        task = own.state.tasks.get(key)
        if task is None or task.state != "executing":
            raise StoppedError

    return replace(carry_out_assignment(assignment, say), worker=own.address)
