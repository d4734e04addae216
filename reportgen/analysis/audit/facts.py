"""What an audit is made of: the trials of a run as it looks at them, and the facts that it finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reportgen.experiment.trial import Evidence, Setup

Value = int | float | str


@dataclass(frozen=True)
class Fact:
    """One thing that was looked at.

    Attributes:
        key: What was found, of which there is a sentence.
        passed: None where it speaks neither for fairness nor against it.
        values: What the sentence needs.
    """

    key: str
    passed: bool | None
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class AuditedTrial:
    """A trial as the audit looks at it.

    Attributes:
        setup: As it trained.
        seed: Of the trial.
        evidence: What was measured of it.
        shapes: Of its parameters, by name.
        finished: Whether it did not diverge.
        epochs: How many it trained.
        validation_accuracy: At its best epoch; None where it diverged, or nobody kept it.
        test_accuracy: The same on the test images.
    """

    setup: Setup
    seed: int
    evidence: Evidence
    shapes: Mapping[str, Sequence[int]]
    finished: bool
    epochs: int
    validation_accuracy: float | None = None
    test_accuracy: float | None = None

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

    Attributes:
        source: Where they come from.
        train: How many images this part has.
        validation: How many images this part has.
        test: How many images this part has.
        duplicates: How many stand in two parts, by the parts' names; None where nobody looked.
        test_drawn: Whether the test part was drawn from all, as the source has none of its own.
        classes: Their names.
        by_class: How many images of each class a part has, by its name; none where nobody counted.
        near_copies: How many are nearly the same as one in an earlier part, by the parts' names; None where
            nobody looked.
    """

    source: str
    train: int
    validation: int
    test: int
    duplicates: Mapping[str, int] | None
    test_drawn: bool = False
    classes: Sequence[str] = ()
    by_class: Mapping[str, Sequence[int]] = field(default_factory=dict)
    near_copies: Mapping[str, int] | None = None


def labels_of(trials: Sequence[AuditedTrial]) -> list[str]:
    """Return the setups of some trials, each once, in their order."""
    return list(dict.fromkeys(trial.label for trial in trials))


def name_of(trial: AuditedTrial) -> dict[str, Value]:
    """Return what a sentence needs to name a trial's setup: what it is called, and its stage."""
    return {"setup": trial.label, "stage": trial.stage}


def list_in_line(things: Sequence[object]) -> str:
    """Return things as a list in one line, which a report parts as its languages do."""
    return "; ".join(map(str, things))
