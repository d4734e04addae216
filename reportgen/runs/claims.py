"""Who trains what, among several programs that share an output folder."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self


class Claims:
    """Claims of trials by their keys. The system lets go of them when a program ends, however it ends.

    Where the file system knows no locks, everything is free: two programs may then train the same trial,
    to the same numbers.
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
        try:
            fcntl.lockf(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _place(key))
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True

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


def _place(key: str) -> int:
    """A key's own byte of the file, which need not be that long."""
    return int(key[:15], 16)
