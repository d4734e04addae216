"""How long a report takes: to render a finished run, once and again, and to rerun one that is all trained."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from reportgen.bench import again
from reportgen.bench.bench_parts import EXPERIMENT
from reportgen.bench.calls import Call, CallTimes, last_lines, of_reportgen, run_once, time_calls
from reportgen.bench.peers import BEFORE, PROGRAM
from reportgen.bench.processes import ROOT
from reportgen.errors import UserError

RENDER, AGAIN, RERUN = "render", "render again in one process", "run again, nothing to train"
QUICK = ("--epochs", "1", "--seeds", "1")


def time_reports(
    rounds: int,
    *,
    experiment: str = EXPERIMENT,
    output: Path | None = None,
    root: Path | None = None,
    quick: bool = False,
    on_call: Callable[[str], None] = lambda _: None,
) -> list[CallTimes]:
    """Time the rendering of a run, to HTML and PDF, and an unchanged rerun of its experiment to its PDF.

    Args:
        rounds: How often each is timed.
        experiment: A ready one, or a file.
        output: The folder where it was trained before, if any; else it is trained for this.
        root: The folder of the earlier commit, which trains its own experiment first; None without one.
            It is left out where `output` is given: what is there is not its own.
        quick: Train with one seed for one epoch.
        on_call: Called with what is done next.
    """
    ways = [(PROGRAM, ROOT), *([(BEFORE, root)] if root and output is None else [])]
    with TemporaryDirectory(prefix="reportgen-bench-") as place:
        renders, reruns = [], []
        for way, of_way in ways:
            kept = output or Path(place) / way
            run = of_reportgen("run", experiment, "--output", kept, *(QUICK if quick else ()))
            on_call(f"{experiment}: {way} trains it, where it was not trained before")
            run_once(run, of_way)
            latest = kept / Path(experiment).stem / "latest"
            renders.append(Call(f"{RENDER}, {experiment}", way, of_reportgen("render", latest), of_way))
            reruns.append(Call(f"{RERUN}, {experiment}", way, run, of_way))
        times = time_calls([*renders, *reruns], rounds, on_call=on_call)
        what = f"{AGAIN}, {experiment}"
        on_call(f"{what}: {PROGRAM}, {rounds + 1} times")
        times.insert(
            len(renders),
            render_again((output or Path(place) / PROGRAM) / Path(experiment).stem / "latest", rounds, what),
        )
        return times


def render_again(run: Path, rounds: int, what: str) -> CallTimes:
    """Time renderings in one process, which has rendered once before.

    Args:
        run: The run's folder.
        rounds: How many renderings are timed.
        what: As tables have it.

    Raises:
        UserError: A rendering failed.
    """
    answer = subprocess.run(
        [sys.executable, "-P", again.__file__, run, str(rounds + 1)],
        capture_output=True,
        text=True,
        errors="replace",
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    if answer.returncode:
        raise UserError(f"the bench could not render {run} again: {last_lines(answer.stderr)}")
    _, *timed = map(json.loads, answer.stdout.splitlines())
    processor, wall, memory = ([took[name] for took in timed] for name in ("processor", "wall", "memory"))
    return CallTimes(what, PROGRAM, processor, wall, memory)
