"""Who wants to know how training gets on, and who does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from reportgen.training import EpochRow, Trial


class Watcher(Protocol):
    """Hears of everything that a user may want to see while trials are trained.

    Trials are named by their place among those that were last said to be planned.
    """

    def planned(self, trials: Sequence[Trial], kept: int) -> None:
        """Hear that these trials are about to be trained; so many others are kept from before."""
        ...

    def epoch(self, place: int, row: EpochRow) -> None:
        """Hear that the trial at this place has finished another epoch."""
        ...

    def ended(self, place: int) -> None:
        """Hear that the trial at this place has ended."""
        ...

    def notice(self, line: str) -> None:
        """Hear something that the user should know."""
        ...


class Silent:
    """A watcher that says nothing of what it hears."""

    def planned(self, trials: Sequence[Trial], kept: int) -> None:
        """Do nothing."""

    def epoch(self, place: int, row: EpochRow) -> None:
        """Do nothing."""

    def ended(self, place: int) -> None:
        """Do nothing."""

    def notice(self, line: str) -> None:
        """Do nothing."""
