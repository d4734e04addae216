"""Who is still at work on a file: a lock that the system lets go of when a program ends, however it ends.

The number of a process would not tell: every container counts its own, and so does every machine at a
network share.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

UNFORESEEN = "[0-9a-f]" * 16
"""What `create_locked` puts into the middle of a name, as a pattern for glob."""

ABANDONED_AFTER = 30 * 24 * 3600
"""Seconds after which a file counts as abandoned where its file system knows no locks."""


def create_locked(folder: Path, prefix: str, suffix: str) -> tuple[Path, int]:
    """Create a file that nobody can have foreseen, and lock it.

    Args:
        folder: Where.
        prefix: What its name begins with.
        suffix: What its name ends with.

    Returns:
        Its path, and its descriptor: whoever closes that lets go of the lock.
    """
    while True:
        path = folder / f"{prefix}{secrets.token_hex(8)}{suffix}"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
        # before it was locked, another program may have taken it for abandoned
        if _lock(descriptor) is not False and os.fstat(descriptor).st_nlink:
            return path, descriptor
        os.close(descriptor)


@contextlib.contextmanager
def abandoned(path: Path) -> Iterator[bool]:
    """Whether nobody is at work on a file of `create_locked` any more; locked while that is acted upon."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:  # gone by now, or none of ours
        yield _is_old(path)
        return
    try:
        locked = _lock(descriptor)
        yield _is_old(path) if locked is None else locked
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool | None:
    """Whether the lock could be taken; None where there are no locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # some systems call it the latter
        return False
    except OSError:
        return None
    return True


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.lstat().st_mtime > ABANDONED_AFTER
    except OSError:
        return False
