"""A run in hand: its folder, and the records that stand there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reportgen.records import run_folder
from reportgen.records.run_folder import RunRecords


@dataclass(frozen=True)
class Run:
    """A run's folder, with what was read there once for all that is made of it."""

    folder: Path
    records: RunRecords

    @staticmethod
    def read(folder: Path) -> Run:
        """Read a run.

        Args:
            folder: Where its manifest.json is.

        Returns:
            The run.

        Raises:
            UserError: Records are missing or damaged.
        """
        return Run(folder, run_folder.read(folder))
