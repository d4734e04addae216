"""Trials on the nodes of a Ray cluster."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
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

CONNECT_SECONDS = 30


class RayExecutor(ClusterExecutor):
    """Hands assignments to a Ray cluster: one processor each, on whichever node has one that is free."""

    def __init__(self, address: str | None) -> None:
        """Connect to nothing yet.

        Args:
            address: Of the cluster, such as `head:6379`; None for the one that this machine belongs to.
        """
        super().__init__()
        self.address = address or "auto"
        self._references: list[Any] = []
        self._data: list[Any] = []
        self._mailbox: Any = None
        self._carry_out: Any = None
        self._passed_by: set[str] = set()

    def explain_death(self, error: BaseException) -> str | None:
        """Return how a worker died; None where the task itself has failed."""
        from ray import exceptions

        if isinstance(error, exceptions.OutOfMemoryError):
            return "its Ray worker took too much memory and was killed"
        died = (
            exceptions.WorkerCrashedError,
            exceptions.NodeDiedError,
            exceptions.LocalRayletDiedError,
            exceptions.ObjectLostError,
        )
        return "its Ray worker died" if isinstance(error, died) else None

    def cancel(self) -> None:
        """Stop all, by ending the processes that train."""
        import ray

        for reference in self._references:
            with contextlib.suppress(Exception):  # the cluster may be what is gone
                ray.cancel(reference, force=True)

    def _connect(self, folder: Path) -> None:  # noqa: ARG002 - Ray knows its tasks apart
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            import ray
            from ray.util.queue import Queue
            from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy
        except ImportError as error:
            raise UserError('--executor ray needs Ray: pip install "reportgen[ray]"') from error
        if not ray.is_initialized():
            self._initialize()
        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        self._mailbox = Queue(actor_options={"num_cpus": 0, "scheduling_strategy": here})
        self._held.callback(self._mailbox.shutdown, force=True)
        # tried again by whoever drives, who knows what has become of it
        self._carry_out = ray.remote(num_cpus=1, max_retries=0)(_work)

    def _initialize(self) -> None:
        import ray

        before = signal.getsignal(signal.SIGTERM)
        try:
            self._refuse_silence()
            ray.init(
                address=self.address,
                logging_level="ERROR",
                log_to_driver=False,
                configure_logging=False,
            )
        except (OSError, RuntimeError, ValueError) as error:
            given = "" if self.address == "auto" else f"--address {self.address}: "
            raise UserError(
                f"{given}no Ray cluster answers that this machine belongs to: start one with ray start"
                " --head, or join one with ray start --address=HEAD:6379"
            ) from error
        finally:
            signal.signal(signal.SIGTERM, before)
        self._held.callback(ray.shutdown)
        self._held.enter_context(_quiet())

    def _refuse_silence(self) -> None:
        """Raise an error where nobody answers at the address: Ray would wait for minutes."""
        host, colon, port = self.address.rpartition(":")
        if colon:
            socket.create_connection((host, int(port)), CONNECT_SECONDS).close()

    def _start(self, assignment: Assignment) -> Future[Delivery]:
        options: dict[str, Any] = {}
        if self._passed_by:
            options["label_selector"] = {"ray.io/node-id": f"!in({','.join(sorted(self._passed_by))})"}
        reference = self._carry_out.options(**options).remote(assignment, self._mailbox, self._data)
        self._references.append(reference)
        future: Future[Delivery] = reference.future()
        return future

    def _listen(self) -> None:
        with contextlib.suppress(Exception):  # what is not heard is in the records
            for line in self._mailbox.get_nowait_batch(self._mailbox.qsize()):
                self._events.put(read_message(line))

    def _send_data(self, dataset: Dataset, delivery: Delivery) -> None:  # noqa: ARG002 - Ray knows where to
        import ray

        if not self._data:
            self._data.append(ray.put(dataset))

    def _pass_by(self, delivery: Delivery) -> bool:
        import ray

        self._passed_by.add(delivery.worker)
        alive = {node["NodeID"] for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU")}
        return bool(alive - self._passed_by)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep from the terminal what Ray prints when a worker dies: pages of it, where one line says all."""
    from ray._private import worker

    printing = vars(worker).get("print_to_stdstream")
    vars(worker)["print_to_stdstream"] = lambda *_, **__: None
    try:
        yield
    finally:
        vars(worker)["print_to_stdstream"] = printing


def _work(assignment: Assignment, mailbox: Any, data: Sequence[Any]) -> Delivery:
    """Carry out an assignment in a worker; data: a reference to them, once a node was without."""
    import ray

    def say(said: EpochRow | str) -> None:
        with contextlib.suppress(Exception):  # nobody trains worse for not being heard
            mailbox.put_nowait(write_message(assignment.task.place, said))

    def fetch() -> Dataset:
        dataset: Dataset = ray.get(data[0])
        return dataset

    delivery = carry_out_assignment(assignment, say, fetch if data else None)
    return replace(delivery, worker=ray.get_runtime_context().get_node_id())
