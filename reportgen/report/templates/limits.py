"""What a stranger's templates may take of this machine: memory, time, and room in the page."""

from __future__ import annotations

import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Limits:
    """What a program may take.

    Attributes:
        memory: Bytes beyond those that the program has taken before.
        seconds: Of a processor.
    """

    memory: int
    seconds: float


OF_TEMPLATES = Limits(memory=2**30, seconds=60)
"""While templates are filled in: all sections, and then the page around them."""
OF_LAYOUT = Limits(memory=2**32, seconds=600)
"""While their page is laid out as a PDF."""
MOST_CHARACTERS = 2**26
"""Of a page."""


class TimeSpentError(Exception):
    """What was limited has taken all its time."""


@contextmanager
def limited(limits: Limits) -> Iterator[None]:
    """Raise, while inside, where the program takes too much.

    Memory is limited where the system tells how much is taken, which is on Linux, and time in the main
    thread, which alone gets signals.

    Raises:
        MemoryError: It takes more memory than the limits allow.
        TimeSpentError: It takes more time than the limits allow.
    """
    with _limited_memory(limits.memory), _limited_time(limits.seconds):
        yield


@contextmanager
def _limited_memory(memory: int) -> Iterator[None]:
    try:
        taken = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    except OSError:
        yield
        return
    before, most = resource.getrlimit(resource.RLIMIT_DATA)
    lower = [limit for limit in (before, most) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min(taken + memory, *lower, 2**62), most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, most))


@contextmanager
def _limited_time(seconds: float) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeSpentError(f"takes more than {seconds:g} seconds of a processor")

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, stop)
    # and every second from then on: libraries go on after some errors
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
