"""How often a run trained, its search with it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from reportgen.records.run_folder import RunRecords


@dataclass(frozen=True)
class Trainings:
    """How many trainings a run's records rest on. searched: those of them that the search made."""

    total: int
    searched: int


def count_trainings(records: RunRecords) -> Trainings:
    """Every training once: a trial that two stages share was trained once."""
    total = len(records.manifest["kept_trials"])
    return Trainings(total, total - len({_without_name(trial) for trial in records.manifest["trials"]}))


def _without_name(trial: dict[str, object]) -> str:
    """A trial but for what the experiment calls it; as execution/trial_key.py has it."""
    setup = trial["setup"]
    assert isinstance(setup, dict)
    described = {name: value for name, value in setup.items() if name not in {"stage", "label"}}
    return json.dumps([described, trial["seed"], trial["defects"]], sort_keys=True)
