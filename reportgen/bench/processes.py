"""Processes that each train in one way and wait in between, so that rounds can take turns."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import reportgen
from reportgen.bench import child

ROOT = Path(reportgen.__file__).resolve().parent.parent
"""The folder that this program's package is in."""
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "NPROC": "1",  # the threads of JAX
    "JAX_PLATFORMS": "cpu",
}


@dataclass(frozen=True)
class WayProcess:
    """What a process trains with.

    name: as tables have it. module, kind: where the class is that follows `ways/way.py`. options: its keyword
    arguments. root: the folder whose `reportgen` trains.
    """

    name: str
    module: str
    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)
    root: Path = ROOT


class FailedError(RuntimeError):
    """A process could not do what it was asked to do; the message is what it said."""


class Child:
    """A process of its own for a way, which does nothing unless it is asked."""

    def __init__(self, way: WayProcess) -> None:
        self.way = way
        self.process = subprocess.Popen(
            # without the folder of the file on the path, where names would be found that mean others
            [sys.executable, "-P", child.__file__, way.root, way.module, way.kind, json.dumps(way.options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | ONE_THREAD | {"PYTHONPATH": str(way.root)},
        )

    def ask(self, **question: Any) -> dict[str, Any]:
        """Put a question and wait for its answer.

        Args:
            **question: As `child.py` has it.

        Raises:
            FailedError: The process failed, or has ended.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise FailedError(f"{self.way.name}: its process has ended with code {self.process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise FailedError(f"{self.way.name}: {answer['error']}")
        return answer

    def end(self) -> None:
        """Close its pipe, upon which it ends, and wait for that."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def processes(ways: list[WayProcess]) -> Iterator[list[Child]]:
    """Have a process for each way; all end with the block.

    Args:
        ways: In the order in which they take turns.
    """
    children: list[Child] = []
    try:
        for way in ways:
            children.append(Child(way))
        yield children
    finally:
        for one in children:
            one.end()
