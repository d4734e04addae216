"""Who trains what, among several programs that share an output folder."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self


class Claims:
    """Claims of trials by their keys. The system lets go of them when a program ends, however it ends.

    A trial is claimed by the one program that trains it, and in use by all that need it, until these end.
    Where the file system knows no locks, everything is free: two programs may then train the same trial,
    to the same numbers, and pruning may take one away that another program has to train again.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Self:
        """Open the file that the locks are on."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of all."""
        os.close(self.file)

    def take(self, key: str) -> bool:
        """Claim a key, if nobody else has it."""
        return self._take(_place(key))

    def wait(self, key: str) -> None:
        """Claim a key once whoever has it lets go."""
        try:
            fcntl.lockf(self.file, fcntl.LOCK_EX, 1, _place(key))
        except InterruptedError:
            raise
        except OSError:
            return

    def release(self, key: str) -> None:
        """Let go of a key."""
        try:
            fcntl.lockf(self.file, fcntl.LOCK_UN, 1, _place(key))
        except OSError:
            return

    def use(self, key: str) -> None:
        """Keep a trial from being pruned, for as long as these claims are open."""
        with contextlib.suppress(OSError):
            fcntl.lockf(self.file, fcntl.LOCK_SH, 1, _USES + _place(key))

    def take_unused(self, key: str) -> bool:
        """Keep a trial from being used, if no other program uses it."""
        return self._take(_USES + _place(key))

    def _take(self, place: int) -> bool:
        try:
            fcntl.lockf(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except (BlockingIOError, PermissionError):  # some systems call it the latter
            return False
        except OSError:
            return True
        return True


_USES = 1 << 60
"""From here on in the file stand the bytes for who uses a trial, behind those for who trains it."""


def _place(key: str) -> int:
    """A key's own byte of the file, which need not be that long."""
    return int(key[:15], 16)
