"""What an audit is made of: the trials of a run as it looks at them, and the facts that it finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

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
    """A trial as the records have it. epochs: how many it trained."""

    stage: str
    label: str
    seed: int
    setup: Mapping[str, Any]
    evidence: Mapping[str, Any]
    shapes: Mapping[str, Sequence[int]]
    finished: bool
    epochs: int

    @property
    def images(self) -> int | None:
        """The size of the small data set, None for all images."""
        size: int | None = self.setup["subset"]
        return size


def audited_trials(manifest: Mapping[str, Any], results: pd.DataFrame) -> Iterator[AuditedTrial]:
    """The trials of a run, from its manifest.json and results.csv."""
    parts = (
        manifest["trials"],
        manifest["evidence"],
        manifest["parameter_shapes"],
        results.to_dict("records"),
    )
    for trial, evidence, shapes, row in zip(*parts, strict=True):
        setup = trial["setup"]
        finished = row["status"] == "finished"
        yield AuditedTrial(
            setup["stage"],
            setup["label"],
            trial["seed"],
            setup,
            evidence,
            shapes,
            finished,
            int(row["epochs"]),
        )


def labels_of(trials: Sequence[AuditedTrial]) -> list[str]:
    """The setups of some trials, each once, in their order."""
    return list(dict.fromkeys(trial.label for trial in trials))


def name_of(trial: AuditedTrial) -> str:
    """A trial's setup, with its stage."""
    return f"{trial.label} ({trial.stage})"


def comma_separated(things: Sequence[object]) -> str:
    """Things as a list in one line."""
    return ", ".join(map(str, things))
