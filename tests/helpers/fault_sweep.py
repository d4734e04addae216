"""Carry commands out again and again, each time with a fault at another operation, and then without faults.

    python -m tests.helpers.fault_sweep FOLDER

Prints a line about everything that was not as it should be, and at the end how many operations were tried.
It is a process of its own that has done everything once:
an attempt is a fork of it, and costs no more than what the command itself does.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import chdir, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import torch

import reportgen.cli.run
import reportgen.execution.proving
import reportgen.report.fonts.subsets
from reportgen.cli.main import main
from reportgen.execution import worker
from tests.helpers.fault_operations import Fault, Operations

EXPERIMENT = """
title = "Faults"
[data]
source = "digits"
train = 40
validation = 20
test = 30
[comparison]
hidden = [4]
batch_size = 8
epochs = 2
seeds = 1
optimizers = [{ name = "SGD", learning_rate = 0.05 }]
[tuned]
hidden = [4]
batch_size = 8
epochs = 2
optimizer = { name = "Adam", learning_rate = 0.02 }
"""
RUN = ("run", "x.toml", "--no-pdf", "--workers", "1", "--checkpoint-seconds", "0")
RENDER = ("render", "output/x/latest", "--no-pdf", "--languages", "en")
REPORT = {"report.html", "records/summary.json"}
"""What `render` writes into a run that is there."""
OF_THE_TIME = {"manifest.json", "records/history.csv", "records/causes.csv"}
"""Files of a run that say when it was and what was before; the others always come out the same."""
REMEDY = "free some space and start again, what was trained is kept"


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, or minus the signal; its error output; its operations."""

    code: int
    error: str
    operations: list[str]


