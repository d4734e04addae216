"""Every change of files and of the database by this process, counted; at one of them comes a fault."""

from __future__ import annotations

import builtins
import errno
import io
import os
import signal
import sqlite3
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any

CHANGES = ("replace", "rename", "mkdir", "rmdir", "unlink", "remove", "symlink", "link")
"""Functions of os whose first argument is what they change."""


class Fault(Enum):
    """What happens at an operation: it fails because the disk is full, or the process is killed before it.

    Killed before the next one is as good as killed after this one.
    """

    FULL = "full"
    KILLED = "killed"


class Operations:
    """The operations of this process below its working folder, in order. `fault` happens at number `at`."""

    def __init__(self, fault: Fault, at: int) -> None:
        self.fault = fault
        self.at = at
        self.names: list[str] = []

    def watch(self) -> None:
        """Put a count in front of everything that changes a file, until the process ends."""
        for name in CHANGES:
            setattr(os, name, self._counted(name, getattr(os, name)))
        os.fsync = self._counted("fsync", os.fsync)
        os.open = self._counted("os.open", os.open, lambda _, flags, *__, **___: flags & _TO_WRITE)
        io.open = builtins.open = self._counted("open", io.open, _opens_to_write)
        connect, operations = sqlite3.connect, self

        class Watched(sqlite3.Connection):
            def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
                first, *_ = [*statement.split(), ""]
                if first not in ("SELECT", "PRAGMA", ""):
                    operations.count(f"sqlite {first}", _database_full)
                return super().execute(statement, *values)

        sqlite3.connect = lambda *arguments, **options: connect(*arguments, **options, factory=Watched)

    def count(self, name: str, full: Callable[[], Exception]) -> None:
        """Count an operation, and let happen what is to happen at it."""
        self.names.append(name)
        if len(self.names) == self.at:
            if self.fault is Fault.KILLED:
                os.kill(os.getpid(), signal.SIGKILL)
            raise full()

    def _counted(
        self, name: str, real: Callable[..., Any], changes: Callable[..., Any] = lambda *_, **__: True
    ) -> Callable[..., Any]:
        def counted(file: Any, *arguments: Any, **options: Any) -> Any:
            if changes(file, *arguments, **options) and (path := _here(file)):
                self.count(f"{name} {path}", lambda: _disk_full(file))
            return real(file, *arguments, **options)

        return counted


_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def _opens_to_write(file: Any, mode: str = "r", *_: Any, **__: Any) -> bool:
    return not isinstance(file, int) and bool(set(mode) & set("wax+"))  # a number is open already


def _here(file: Any) -> str | None:
    """The path of a file, or of what a descriptor is of; None where it is not below the working folder."""
    path = Path(f"/proc/self/fd/{file}").readlink() if isinstance(file, int) else Path(os.fsdecode(file))
    path = path.absolute()
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else None


def _disk_full(file: Any) -> OSError:
    path = () if isinstance(file, int) else (os.fspath(file),)
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), *path)


def _database_full() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error
