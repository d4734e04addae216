"""How a table is to be read: what its columns are, and which rows of it count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self


@dataclass(frozen=True)
class Reading:
    """What a user says of a table; None for what the table itself shows.

    Attributes:
        metric: The column to compare by.
        problem: Compare on this one only.
        optimizer_column: The column that names the optimizers.
        seed_column: The column of the seeds.
        problem_column: The column that names the problems.
        epoch_column: The column of the epochs, where a trial has a row for each.
        at: Which epoch's score counts: "last", "best:COLUMN" or "epoch:N".
        paired: Whether trials of one seed share what is random besides the optimizer.
    """

    metric: str | None = None
    problem: str | None = None
    optimizer_column: str | None = None
    seed_column: str | None = None
    problem_column: str | None = None
    epoch_column: str | None = None
    at: str | None = None
    paired: bool | None = None

    def given(self) -> dict[str, Any]:
        """Return what was said, to be kept."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def kept(cls, given: Mapping[str, Any]) -> Self:
        """Return the reading that `given` told of; what another version said besides is passed by."""
        return cls(**{field.name: given.get(field.name) for field in fields(cls)})


AS_IT_IS = Reading()
"""Everything as the table itself shows it."""