class Sweep:
    """All attempts at one command, each in a folder of its own.

    begin: fills the folder that the command is carried out in.
    """

    def __init__(self, folder: Path, command: tuple[str, ...], begin: Callable[[Path], None]) -> None:
        self.folder = folder
        self.command = command
        self.begin = begin
        self.undisturbed = self._new("undisturbed")
        self.operations = carry_out(command, self.undisturbed).operations
        self.reference = contents(runs(self.undisturbed)[0])
        self.trials = trials(self.undisturbed)

    def problems(self, fault: Fault, at: int) -> Iterator[str]:
        """What is wrong after this fault at this operation, and after the next time without."""
        folder = self._new(f"{fault.value}-{at}")
        operation = self.operations[at - 1]
        name = f"{self.command[0]}, {fault.value} at {at} ({operation})"
        ended = carry_out(self.command, folder, fault, at)
        problems = [*self._after_fault(fault, ended, folder)]
        if fault is Fault.FULL and not operation.startswith(("unlink", "rmdir")):
            problems += left_over(folder)  # else it was this that could not be removed
        yield from (f"{name}: {problem}" for problem in problems)
        again = carry_out(self.command, folder)
        problems = [*self._after_success(again, folder), *left_over(folder)]
        if trials(folder) != self.trials:
            problems.append(f"trials: {trials(folder)}")
        yield from (f"{name}, then again: {problem}" for problem in problems)
        shutil.rmtree(folder)

    def kills_differently(self, at: int) -> bool:
        """Whether a kill here may leave what the one at the operation before does not.

        What a transaction has not committed and what was written without fsync looks to the next process as
        it did before: SIGKILL is no power cut.
        """
        if at == 1:
            return True
        before = self.operations[at - 2]
        return before == "sqlite COMMIT" or not before.startswith(("fsync", "sqlite"))

    def _new(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir(parents=True)
        self.begin(folder)
        return folder

    def _after_fault(self, fault: Fault, ended: Ended, folder: Path) -> Iterator[str]:
        for run in runs(folder):
            there = contents(run)
            if there.items() - self.reference.items() or self.reference.keys() - there.keys() - REPORT:
                yield f"{run.name} is no whole run"
        if fault is Fault.KILLED:
            if ended.code != -signal.SIGKILL:
                yield f"was not killed: {ended}"
        elif ended.code == 0:  # it does without what is only a help
            yield from self._after_success(ended, folder)
        elif ended.code != 1 or not ended.error.endswith(f"{REMEDY}\n") or ended.error.count("\n") != 1:
            yield f"exit code {ended.code}, {ended.error}"

    def _after_success(self, ended: Ended, folder: Path) -> Iterator[str]:
        if (ended.code, ended.error) != (0, ""):
            yield f"exit code {ended.code}, {ended.error}"
        if not runs(folder) or (folder / "output/x/latest").resolve() != runs(folder)[-1]:
            yield "latest is not the newest run"
        elif contents(runs(folder)[-1]) != self.reference:
            yield "the run is not what it is without faults"


def carry_out(command: tuple[str, ...], folder: Path, fault: Fault = Fault.FULL, at: int = 0) -> Ended:
    """Carry a command out in a folder, in a process of its own."""
    errors, names = folder.with_suffix(".errors"), folder.with_suffix(".operations")
    process = os.fork()
    if process == 0:
        try:
            code = _in_child(command, folder, errors, names, Operations(fault, at))
        except BaseException:
            traceback.print_exc()
            code = 99
        sys.stderr.flush()
        os._exit(code)
    _, status = os.waitpid(process, 0)
    operations = names.read_text().splitlines() if names.exists() else []
    ended = Ended(os.waitstatus_to_exitcode(status), errors.read_text(), operations)
    for file in (errors, names):
        file.unlink(missing_ok=True)
    return ended


def _in_child(
    command: tuple[str, ...], folder: Path, errors: Path, names: Path, operations: Operations
) -> int:
    with errors.open("w") as said, names.open("w") as counted, Path(os.devnull).open("w") as nothing:
        os.dup2(said.fileno(), 2)
        os.dup2(nothing.fileno(), 1)
        os.chdir(folder)
        operations.watch()
        try:
            main.main(list(command))
        except SystemExit as ended:
            return int(ended.code or 0)
        finally:
            counted.write("\n".join(operations.names))
    return 98


def runs(folder: Path) -> list[Path]:
    """The finished runs, oldest first."""
    return sorted(manifest.parent for manifest in folder.glob("output/x/2*/manifest.json"))


def contents(run: Path) -> dict[str, str | bytes]:
    """The files of a run, but for the time that everything took."""
    files = {str(path.relative_to(run)): path for path in run.rglob("[!.]*") if path.is_file()}
    return {
        name: pd.read_csv(path, dtype=str).drop(columns="seconds").to_csv()
        if name in ("metrics.csv", "results.csv")
        else path.read_bytes()
        for name, path in files.items()
        if name not in OF_THE_TIME
    }


def left_over(folder: Path) -> list[str]:
    """What only somebody at work may have there."""
    names = (str(path.relative_to(folder)) for path in folder.rglob(".*") if path.name != ".trials")
    return [f"left over: {name}" for name in names]


def trials(folder: Path) -> list[str]:
    """The files of the trials."""
    return sorted(str(path.relative_to(folder)) for path in folder.glob("output/.trials/**/*"))


def begin_run(folder: Path) -> None:
    """An experiment that was not run yet."""
    (folder / "x.toml").write_text(EXPERIMENT, encoding="utf-8")


def everything_once(folder: Path) -> None:
    """Carry both commands out in this process, so that all they import is there."""
    folder.mkdir(parents=True)
    begin_run(folder)
    with chdir(folder), Path(os.devnull).open("w") as nothing, redirect_stdout(nothing):
        for command in (RUN, RENDER):
            with suppress(SystemExit):
                main.main(list(command))
    worker.held.clear()
    gc.freeze()  # so that forks go on sharing this memory


def sweep_all(folder: Path) -> None:
    """Try both commands with both faults."""
    torch.set_num_threads(1)
    os.environ["REPORTGEN_CACHE"] = "cache"  # in each attempt's own folder
    everything_once(folder / "once")
    # the slowest parts, and of no account here: proofs write nothing, nor does what cuts a font, which is
    # written by who asked for it, and the report is what `render` writes
    reportgen.execution.proving.prove_formulas = lambda _: []
    reportgen.report.fonts.subsets._cut = lambda *_: b"a font"
    reportgen.cli.run.report = lambda *_: None

    def begin_render(attempt: Path) -> None:
        shutil.copytree(folder / "once", attempt, symlinks=True, dirs_exist_ok=True)
        for name in REPORT:
            (attempt / "output/x/latest" / name).unlink()

    tried = 0
    for command, begin in ((RUN, begin_run), (RENDER, begin_render)):
        sweep = Sweep(folder / command[0], command, begin)
        tried += len(sweep.operations)
        for at in range(1, len(sweep.operations) + 1):
            faults = Fault if sweep.kills_differently(at) else (Fault.FULL,)
            for fault in faults:
                for problem in sweep.problems(fault, at):
                    print(problem, flush=True)
    print(f"tried {tried} operations")


if __name__ == "__main__":
    sweep_all(Path(sys.argv[1]).resolve())
