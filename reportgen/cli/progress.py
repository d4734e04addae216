"""How far a run has got: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from reportgen.training import EpochRow, Trial

SECONDS_BETWEEN_LINES = 10.0


def name_of(trial: Trial) -> str:
    """comparison Adam seed 0."""
    return f"{trial.setup.stage} {trial.setup.label} seed {trial.seed}"


def also_kept(kept: int) -> str:
    """What is said of trials that need no training."""
    return f" ({kept} more are kept from before)" if kept else ""


class Bars:
    """A bar for every trial and one for all of them, on a terminal."""

    def __init__(self, console: Console) -> None:
        self.progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("epochs"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
            console=console,
        )
        self.total: TaskID | None = None
        self.bars: dict[int, TaskID] = {}
        self.done: dict[int, int] = {}
        self.trials: Sequence[Trial] = ()

    def __enter__(self) -> Self:
        """Start drawing."""
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the last state standing."""
        self.progress.stop()

    def planned(self, trials: Sequence[Trial], kept: int) -> None:
        """Draw the bar of all epochs; that of the trials before stays full."""
        self.trials, self.bars, self.done = trials, {}, {}
        self.total = self.progress.add_task(
            f"{len(trials)} trials{also_kept(kept)}",
            total=sum(trial.setup.epochs for trial in trials),
            note="",
        )

    def epoch(self, place: int, row: EpochRow) -> None:
        """Move a trial's bar on; it appears with the trial's first epoch and goes with its last."""
        trial = self.trials[place]
        if place not in self.bars:
            self.bars[place] = self.progress.add_task(name_of(trial), total=trial.setup.epochs, note="")
        note = "diverged" if row.diverged else f"validation {row.validation_accuracy:.2%}"
        self.progress.update(self.bars[place], completed=row.epoch, note=note)
        self.done[place] = row.epoch
        if self.total is not None:
            self.progress.advance(self.total, 1)

    def ended(self, place: int) -> None:
        """Take its bar away, and count the epochs that it did without."""
        if place in self.bars:
            self.progress.update(self.bars[place], visible=False)
        if self.total is not None:
            self.progress.advance(self.total, self.trials[place].setup.epochs - self.done.get(place, 0))

    def notice(self, line: str) -> None:
        """Say it above the bars."""
        self.progress.console.print(f"note: {line}", markup=False, highlight=False, soft_wrap=True)


class Lines:
    """A line per trial when it ends, and one every ten seconds meanwhile; for logs and pipes."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.trials: Sequence[Trial] = ()
        self.ended_trials = 0
        self.newest: dict[int, EpochRow] = {}
        self.last_line = time.monotonic()

    def __enter__(self) -> Self:
        """Nothing to start."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to stop."""

    def planned(self, trials: Sequence[Trial], kept: int) -> None:
        """Say how much there is to do."""
        self.trials, self.ended_trials, self.newest = trials, 0, {}
        epochs = sum(trial.setup.epochs for trial in trials)
        self._say(f"training: {len(trials)} trials{also_kept(kept)}, {epochs} epochs")

    def epoch(self, place: int, row: EpochRow) -> None:
        """Say now and then how a trial gets on."""
        self.newest[place] = row
        if time.monotonic() - self.last_line > SECONDS_BETWEEN_LINES:
            self._say_where(place)

    def ended(self, place: int) -> None:
        """Say that a trial is done."""
        self.ended_trials += 1
        self._say_where(place)

    def notice(self, line: str) -> None:
        """Say it."""
        self._say(f"note: {line}")

    def _say_where(self, place: int) -> None:
        trial, row = self.trials[place], self.newest[place]
        self._say(
            f"{name_of(trial)}: {'diverged at ' if row.diverged else ''}epoch"
            f" {row.epoch}/{trial.setup.epochs},"
            f" training loss {row.training_loss:.4f} accuracy {row.training_accuracy:.4f},"
            f" validation loss {row.validation_loss:.4f} accuracy {row.validation_accuracy:.4f}"
            f" ({self.ended_trials}/{len(self.trials)} trials done)"
        )

    def _say(self, line: str) -> None:
        self.last_line = time.monotonic()
        self.console.print(line, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def counted(what: str, console: Console) -> Iterator[Callable[[int, int], None] | None]:
    """A bar for something that is counted: called with how much is done, and of how much.

    None where the output goes to no terminal: nothing is to be said there.
    """
    if not console.is_terminal:
        yield None
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def watch(console: Console) -> Bars | Lines:
    """Whichever suits where the output goes."""
    return Bars(console) if console.is_terminal else Lines(console)
