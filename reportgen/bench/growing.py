"""How time and memory grow: with the trials and the epochs of a report, with runs, with rows of a table."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from reportgen.bench import made_runs, made_table
from reportgen.bench.calls import Call, CallTimes, of_reportgen, run_once, time_calls
from reportgen.bench.peers import PROGRAM

SEEDS = (1, 8, 66)
SEEDS_OF_EPOCHS = 8
TRIALS_OF_EPOCHS = made_runs.OPTIMIZERS * SEEDS_OF_EPOCHS
EPOCHS_OF_SEEDS = 20
EPOCHS = (20, 200, 2000)
PAST_RUNS = (10, 70, 500)
SEEDS_OF_TABLE = (2, 20, 200)
QUICK = 2
"""With `quick`, so many of the smallest sizes."""
MOST_ROUNDS = 3


@dataclass(frozen=True)
class Growth:
    """What a call took at several sizes. unit: of what the sizes count."""

    what: str
    unit: str
    sizes: list[int]
    times: list[CallTimes]

    @property
    def processor(self) -> list[float]:
        """The median seconds of the processor at each size."""
        return [statistics.median(times.processor) for times in self.times]

    @property
    def memory(self) -> list[float]:
        """The median bytes at most at each size."""
        return [statistics.median(times.memory) for times in self.times]


def measure_growth(
    rounds: int, *, quick: bool = False, on_call: Callable[[str], None] = lambda _: None
) -> list[Growth]:
    """Time rendering, histories and comparisons of made-up records of several sizes.

    Args:
        rounds: How often each is timed; at most MOST_ROUNDS.
        quick: The smallest sizes alone.
        on_call: Called with what is done next.
    """
    with TemporaryDirectory(prefix="reportgen-bench-") as place:
        folder = Path(place)
        experiment = folder / f"{made_runs.NAME}.toml"
        experiment.write_text(made_runs.EXPERIMENT, encoding="utf-8")
        on_call("a small experiment is trained")
        run_once(of_reportgen("run", experiment, "--output", folder / "real", "--no-pdf"))
        real = (folder / "real" / made_runs.NAME / "latest").resolve()
        growths = []
        for what, unit, sized in (
            ("render", "trials", _of_trials(real, folder / "trials")),
            (
                "render",
                f"epochs of {TRIALS_OF_EPOCHS} trials",
                _of_epochs(real, folder),
            ),
            ("history, taking in", "runs", _of_history(real, folder / "history")),
            ("run again, nothing to train", "runs before", _of_reruns(experiment, folder / "reruns")),
            ("compare", "rows", _of_tables(folder)),
            ("compare with its report", "rows", _of_tables(folder, has_report=True)),
        ):
            sizes, times = [], []
            for number, (size, arguments, before_each) in enumerate(sized):
                if quick and number == QUICK:
                    break
                call = Call(f"{what}, {size} {unit}", PROGRAM, arguments, before_each=before_each)
                sizes.append(size)
                times += time_calls([call], min(rounds, MOST_ROUNDS), warm=False, on_call=on_call)
            growths.append(Growth(what, unit, sizes, times))
        return growths


Sized = Iterator[tuple[int, tuple[str, ...], Callable[[], None]]]
"""A size, the arguments of a call, and what is done before each."""


def _nothing() -> None:
    """Nothing is done before a call."""


def _of_trials(real: Path, output: Path) -> Sized:
    for seeds in SEEDS:
        run = made_runs.write_grown(real, output, seeds=seeds, epochs=EPOCHS_OF_SEEDS)
        yield made_runs.OPTIMIZERS * seeds, of_reportgen("render", run), _nothing


def _of_epochs(real: Path, folder: Path) -> Sized:
    for epochs in EPOCHS:
        run = made_runs.write_grown(real, folder / "epochs", seeds=SEEDS_OF_EPOCHS, epochs=epochs)
        yield epochs, of_reportgen("render", run), _nothing


def _of_history(real: Path, folder: Path) -> Sized:
    for count in PAST_RUNS:
        output = folder / str(count)
        run = made_runs.copy_run(real, output)
        made_runs.write_past(run, count)

        def forget(output: Path = output) -> None:
            """Let all runs be taken in anew."""
            for file in output.glob("reportgen.sqlite*"):
                file.unlink()

        yield count, of_reportgen("history", made_runs.NAME, "--output", output), forget


def _of_reruns(experiment: Path, folder: Path) -> Sized:
    for count in PAST_RUNS:
        output = folder / str(count)
        run = of_reportgen("run", experiment, "--output", output)
        run_once(run)
        made_runs.write_past((output / made_runs.NAME / "latest").resolve(), count)
        run_once(run)  # which takes them all in
        yield count, run, _nothing


def _of_tables(folder: Path, *, has_report: bool = False) -> Sized:
    for seeds in SEEDS_OF_TABLE:
        table = folder / f"scores-{seeds}.csv"
        rows = made_table.write_table(table, seeds)
        report = ("--to", table.with_suffix("")) if has_report else ("--no-report",)
        yield rows, of_reportgen("compare", table, *report), _nothing
