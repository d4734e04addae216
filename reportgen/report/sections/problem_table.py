"""The table of problems by optimizers: the mean or the median of each on each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportgen.analysis.across_problems import AcrossProblems
from reportgen.analysis.comparison import Comparison
from reportgen.report.figures.marks import look
from reportgen.report.sections.section import Claim, claim_row
from reportgen.report.words import numbers
from reportgen.report.words.numbers import Unit

MOST_COLUMNS, MOST_LETTERS = 6, 100
"""So many optimizers stand beside each other in a table, and their columns have so many letters together with
that of the problems; more are in several tables."""

LOST = "×"
"""What stands before the number of trials without a score; alone where such a trial is the median."""


def problem_tables(
    comparison: Comparison, across: AcrossProblems, scores: pd.DataFrame, unit: Unit
) -> list[dict[str, Any]]:
    """Return the tables, the optimizers in their order over all problems.

    The cells are medians where any trial has no score, which is as good as the worst; else means. The best
    of a problem is marked where it is shown to be better than every other one there.

    Args:
        comparison: Of the scores.
        across: The optimizers over all problems.
        scores: Of scores.checked.
        unit: How the scores are written.
    """
    medians = has_lost(scores)
    winners = {standing.problem: standing.winner for standing in comparison.standings}
    trials = {
        (str(problem), str(optimizer)): rows["score"].to_numpy(dtype=float)
        for (problem, optimizer), rows in scores.groupby(["problem", "optimizer"])
    }
    return [
        {
            "optimizers": [
                {"name": name, "color": look(name, comparison.optimizers).color} for name in names
            ],
            "rows": [
                {
                    "problem": problem,
                    "cells": [
                        {
                            **_cell(trials.get((problem, name)), unit, comparison.higher_is_better, medians),
                            "best": winners[problem] == name,
                        }
                        for name in names
                    ],
                }
                for problem in across.problems
            ],
            "probabilities": [probability(across.probabilities[name]) for name in names],
        }
        for names in _evenly_cut(across.optimizers, max(map(len, across.problems)), 11 if medians else 7)
    ]


def claim_problem_tables(tables: Sequence[dict[str, Any]]) -> Iterator[Claim]:
    """Yield the claims of the rows of the tables.

    Args:
        tables: Of problem_tables.
    """
    for table in tables:
        for row in table["rows"]:
            cells = (f"{cell['value']} {cell['lost']}".strip() for cell in row["cells"])
            yield claim_row("scores by problem", row["problem"], *cells)


def has_lost(scores: pd.DataFrame) -> bool:
    """Return whether any trial has no score.

    Args:
        scores: Of scores.checked.
    """
    return bool(scores["score"].isna().any())


def any_best(tables: Sequence[dict[str, Any]]) -> bool:
    """Return whether any cell is marked as the best of its problem.

    Args:
        tables: Of problem_tables.
    """
    return any(cell["best"] for table in tables for row in table["rows"] for cell in row["cells"])


def probability(value: float) -> str:
    """Return a probability of improvement as it is written: 0.80."""
    return numbers.MISSING if math.isnan(value) else numbers.decimals(value, 2)


def _evenly_cut(names: Sequence[str], beside: int, cell: int) -> list[Sequence[str]]:
    """The optimizers of each table. beside, cell: letters of the column of the problems, and of a value."""
    parts = math.ceil(len(names) / MOST_COLUMNS)
    while True:
        size = math.ceil(len(names) / parts)
        tables = [names[start : start + size] for start in range(0, len(names), size)]
        widest = max(sum(max(len(name) + 2, cell) for name in table) for table in tables)
        if size == 1 or beside + widest <= MOST_LETTERS:
            return tables
        parts += 1


def _cell(
    scores: NDArray[np.float64] | None, unit: Unit, higher_is_better: bool, medians: bool
) -> dict[str, str]:
    """What stands in a cell: the mean or the median, and how many trials have no score."""
    if scores is None:
        return {"value": numbers.MISSING, "lost": ""}
    lost = int(np.isnan(scores).sum())
    counted = np.nan_to_num(scores, nan=-math.inf if higher_is_better else math.inf)
    middle = float(_median(counted) if medians else counted.mean())
    return {
        "value": unit.value(middle) if math.isfinite(middle) else "",
        "lost": f"{LOST}{lost}/{len(scores)}" if lost else "",
    }


def _median(values: NDArray[np.float64]) -> float:
    """The median; of an even number with an infinite one in the middle, that one."""
    low, high = np.sort(values)[[(len(values) - 1) // 2, len(values) // 2]]
    return float(low if low == high else (low + high) / 2)
