"""Small experiments on the embedded digits, a cache of their own, and no workers left behind."""

from __future__ import annotations

import math
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import torch

from reportgen.experiment.reading import Source, read
from reportgen.planning.search import Searched, search, studies_of
from reportgen.training import EpochRow, Evidence, Record, Trial


@pytest.fixture(autouse=True, scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REPORTGEN_CACHE", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def no_workers_left() -> Iterator[None]:
    """A failed test's workers would keep pytest from ending."""
    yield
    for child in multiprocessing.active_children():
        child.kill()


class Listener:
    """Remembers what a run reports."""

    def __init__(self) -> None:
        self.trials: Sequence[Trial] = ()
        self.rounds: list[list[Trial]] = []
        self.rows: list[tuple[int, int]] = []
        self.over: list[int] = []
        self.kept: list[int] = []
        self.notices: list[str] = []

    def planned(self, trials: Sequence[Trial], kept: int) -> None:
        self.trials = trials
        self.rounds.append(list(trials))
        self.kept.append(kept)

    def epoch(self, place: int, row: EpochRow) -> None:
        self.rows.append((place, row.epoch))

    def ended(self, place: int) -> None:
        self.over.append(place)

    def notice(self, line: str) -> None:
        self.notices.append(line)


@pytest.fixture
def listener() -> Listener:
    return Listener()


class Invented:
    """Stands in for training: a trial reaches the accuracy that a function gives; with None it diverges."""

    def __init__(self, accuracy: Callable[[Trial], float | None]) -> None:
        self.accuracy = accuracy
        self.rounds: list[list[Trial]] = []

    def records(self, trials: Sequence[Trial]) -> list[Record]:
        self.rounds.append(list(trials))
        return [self._record(trial) for trial in trials]

    def _record(self, trial: Trial) -> Record:
        reached = self.accuracy(trial)
        loss = math.nan if reached is None else 1.0
        # the best epoch is the first; the last looks better and must not count
        rows = (
            EpochRow(1, loss, 0.0, loss, reached or 0.0, 0.0, 0.1),
            EpochRow(2, 2.0, 1.0, 2.0, 1.0, 0.0, 0.1),
        )
        return Record(
            trial=trial,
            epochs=rows[:1] if reached is None else rows,
            diverged=reached is None,
            best_epoch=None if reached is None else 1,
            test=None,
            parameter_shapes={},
            steps=2,
            evidence=Evidence("", "", 1, 1, 1, 1, {}, 0.0, "validation_loss"),
        )


@pytest.fixture
def searched(tmp_path: Path) -> Callable[..., list[Searched]]:
    """What a search of this text finds where trials reach what a function says, without any training."""

    def make(text: str, accuracy: Callable[[Trial], float | None]) -> list[Searched]:
        file = tmp_path / "searched.toml"
        file.write_text(text, encoding="utf-8")
        return search(studies_of(read(file), 10), Invented(accuracy).records)

    return make


TEXT = """
title = "Small"
[data]
source = "digits"
train = 60
validation = 30
test = 40
[comparison]
hidden = [6]
batch_size = 7
epochs = 2
seeds = 2
optimizers = [
  { name = "SGD", learning_rate = 0.05 },
  { name = "Adam", learning_rate = 0.01 },
]
[tuned]
hidden = [8, 6]
batch_size = 7
epochs = 3
l2 = 1e-3
optimizer = { name = "SGD_Momentum", learning_rate = 0.05 }
[defects]
batches_slide_by_one = false
"""


@pytest.fixture
def source(tmp_path: Path) -> Callable[..., Source]:
    """An experiment as a run takes it: five trials of two or three epochs on a few digits.

    Called with pairs of what to replace in its text, and by what.
    """

    def make(*changes: tuple[str, str]) -> Source:
        text = TEXT
        for right, wrong in changes:
            assert text.count(right) == 1
            text = text.replace(right, wrong)
        file = tmp_path / "small.toml"
        file.write_text(text, encoding="utf-8")
        return Source("small", file, text, read(file))

    return make
