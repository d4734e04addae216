"""Results of any kind, drawn by Hypothesis: scores of optimizers by seed, and races to a target."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from reportgen.records import run_folder
from tests.helpers.manifests import a_trial, a_whole_manifest

Scores = Mapping[str, Sequence[float | None]]
"""Every optimizer's scores by seed; None diverged, or is missing from a table of scores."""

EPOCHS = 6


@st.composite
def scores_of(draw: st.DrawFn, names: str, seeds: int) -> Scores:
    """Scores of a few levels and very different spreads, so that all kinds of verdicts come up, and ties."""
    noise = np.random.default_rng(draw(st.integers(0, 2**16)))
    found = {}
    for name in names:
        level, spread = draw(st.integers(0, 4)), draw(st.sampled_from([0.0, 0.002, 0.01, 0.1]))
        values = np.round(0.5 + 0.02 * level + spread * noise.uniform(-1, 1, seeds), 3)
        lost = draw(st.integers(0, seeds - 1)) if draw(st.integers(0, 9)) == 0 else None
        found[name] = [None if seed == lost else float(value) for seed, value in enumerate(values)]
    return found


NAMES = st.integers(1, 4).map(lambda count: "ABCD"[:count])

SEEDS = st.integers(1, 12)

RUNS = st.tuples(NAMES, SEEDS).flatmap(lambda size: st.tuples(scores_of(*size), st.none() | scores_of(*size)))

TABLES = st.tuples(NAMES, SEEDS).flatmap(lambda size: scores_of(*size))

# the epoch at which each trial gets above its validation accuracy of before, or too late
RACES = st.tuples(TABLES, st.integers(0, 2), st.integers(0, 4), st.integers(0, 2**16)).map(
    lambda drawn: (drawn[0], race(*drawn[:3], np.random.default_rng(drawn[3])))
)

# nobody is separated from A, and B and C are far apart
WIDE = [0.7, 0.9, 0.65, 0.92, 0.66, 0.93, 0.95, 0.7, 0.92, 0.68]

NARROW = [round(0.79 + seed / 1000, 3) for seed in range(10)]

INTRANSITIVE: Scores = {"A": WIDE, "B": NARROW, "C": [round(score - 0.03, 3) for score in NARROW]}


def race(scores: Scores, step: int, spread: int, noise: np.random.Generator) -> list[int]:
    return [
        int(min(EPOCHS + 2, 1 + step * place + noise.integers(0, spread, endpoint=True)))
        for place, values in enumerate(scores.values())
        for _ in values
    ]


def trials(made: Mapping[str, Scores]) -> pd.DataFrame:
    """The rows of results.csv."""
    rows = [
        {
            **dict.fromkeys(run_folder.RESULT_COLUMNS, 0.5),
            **{"stage": stage, "setup": name, "optimizer": name, "seed": seed, "parameters": 10},
            **{"status": "finished" if score is not None else "diverged", "test_images": 1000},
            **{"test_accuracy": np.nan if score is None else score},
        }
        for stage, scores in made.items()
        for name, values in scores.items()
        for seed, score in enumerate(values)
    ]
    return pd.DataFrame(rows)


def metrics(scores: Scores, reached: Sequence[int]) -> pd.DataFrame:
    """The rows of metrics.csv of one stage: 0.5 until a trial reaches 0.9."""
    epochs = itertools.product(scores, range(len(next(iter(scores.values())))))
    rows = [
        {
            **dict.fromkeys(run_folder.EPOCH_COLUMNS, 0.5),
            **{"stage": "comparison", "setup": name, "seed": seed, "epoch": epoch, "seconds": 1.0},
            **{"validation_accuracy": 0.9 if epoch >= first else 0.5},
        }
        for (name, seed), first in zip(epochs, reached, strict=True)
        for epoch in range(1, EPOCHS + 1)
    ]
    return pd.DataFrame(rows)


def made_records(results: pd.DataFrame, **settings: Any) -> run_folder.RunRecords:
    """The records of a run with these results. settings: of its experiment, in place of the usual ones."""
    described = [
        a_trial(row["stage"], row["setup"], row["seed"], batch_size=n)
        for n, row in enumerate(results.to_dict("records"), start=1)
    ]
    return run_folder.RunRecords(
        manifest_json=a_whole_manifest(described, settings),
        epochs=pd.DataFrame(columns=list(run_folder.EPOCH_COLUMNS)),
        results=results,
        search=pd.DataFrame(columns=list(run_folder.SEARCH_COLUMNS)),
        confusion=pd.DataFrame(columns=list(run_folder.CONFUSION_COLUMNS)),
        sample_images=np.zeros((1, 2, 2, 1), np.uint8),
        sample_labels=np.zeros(1, np.int64),
        excerpts={},
        experiment_text="",
    )
