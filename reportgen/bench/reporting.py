"""How long a report takes: to render a finished run, and to run an experiment again that is all trained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from reportgen.bench.bench_parts import EXPERIMENT
from reportgen.bench.calls import Call, CallTimes, of_reportgen, run_once, time_calls
from reportgen.bench.peers import BEFORE, PROGRAM
from reportgen.bench.processes import ROOT

RENDER, RERUN = "render", "run again, nothing to train"
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
        return time_calls([*renders, *reruns], rounds, on_call=on_call)
