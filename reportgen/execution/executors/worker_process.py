"""A process that carries out one task after the other, and the pipe to it.

Each process has a pipe of its own. Where processes share one, as those of a common pool do, a process that is
killed while it writes leaves half a message, or the lock, to all others.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any

from reportgen.execution.executors.executor import Task, Trained, carry_out
from reportgen.execution.executors.processor_time import processor_time
from reportgen.training import EpochRow

SECONDS_TO_END = 5
"""So long a process may take to end; one that is stuck in the system is left to it."""
SECONDS_BETWEEN_LOOKS = 5
"""So often it is looked whether a process that says nothing computes."""
SECONDS_WITHOUT_WORK = 10 * 60
"""A process that has not computed at all for so long, nor said anything, hangs."""


class WorkerDiedError(Exception):
    """A worker's process ended before its task did; says how, in half a sentence."""


class WorkerProcess:
    """A process for tasks, seen from the one that started it."""

    def __init__(self) -> None:
        """Start the process, in a thread besides the main one. No two are started at once."""
        context = multiprocessing.get_context("spawn")
        self._pipe, far_end = context.Pipe()
        self._process = context.Process(target=_serve, args=(far_end,), daemon=True)
        _leave_interrupts_alone()
        with _main_left_out():
            self._process.start()
        far_end.close()  # so that the pipe ends when the process does
        self._killed = False

    def is_alive(self) -> bool:
        """Whether the process has not ended."""
        return self._process.is_alive()

    def carry_out(self, task: Task, say: Callable[[EpochRow | str], None]) -> Trained:
        """Have a task carried out, and wait for it.

        Args:
            task: What is trained.
            say: Called with all that the process says meanwhile.

        Raises:
            WorkerDiedError: The process has ended, or was ended.
            Exception: What the task itself was ended by.
        """
        message: Any = task
        while True:
            message = self._exchange(message)
            if isinstance(message, Trained):
                return message
            if isinstance(message, BaseException):
                raise message
            say(message)
            message = None

    def kill(self) -> None:
        """End the process as it is, without waiting for it."""
        self._killed = True
        self._process.kill()

    def close(self) -> None:
        """Let the process end, whose task has ended, without waiting for it."""
        self._pipe.close()

    def join(self) -> None:
        """Wait for the process to end; one that takes too long is killed."""
        self._process.join(SECONDS_TO_END)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join(SECONDS_TO_END)

    def _exchange(self, task: Task | None) -> Any:
        """Send a task, if any, and return the next that the process says."""
        try:
            if task is not None:
                self._pipe.send(task)
            self._wait()
            return self._pipe.recv()
        except (EOFError, OSError) as error:
            raise WorkerDiedError(self._explain_end()) from error

    def _wait(self) -> None:
        """Wait until the process says something or ends; one that hangs is killed.

        A slow one is none that hangs, however long it takes for an epoch, on however busy a machine: so it
        is the processor's time that is looked at. Looks are counted, not seconds, since the whole program
        may be stopped, or the machine asleep.
        """
        before, looks = processor_time(self._process.pid), 0
        while not self._pipe.poll(SECONDS_BETWEEN_LOOKS):
            now = processor_time(self._process.pid)
            looks = looks + 1 if now == before is not None else 0
            before = now
            if looks * SECONDS_BETWEEN_LOOKS >= SECONDS_WITHOUT_WORK:
                self.kill()
                raise WorkerDiedError(
                    f"its worker hung, without any work for {SECONDS_WITHOUT_WORK / 60:g} minutes"
                )
            if self._killed:
                raise WorkerDiedError("its worker was stopped")

    def _explain_end(self) -> str:
        self._process.join(SECONDS_TO_END)
        code = self._process.exitcode
        if code is None:
            return "its worker vanished"
        if code == -signal.SIGKILL:
            return "its worker was killed, as it is where memory is short"
        if code < 0:
            return f"its worker was ended by {signal.Signals(-code).name}"
        return f"its worker ended with exit code {code}"


def _leave_interrupts_alone() -> None:
    """Let this thread, and the processes that it starts, hear of no Ctrl-C: the main thread alone answers it.

    It reaches the whole group of processes.
    """
    resource_tracker.ensure_running()  # first: once it has started, it lets the thread hear again
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


@contextlib.contextmanager
def _main_left_out() -> Iterator[None]:
    """Start processes that do not run the caller's program once more: they need nothing that it defines."""
    main = sys.modules["__main__"]
    kept: dict[str, Any] = {
        name: main.__dict__[name] for name in ("__file__", "__spec__") if name in main.__dict__
    }
    main.__dict__.pop("__file__", None)
    main.__spec__ = None
    try:
        yield
    finally:
        main.__dict__.update(kept)


def _serve(pipe: Connection) -> None:
    """Carry out the tasks that come through a pipe, until it is closed: what the process does."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            os._exit(0)  # nothing of it is wanted any more, and libraries take long to say goodbye
        answer: Trained | BaseException
        try:
            answer = carry_out(task, pipe.send)
        except BaseException as error:  # SystemExit too
            answer = _portable(error)
        pipe.send(answer)


def _end_with_parent() -> None:
    """End this process with its parent: where that was killed, it has nobody to work for."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _portable(error: BaseException) -> BaseException:
    """Return an error that gets through a pipe, with the lines of the program that it went through."""
    error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError("".join(traceback.format_exception(error)))
    return error
