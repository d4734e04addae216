"""Trials of every kind that train in a moment, trained by an executor, and what came of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from reportgen.execution import worker
from reportgen.execution.executors.assignment import Assignment
from reportgen.execution.executors.driving import execute
from reportgen.execution.executors.executor import Executor
from reportgen.execution.worker import DataSettings, Workplace, load_data
from reportgen.training import EpochRow, Record, Setup, Trial
from tests.helpers.user_code import code_of

OWN = code_of("""
from reportgen.optim.rules.adam import Adam


class Mine(Adam):
    pass
""")


@dataclass
class Training:
    """What came of trials, and what was heard meanwhile."""

    folder: Path
    records: list[Record] = field(default_factory=list)
    environments: dict[int, dict[str, Any]] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    rows: list[tuple[int, EpochRow]] = field(default_factory=list)

    def is_under_way(self, *places: int) -> bool:
        """Whether these trials have had some epochs, so that there are checkpoints of them."""
        epochs = [place for place, _ in self.rows]
        return all(epochs.count(place) >= 3 for place in places)

    @property
    def numbers(self) -> list[str]:
        """All of the records but how long everything took, to the bit."""
        return [
            repr(replace(record, epochs=tuple(replace(row, seconds=0.0) for row in record.epochs)))
            + str(asdict(record)["test"])
            for record in self.records
        ]

    @property
    def files(self) -> dict[str, bytes]:
        """What is in the trials' workplaces, but for their checkpoints."""
        return {
            str(file.relative_to(self.folder)): file.read_bytes()
            for file in sorted(self.folder.rglob("*"))
            if file.name in ("model.safetensors", "insight.npz")
        }


def make_trials(epochs: int) -> list[Trial]:
    """Two of a comparison, one that keeps its classifier, and one with a user's optimizer."""

    def make(optimizer: str, seed: int, **changes: Any) -> Trial:
        setup = Setup(
            stage="comparison",
            label=optimizer,
            optimizer=optimizer,
            hyperparameters={"learning_rate": 0.01},
            hidden=(6,),
            batch_size=8,
            epochs=epochs,
            l2=0.001,
            initial_std=None,
            dtype="float32",
            subset=None,
        )
        return Trial(replace(setup, **changes), seed)

    return [
        make("SGD", 0),
        make("SGD", 1),
        make("Adam", 0, stage="tuned", dropout=0.2),
        make("hw5.py:Mine", 0, epochs=3, optimizer_code=OWN.digest),
    ]


def make_data(folder: Path) -> DataSettings:
    """Images that only this process can read: their file is gone once they are loaded."""
    random = np.random.default_rng(0)
    file = folder / "x.npz"
    np.savez(
        file,
        x_train=random.integers(0, 256, (100, 6, 6, 3), dtype=np.uint8),
        y_train=np.arange(100) % 3,
        x_test=random.integers(0, 256, (30, 6, 6, 3), dtype=np.uint8),
        y_test=np.arange(30) % 3,
    )
    settings = load_data(DataSettings("npz", file, None, 60, 30, None, None, False)).settings
    file.unlink()
    return settings


def train(
    trials: list[Trial],
    data: DataSettings,
    folder: Path,
    executor: Executor | None,
    *,
    seconds_between: float = 15,
    on_epoch: Callable[[Training], object] = lambda _: None,
) -> Training:
    """Train trials, and remember what is heard.

    on_epoch: called with all that is known so far, after every epoch.
    """
    training = Training(folder)

    def hear(place: int, row: EpochRow) -> None:
        training.rows.append((place, row))
        on_epoch(training)

    with executor or contextlib.nullcontext():
        training.records = execute(
            trials,
            data,
            executor=executor,
            workplaces=[
                Workplace(folder / f"trial{place}", trial.setup.stage == "tuned", seconds_between, (OWN,))
                for place, trial in enumerate(trials)
            ],
            on_epoch=hear,
            on_trained=lambda place, trained: training.environments.update({place: trained.environment}),
            on_notice=training.notices.append,
        )
    return training


def trained_alike(executor: Executor, folder: Path, caches: Sequence[Path]) -> tuple[Training, Training]:
    """Train in this process and by workers that share nothing with it; see that both leave the same.

    The data went to each worker's cache once, and nothing of the trials is left there.
    """
    data, trials = make_data(folder), make_trials(20)
    here = train(trials, data, folder / "here", None)
    there = train(trials, data, folder / "there", executor)
    assert there.numbers == here.numbers
    assert there.files == here.files
    assert list(there.files) == ["trial2/insight.npz", "trial2/model.safetensors"]
    assert sorted((place, row.epoch) for place, row in there.rows) == sorted(
        (place, row.epoch) for place, row in here.rows
    )
    assert there.notices == []
    assert sorted(path.name for path in (folder / "there").iterdir()) == ["trial2"]
    kept = [[str(path.relative_to(cache)) for path in cache.glob("*/*")] for cache in caches]
    sent = [f"data/sent-{str(data.digest)[:16]}"]
    assert sent in kept
    assert all(names in (sent, []) for names in kept)  # a quick worker may have trained all of them
    return here, there


def elsewhere(assignment: Assignment) -> Assignment:
    """The same for a machine that does not see the driver's folders."""
    task = assignment.task
    nowhere = assignment.folder.parent / "nowhere"
    workplace = replace(task.workplace, folder=nowhere / task.workplace.folder.name)
    return replace(assignment, folder=nowhere / "own", task=replace(task, workplace=workplace))


@contextlib.contextmanager
def empty_handed() -> Iterator[None]:
    """Let this process hold no data, as one that has just begun; it holds again what it held afterwards."""
    before = dict(worker.held)
    worker.held.clear()
    try:
        yield
    finally:
        worker.held.clear()
        worker.held.update(before)
