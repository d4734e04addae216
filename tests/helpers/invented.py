"""A search without training."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from reportgen.training import EpochRow, Evidence, Record, Trial


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
