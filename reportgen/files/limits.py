"""What a process may take, so that no file can make it fill the memory or keep it busy for ever."""

from __future__ import annotations

import contextlib


def keep_to(*, memory: int, seconds: int) -> None:
    """Limit this process for good. Past the limits it ends.

    Where a system knows no such limit, there is none.

    Args:
        memory: The most bytes that it may take.
        seconds: The most seconds of a processor.
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
