"""Calls of the command line that are timed: each in a process of its own, in turns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reportgen.bench import launcher
from reportgen.bench.processes import ROOT
from reportgen.errors import UserError

COMMAND_LINE = ("-m", "reportgen")
LINES_OF_ERROR = 3


@dataclass(frozen=True)
class Call:
    """What is called, and whose.

    what: as tables have it. way: the name of who is timed, as in `peers.py`. arguments: of Python. root: the
    folder whose `reportgen` is called. before_each: done before every call, and not timed.
    """

    what: str
    way: str
    arguments: tuple[str, ...]
    root: Path = ROOT
    before_each: Callable[[], None] = lambda: None


@dataclass
class CallTimes:
    """What a call took, a figure for every round: seconds of the processor and by the clock, bytes at most.

    absent: why it was not timed; empty where it was.
    """

    what: str
    way: str
    processor: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    absent: str = ""


def time_calls(
    calls: Sequence[Call], rounds: int, *, warm: bool = True, on_call: Callable[[str], None] = lambda _: None
) -> list[CallTimes]:
    """Time calls in turns.

    Args:
        calls: Each of them once a round.
        rounds: How many.
        warm: Whether a round before them is not counted, after which all files have been read once.
        on_call: Called with what is done next.

    Raises:
        UserError: One of this program's own calls failed.
    """
    times = [CallTimes(call.what, call.way) for call in calls]
    for number in range(rounds + warm):
        for call, of_call in zip(calls, times, strict=True):
            if of_call.absent:
                continue
            on_call(f"{call.what}: {call.way}, round {number + 1} of {rounds + warm}")
            call.before_each()
            try:
                processor, wall, memory = run_once(call.arguments, call.root)
            except UserError as error:
                if call.root == ROOT:
                    raise
                of_call.absent = str(error)
                continue
            if number >= warm:
                of_call.processor.append(processor)
                of_call.wall.append(wall)
                of_call.memory.append(memory)
    return times


def run_once(arguments: Sequence[str], root: Path = ROOT) -> tuple[float, float, int]:
    """Return what a call takes: seconds of the processor, seconds by the clock, and bytes at most.

    Args:
        arguments: Of Python.
        root: The folder whose `reportgen` is called.

    Raises:
        UserError: It failed; with the last lines that it said.
    """
    # without the folder it is called from on the path, where another reportgen may lie
    command = [sys.executable, "-P", *arguments]
    answer = subprocess.run(
        [sys.executable, "-I", "-S", launcher.__file__, *command],
        capture_output=True,
        text=True,
        errors="replace",
        env=os.environ | {"PYTHONPATH": str(root)},
        check=False,
    )
    if answer.returncode or not answer.stdout:
        raise UserError(f"the bench could not call {' '.join(command)}: {last_lines(answer.stderr)}")
    result = json.loads(answer.stdout)
    if result["code"]:
        raise UserError(
            f"{' '.join(arguments)} ended with code {result['code']}: {last_lines(answer.stderr)}"
        )
    return result["processor"], result["wall"], result["memory"]


def last_lines(text: str) -> str:
    """Return what a program said at its end, on one line.

    Args:
        text: All that it said.
    """
    return "; ".join(text.strip().splitlines()[-LINES_OF_ERROR:])


def of_reportgen(*arguments: object) -> tuple[str, ...]:
    """Return the arguments of Python that call this program's command line.

    Args:
        *arguments: Of the command line.
    """
    return (*COMMAND_LINE, *map(str, arguments))
