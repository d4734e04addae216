"""How often a run trained, its search with it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from reportgen.experiment.trial import Trial
from reportgen.records.run_folder import RunRecords


@dataclass(frozen=True)
class Trainings:
    """How many trainings a run's records rest on.

    Attributes:
        total: All of them.
        searched: Those of them that the search made.
    """

    total: int
    searched: int


def count_trainings(records: RunRecords) -> Trainings:
    """Count every training once: a trial that two stages share was trained once."""
    total = len(records.manifest.kept_trials)
    return Trainings(total, total - len({_without_name(trial) for trial in records.manifest.trials}))


def _without_name(trial: Trial) -> str:
    """A trial but for what the experiment calls it; as execution/trial_key.py has it."""
    return json.dumps(trial.model_dump(exclude={"setup": {"stage", "label"}}), sort_keys=True)
