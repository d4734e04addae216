"""Workers on this machine: a process for each trial that is trained at once, with one thread to compute."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from reportgen.execution.executors.executor import Task, Trained
from reportgen.execution.executors.worker_process import WorkerDiedError, WorkerProcess
from reportgen.training import EpochRow


class LocalExecutor:
    """Trains tasks in processes of this machine. One that dies is replaced, and only its own task ends.

    Every process is led by a thread of this one, which hands it its tasks and waits for what it says.
    """

    def __init__(self, workers: int) -> None:
        """Start nothing yet.

        Args:
            workers: How many tasks at once.
        """
        self._threads = ThreadPoolExecutor(workers, "worker")
        self._leading = threading.local()
        self._workers: set[WorkerProcess] = set()
        self._lock = threading.Lock()
        self._canceled = False
        self._events: queue.SimpleQueue[tuple[int, EpochRow | str]] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        """Return this executor."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all processes."""
        self._threads.shutdown()
        for worker in self._workers:
            worker.close()
        for worker in self._workers:
            worker.join()
        self._workers.clear()

    def submit(self, task: Task) -> Future[Trained]:
        """Return what is to come of a task."""
        return self._threads.submit(self._lead, task)

    def heard(self) -> Iterator[tuple[int, EpochRow | str]]:
        """Yield what workers have said since the last call."""
        with contextlib.suppress(queue.Empty):
            while True:
                yield self._events.get_nowait()

    def explain_death(self, error: BaseException) -> str | None:
        """Return how a worker died; None where the task itself has failed."""
        return str(error) if isinstance(error, WorkerDiedError) else None

    def cancel(self) -> None:
        """Kill all processes, and begin no other task."""
        with self._lock:
            self._canceled = True
            for worker in self._workers:
                worker.kill()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _lead(self, task: Task) -> Trained:
        """Have a task carried out by this thread's process; called in a thread."""
        worker = self._worker()
        try:
            return worker.carry_out(task, lambda said: self._events.put((task.place, said)))
        except WorkerDiedError:
            with self._lock:
                self._workers.discard(worker)
            raise

    def _worker(self) -> WorkerProcess:
        """Return this thread's process, where it lives, or a new one."""
        worker: WorkerProcess | None = getattr(self._leading, "worker", None)
        if worker is not None and worker in self._workers and worker.is_alive():
            return worker
        with self._lock:
            if self._canceled:
                raise WorkerDiedError("it was stopped")
            if worker is not None:
                self._workers.discard(worker)
            self._leading.worker = worker = WorkerProcess()
            self._workers.add(worker)
        return worker
