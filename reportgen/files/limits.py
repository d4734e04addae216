"""What a process may take, so that no file can make it fill the memory or keep it busy for ever."""

from __future__ import annotations

import contextlib


def keep_to(*, memory: int, seconds: int, file_size: int | None = None, processes: int | None = None) -> None:
    """Limit this process for good. Past the limits of memory and time it ends.

    Where a system knows no such limit, there is none.

    Args:
        memory: The most bytes that it may take.
        seconds: The most seconds of a processor.
        file_size: The most bytes of a file that it writes; None for as many as before.
        processes: So many processes of its user may there be before it may start another; the system does
            not hold root to it. None for as many as before.
    """
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, most in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_NPROC, processes),
    ):
        if most is not None:
            with contextlib.suppress(OSError, ValueError):  # a lower one is there already
                resource.setrlimit(kind, (most, most))
