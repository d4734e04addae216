"""How long the program takes to start: `--help` and `import reportgen`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reportgen.bench.calls import Call, CallTimes, of_reportgen, time_calls
from reportgen.bench.peers import BEFORE, PROGRAM
from reportgen.bench.processes import ROOT

HELP, IMPORT, PYTHON = "reportgen --help", "import reportgen", "python -c pass"


def time_start(
    rounds: int, *, root: Path | None = None, on_call: Callable[[str], None] = lambda _: None
) -> list[CallTimes]:
    """Time the starts of this program, those of an earlier commit, and Python's own.

    Args:
        rounds: How often each is timed.
        root: The folder of the earlier commit; None without one.
        on_call: Called with what is done next.
    """
    ways = [(PROGRAM, ROOT), *([(BEFORE, root)] if root else [])]
    calls = [Call(PYTHON, PROGRAM, ("-c", "pass"))]
    calls += [Call(HELP, way, of_reportgen("--help"), place) for way, place in ways]
    calls += [Call(IMPORT, way, ("-c", IMPORT), place) for way, place in ways]
    return time_calls(calls, rounds, on_call=on_call)
