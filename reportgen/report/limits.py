"""What a stranger's templates may take of this machine: memory, time, and room in the page."""

from __future__ import annotations

import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MOST_MEMORY = 2**30
"""Bytes beyond those that the program has taken before."""
MOST_SECONDS = 60.0
"""Of a processor, for all sections or for the page around them."""
MOST_CHARACTERS = 2**26
"""Of a page: what lays it out takes many times as much."""


class TimeSpentError(Exception):
    """A template has taken its time."""


@contextmanager
def limited() -> Iterator[None]:
    """While inside, the program raises MemoryError or TimeSpentError where it takes too much.

    Memory is limited where the system tells how much is taken, which is on Linux, and time in the main
    thread, which alone gets signals.
    """
    with _limited_memory(), _limited_time():
        yield


@contextmanager
def _limited_memory() -> Iterator[None]:
    try:
        taken = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    except OSError:
        yield
        return
    before, most = resource.getrlimit(resource.RLIMIT_DATA)
    lower = [limit for limit in (before, most) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min(taken + MOST_MEMORY, *lower, 2**62), most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, most))


@contextmanager
def _limited_time() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeSpentError(f"takes more than {MOST_SECONDS:.0f} seconds of a processor")

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, MOST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
