"""What a process may take, so that no file can make it fill the memory or keep it busy for ever."""

from __future__ import annotations

import contextlib


def keep_to(*, memory: int, seconds: int) -> None:
    """Limit this process for good: bytes of memory, and seconds of a processor. Past them it ends.

    Where a system knows no such limit, there is none.
    """
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, most in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(OSError, ValueError):  # a lower one is there already
            resource.setrlimit(kind, (most, most))
