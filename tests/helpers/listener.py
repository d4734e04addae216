"""What a run reports, remembered."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.training import EpochRow, Trial


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
