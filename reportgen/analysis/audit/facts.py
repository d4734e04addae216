"""What an audit is made of: the trials of a run as it looks at them, and the facts that it finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reportgen.experiment.trial import Evidence, Setup

Value = int | float | str


@dataclass(frozen=True)
class Fact:
    """One thing that was looked at.

    key: what was found, of which there is a sentence. passed: None where it speaks neither for fairness nor
    against it. values: what the sentence needs.
    """

    key: str
    passed: bool | None
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class AuditedTrial:
    """A trial as the audit looks at it.

    shapes: of its parameters, by name. finished: whether it did not diverge. epochs: how many it trained.
    """

    setup: Setup
    seed: int
    evidence: Evidence
    shapes: Mapping[str, Sequence[int]]
    finished: bool
    epochs: int

    @property
    def stage(self) -> str:
        """What it was trained for."""
        return self.setup.stage

    @property
    def label(self) -> str:
        """What the report calls its setup."""
        return self.setup.label


@dataclass(frozen=True)
class AuditedData:
    """The data as the audit looks at them.

    train, validation, test: how many images each part has. duplicates: how many stand in two parts, by the
    parts' names; None where nobody looked.
    """

    source: str
    train: int
    validation: int
    test: int
    duplicates: Mapping[str, int] | None


def labels_of(trials: Sequence[AuditedTrial]) -> list[str]:
    """The setups of some trials, each once, in their order."""
    return list(dict.fromkeys(trial.label for trial in trials))


def name_of(trial: AuditedTrial) -> str:
    """A trial's setup, with its stage."""
    return f"{trial.label} ({trial.stage})"


def comma_separated(things: Sequence[object]) -> str:
    """Things as a list in one line."""
    return ", ".join(map(str, things))
