"""Small experiments on the embedded digits, a cache of their own, and nothing that can hang."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import torch

from reportgen.experiment import read
from reportgen.runs.run import Source
from reportgen.training import EpochRow, Trial

SECONDS = 300


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
def no_hanging(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that waits for ever fails instead."""

    def give_up(*_: object) -> None:
        raise TimeoutError(f"not done after {SECONDS} seconds")

    if request.node.get_closest_marker("slow"):
        yield
        return
    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
    for child in multiprocessing.active_children():  # a failed test's workers would keep pytest from ending
        child.kill()


class Listener:
    """Remembers what a run reports."""

    def __init__(self) -> None:
        self.trials: Sequence[Trial] = ()
        self.rows: list[tuple[int, int]] = []

    def planned(self, trials: Sequence[Trial]) -> None:
        self.trials = trials

    def epoch(self, place: int, row: EpochRow) -> None:
        self.rows.append((place, row.epoch))


@pytest.fixture
def listener() -> Listener:
    return Listener()


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
