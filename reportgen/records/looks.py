"""How often the same comparison was looked at before with other seeds: each look is a chance to be misled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from reportgen.experiment.stages import COMPARISON, EQUALLY_TUNED
from reportgen.records.history import PastRun
from reportgen.records.manifest import Description

ASKED = {COMPARISON: ("data", "comparison", "defects", "code"), EQUALLY_TUNED: ("search",)}
"""The tables of an experiment that a stage's results depend on; those of the comparison count for both."""


def find_looks(
    past: Sequence[PastRun], now: Description, scores: pd.DataFrame
) -> dict[str, list[dict[str, Any]]]:
    """Return, by stage, the earlier runs that asked for the same with other seeds.

    The same seeds again are no further look: they show the same results. Of runs with the same seeds the
    first counts.

    Args:
        past: The earlier runs of the experiment, the oldest first.
        now: What is said of the new run.
        scores: Of the new run; the columns stage, seed.

    Returns:
        For each compared stage of the new run: run and seeds of each look.
    """
    looks: dict[str, list[dict[str, Any]]] = {}
    for stage in (COMPARISON, EQUALLY_TUNED):
        seeds = _seeds(scores, stage)
        if not seeds:
            continue
        seen, looks[stage], asked = {seeds}, [], _asked(now, stage)
        for run in past:
            before = _seeds(run.scores, stage)
            if before and before not in seen and _asked(run.description, stage) == asked:
                seen.add(before)
                looks[stage].append({"run": run.run, "seeds": list(before)})
    return looks


def _seeds(scores: pd.DataFrame, stage: str) -> tuple[int, ...]:
    return tuple(sorted({int(seed) for seed in scores.loc[scores["stage"] == stage, "seed"]}))


def _asked(described: Description, stage: str) -> Mapping[str, Any]:
    """What an experiment asks for that a stage's results depend on, but for the seeds."""
    settings = described.experiment.settings.model_dump()
    names = (*ASKED[COMPARISON], *(ASKED[stage] if stage != COMPARISON else ()))
    asked = {name: settings.get(name) for name in names}
    for name, table in asked.items():
        if name == "comparison" and isinstance(table, Mapping):
            asked[name] = {key: value for key, value in table.items() if key != "seeds"}
        if name == "search" and isinstance(table, Mapping):
            asked[name] = table.get(COMPARISON)
    return asked
