"""Trials as jobs of Slurm, a job for each."""

from __future__ import annotations

import itertools
import re
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any

from reportgen.data import Dataset
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

LOCAL = "local"
"""The address that stands for no cluster: jobs are processes of this machine, to try it out."""
MINUTES = 24 * 60
"""What a job may take where no other time is given."""


class SlurmExecutor(ClusterExecutor):
    """Hands every assignment to a job of its own, so many at a time. The output folder has to be shared."""

    def __init__(self, address: str | None, workers: int) -> None:
        """Submit nothing yet.

        Args:
            address: Options of sbatch, such as `partition=short,time=02:00:00`, or `local`.
            workers: How many jobs at once, those that wait in Slurm's queue included.

        Raises:
            UserError: The options cannot be read.
        """
        super().__init__()
        self.is_local = address == LOCAL
        self.options = {} if self.is_local else read_options(address or "")
        self.workers = workers
        self._submitit: Any = None
        self._numbers = itertools.count()
        self._waiting: deque[tuple[Assignment, Future[Delivery]]] = deque()
        self._jobs: dict[Future[Delivery], tuple[Any, Path]] = {}
        self._read: dict[Path, int] = {}

    def explain_death(self, error: BaseException) -> str | None:
        """Return how a job ended that left no result; None where the task itself has failed."""
        from submitit.core.utils import FailedJobError, UncompletedJobError

        if not isinstance(error, UncompletedJobError):
            return None
        if not isinstance(error, FailedJobError):
            return "its job ended without a result"
        # submitit raises the other one in a job that is about to be ended, and tells of it as of any error
        return "its job was ended by Slurm" if UncompletedJobError.__name__ in str(error) else None

    def cancel(self) -> None:
        """Cancel all jobs."""
        self._waiting.clear()
        for job, _ in self._jobs.values():
            with suppress(Exception):  # it may have ended, or Slurm may be what is gone
                if self.is_local:
                    _kill(int(job.job_id))
                else:
                    job.cancel(check=False)

    def _connect(self, folder: Path) -> None:
        try:
            import submitit
        except ImportError as error:
            raise UserError('--executor slurm needs submitit: pip install "reportgen[slurm]"') from error
        try:
            self._submitit = submitit.AutoExecutor(
                folder / "jobs", cluster=LOCAL if self.is_local else "slurm"
            )
        except RuntimeError as error:
            raise UserError(
                "--executor slurm: there is no Slurm here (no srun): start this on a machine that submits"
                f" jobs, or try it out with --address {LOCAL}"
            ) from error
        self._submitit.update_parameters(name="reportgen", cpus_per_task=1, timeout_min=MINUTES)
        if not self.is_local:
            self._submitit.update_parameters(slurm_additional_parameters=self.options)

    def _start(self, assignment: Assignment) -> Future[Delivery]:
        future: Future[Delivery] = Future()
        self._waiting.append((assignment, future))
        self._submit_waiting()
        return future

    def _submit_waiting(self) -> None:
        while self._waiting and len(self._jobs) < self.workers:
            assignment, future = self._waiting.popleft()
            said = assignment.folder / f"said-{next(self._numbers)}"
            try:
                job = self._submitit.submit(_work, assignment, said)
            except RuntimeError as error:  # of sbatch, with what it says in many lines
                raise UserError(f"sbatch refuses a job: {' '.join(str(error).split())[-300:]}") from error
            self._jobs[future] = job, said

    def _listen(self) -> None:
        for future, (job, said) in list(self._jobs.items()):
            is_done = job.done()
            self._read_lines(said)
            if is_done:
                del self._jobs[future]
                try:
                    future.set_result(job.result())
                except Exception as error:
                    future.set_exception(error)
        self._submit_waiting()

    def _read_lines(self, said: Path) -> None:
        """Take in what a job has said since the last look; a line that it is writing is left for the next."""
        with suppress(OSError), said.open("rb") as file:
            file.seek(self._read.get(said, 0))
            lines, newline, _ = file.read().rpartition(b"\n")
            self._read[said] = self._read.get(said, 0) + len(lines) + len(newline)
            for line in lines.splitlines():
                self._events.put(read_message(line.decode()))

    def _send_data(self, dataset: Dataset, delivery: Delivery) -> None:  # noqa: ARG002 - to nowhere
        raise UserError(
            f"{delivery.node} does not see the output folder: --executor slurm needs one on a file system"
            " that all machines share"
        )

    def _pass_by(self, delivery: Delivery) -> bool:  # noqa: ARG002 - which node comes next is Slurm's choice
        return False


def read_options(text: str) -> dict[str, str]:
    """Return options of sbatch by their names.

    Args:
        text: Such as `partition=short,time=02:00:00`.

    Raises:
        UserError: A part of it is no option.
    """
    options = {}
    for part in filter(None, text.split(",")):
        name, equals, value = (word.strip() for word in part.partition("="))
        if not equals or not value or not re.fullmatch(r"[a-z][a-z-]*", name):
            raise UserError(
                f"--address {text}: {part!r} is no option of sbatch: write them as"
                f" partition=short,time=02:00:00, or {LOCAL} to try it out without Slurm"
            )
        options[name.replace("-", "_")] = value
    return options


def _kill(controller: int) -> None:
    """End a job of this machine, which is a process and its children.

    submitit interrupts it, which it does not hear where it was started in the background of a shell.
    """
    import psutil

    process = psutil.Process(controller)
    process.suspend()  # so that it starts no other
    for member in (*process.children(recursive=True), process):
        member.kill()


def _work(assignment: Assignment, said: Path) -> Delivery:
    """Carry out an assignment in a job, which says what it has to say in a file."""
    with said.open("a", encoding="utf-8") as file:

        def say(what: EpochRow | str) -> None:
            file.write(f"{write_message(assignment.task.place, what)}\n")
            file.flush()

        return carry_out_assignment(assignment, say)
