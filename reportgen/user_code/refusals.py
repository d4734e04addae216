"""What a guarded process refuses to its code: a guard against accidents, not against attackers.

Python tells an audit hook what its own functions are about to do. Code in C can do the same without.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

NETWORK = "socket."
STARTS = {
    *("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn"),
    *("pty.spawn", "os.startfile"),
}
SIGNALS = {"os.kill", "os.killpg"}
LIMITS = {"resource.setrlimit", "resource.prlimit"}
CHANGES = {
    "os.remove": 1,
    "os.rename": 2,
    "os.rmdir": 1,
    "os.mkdir": 1,
    "os.link": 2,
    "os.symlink": 2,
    "os.truncate": 1,
    "os.chmod": 1,
    "os.chown": 1,
    "os.utime": 1,
    "os.setxattr": 1,
    "os.removexattr": 1,
    "shutil.rmtree": 1,
}
"""Events about files and folders, and how many of their first arguments name one."""
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
NULL = os.path.realpath(os.devnull)


def refuse(writable: Sequence[Path]) -> None:
    """Let this process refuse for good what its code has no need of.

    Args:
        writable: The folders in which it may write.
    """
    folders = tuple(os.path.realpath(folder) for folder in writable)
    # by name, before anybody could put other functions in their places
    own, realpath, decode, separator = os.getpid(), os.path.realpath, os.fsdecode, os.sep

    def outside(path: Any) -> bool:
        if isinstance(path, int):  # a file that is open already
            return False
        real = realpath(decode(path))
        return real != NULL and not any(
            real == folder or real.startswith(folder + separator) for folder in folders
        )

    sys.addaudithook(_hook(own, outside))


def _hook(own: int, outside: Callable[[Any], bool]) -> Callable[[str, tuple[Any, ...]], None]:
    """What hears of everything, most of which is nothing to it."""

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(flags, int) and flags & WRITES and outside(path):
                raise PermissionError(f"may not write to {path}")
        elif event in CHANGES:
            for path in arguments[: CHANGES[event]]:
                if outside(path):
                    raise PermissionError(f"may not change {path}")
        elif event.startswith(NETWORK):
            raise PermissionError("may not use the network")
        elif event in STARTS:
            raise PermissionError("may not start another process")
        elif event in LIMITS:
            raise PermissionError("may not change its limits")
        elif event in SIGNALS and arguments[0] != own:
            raise PermissionError("may not stop another process")

    return hear
