"""What a process that runs users' code does to itself first: limits, one thread, refusals."""

from __future__ import annotations

import json
import os
import select
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from reportgen.files.limits import keep_to

GIB = 2**30
PROCESSES = 8192
"""More than anybody has running, and too few to bring a machine to a stand."""
DEATH_SIGNAL, KILL = 1, 9
"""Of Linux' prctl: be sent this signal when the parent dies."""


@dataclass(frozen=True)
class Limits:
    """What a guarded process may take.

    seconds: by the clock, for one answer. processor_seconds: of a processor, in all. memory, file_size,
    printed: bytes; of one file; of all that it prints.
    """

    seconds: float = 60.0
    processor_seconds: int = 3600
    memory: int = 4 * GIB
    file_size: int = 4 * GIB
    printed: int = 1_000_000


@dataclass(frozen=True)
class Confinement:
    """How a guarded process is started: its limits, and the folders in which it may write."""

    limits: Limits
    writable: tuple[Path, ...]

    def to_argument(self) -> str:
        """Return it as an argument of a command."""
        return json.dumps([asdict(self.limits), [str(folder) for folder in self.writable]])

    @classmethod
    def of_argument(cls, argument: str) -> Confinement:
        """Return what `to_argument` wrote."""
        limits, writable = json.loads(argument)
        return cls(Limits(**limits), tuple(map(Path, writable)))


class Connection:
    """The way of a guarded process to who started it: two pipes, and none that code prints to."""

    def __init__(self, requests: int, answers: int) -> None:
        from reportgen.user_code.encoding import Reader

        self.requests, self.answers = requests, answers
        self._reader = Reader()
        self._read, self._write = os.read, os.write  # by name: a user's code might replace the module's

    def receive(self) -> object:
        """Return the next message's value; end the process where there is nobody left to send one."""
        while (message := self._reader.take()) is None:
            content = self._read(self.requests, 1 << 20)
            if not content:
                os._exit(0)
            self._reader.add(content)
        return message[0]

    def send(self, message: bytes) -> None:
        """Send a message as encoding.py makes it."""
        left = memoryview(message)
        while left:
            left = left[self._write(self.answers, left) :]


def confine(arguments: Sequence[str]) -> Connection:
    """Confine this process for good, and return its connection.

    Args:
        arguments: Its command line's, as guarded.py gives them.
    """
    requests, answers = map(int, arguments[:2])
    confinement = Confinement.of_argument(arguments[2])
    limits = confinement.limits
    _end_with_parent(requests)
    keep_to(
        memory=limits.memory,
        seconds=limits.processor_seconds,
        file_size=limits.file_size,
        processes=PROCESSES,
    )
    import torch  # after the limits, before the refusals: it may look at anything while it loads

    torch.set_num_threads(1)
    connection = Connection(requests, answers)
    from reportgen.user_code.refusals import refuse

    refuse(confinement.writable)
    return connection


def _end_with_parent(requests: int) -> None:
    """See to it that this process does not outlive who started it, whatever it is busy with."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(DEATH_SIGNAL, KILL)
    threading.Thread(target=_wait_for_end, args=(requests,), daemon=True).start()


def _wait_for_end(requests: int) -> None:
    """End this process when nobody can write to its pipe any more; the one way where Linux is not."""
    poll = select.poll()
    poll.register(requests, 0)  # a hang-up is told of even so
    poll.poll()
    os._exit(0)
