"""Another program at work at the same time, which waits in the middle until it is told to go on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import pytest

APART = ("unshare", "--pid", "--fork", "--kill-child")
"""In front of a command: it runs with its own count of processes, as in a container."""


class OtherProgram:
    """A program that prints a line where it waits, and goes on when it reads one.

    code: its Python. arguments: what it finds in sys.argv. before: words in front of the command.
    """

    def __init__(self, code: str, *arguments: object, before: Sequence[str] = ()) -> None:
        self.process = subprocess.Popen(
            [*before, sys.executable, "-c", code, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def expect(self, line: str) -> None:
        """Wait for a line, which must be the next."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == f"{line}\n", self.process.communicate()[1]

    def go_on(self) -> None:
        """Let it go on to its end, which must be a good one."""
        _, said = self.process.communicate("\n")
        assert self.process.returncode == 0, said

    def kill(self) -> None:
        """Kill it where it is, as a power cut would."""
        self.process.kill()
        self.process.wait()


def number_of_nobody() -> int:
    """A number that no process has: the system counts no further."""
    return int(Path("/proc/sys/kernel/pid_max").read_text(encoding="utf-8"))


def skip_where_processes_cannot_be_counted_apart() -> None:
    """It takes root."""
    try:
        subprocess.run([*APART, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip(f"`{' '.join(APART)}` is not allowed here, user {os.geteuid()}")
