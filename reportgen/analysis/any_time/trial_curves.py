"""The curves of a problem's trials, laid out on the epochs that all of them have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportgen.analysis.scores import (
    LARGEST,
    AnalysisError,
    names,
    numbers,
    refuse_duplicates,
    require,
    seeds,
)

COLUMNS = ("problem", "optimizer", "seed", "epoch", "score")
TRIAL = ["problem", "optimizer", "seed"]


@dataclass(frozen=True)
class TrialCurves:
    """The curves of one optimizer's n trials over the m epochs that all trials of the problem have.

    Attributes:
        seeds: The n seeds, sorted.
        scores: The metric's values (n, m); NaN from where a trial has none any more.
        best: The best value up to each epoch (n, m), earlier epochs than the first of the m counted; the
            worst that there can be (an infinity) while a trial has none.
        diverged: Which of the n trials end without a score.
    """

    seeds: tuple[int | str, ...]
    scores: NDArray[np.float64]
    best: NDArray[np.float64]
    diverged: NDArray[np.bool_]


@dataclass(frozen=True)
class ProblemCurves:
    """The curves of one problem.

    What is compared over whole curves is compared up to the last epoch that every trial has that did not
    diverge, and from the first one on that all have: beyond, a difference of curves would be one of trials.

    Attributes:
        problem: Its name.
        higher_is_better: Whether a higher score is the better one.
        paired: Whether trials of one seed share what is random besides the optimizer.
        epochs: The m epochs, all of those at which any trial has a score.
        longest: The last epoch that any trial has.
        trials: By optimizer, sorted by name.
    """

    problem: str
    higher_is_better: bool
    paired: bool
    epochs: NDArray[np.float64]
    longest: float
    trials: Mapping[str, TrialCurves]

    @property
    def optimizers(self) -> tuple[str, ...]:
        """The names of the optimizers."""
        return tuple(self.trials)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Every two optimizers."""
        return list(combinations(self.trials, 2))

    @cached_property
    def common_seeds(self) -> tuple[int | str, ...]:
        """The seeds that every optimizer has, in their order."""
        first, *others = (curves.seeds for curves in self.trials.values())
        return tuple(seed for seed in first if all(seed in seeds for seeds in others))

    def rows_of(self, optimizer: str, wanted: tuple[int | str, ...]) -> NDArray[np.int_]:
        """Return the rows of these seeds among an optimizer's trials.

        Args:
            optimizer: Whose trials they are.
            wanted: Seeds that it has.
        """
        place = {seed: row for row, seed in enumerate(self.trials[optimizer].seeds)}
        return np.array([place[seed] for seed in wanted], dtype=int)


def lay_out(
    table: pd.DataFrame, *, higher_is_better: bool = True, paired: bool = True
) -> dict[str, ProblemCurves]:
    """Return the curves of every problem of which at least two optimizers share two epochs.

    A score that is missing between two others is interpolated between them, as are epochs that some trials
    have and others do not; a trial whose last rows have no score diverged.

    Args:
        table: A row for each epoch of each trial; the columns of COLUMNS, the score finite or none.
        higher_is_better: Whether a higher score is the better one.
        paired: Whether trials of one seed share what is random besides the optimizer.

    Returns:
        The curves by problem, sorted by name; none of an empty table.

    Raises:
        AnalysisError: Columns are missing, values are no numbers, an epoch is missing or negative, or two
            rows are of the same epoch of a trial.
    """
    if table.empty:
        return {}
    rows = checked_rows(table)
    laid_out = {}
    for problem, of_problem in rows.groupby("problem", sort=True):
        curves = _curves(str(problem), of_problem, higher_is_better=higher_is_better, paired=paired)
        if curves is not None:
            laid_out[str(problem)] = curves
    return laid_out


def checked_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of curves sorted, with the columns of COLUMNS, scores finite or NaN.

    Args:
        table: As for lay_out.

    Raises:
        AnalysisError: As lay_out.
    """
    require(table, COLUMNS)
    rows = pd.DataFrame(
        {
            "problem": names(table, "problem"),
            "optimizer": names(table, "optimizer"),
            "seed": seeds(table),
            "epoch": numbers(table, "epoch"),
            "score": numbers(table, "score"),
        }
    )
    wrong = ~(np.isfinite(rows["epoch"]) & (rows["epoch"] >= 0))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise AnalysisError(
            f"row {table.index[row]}, column epoch: {rows['epoch'].iloc[row]:g} is no epoch;"
            " it must be 0 or more"
        )
    rows.loc[~(rows["score"].abs() <= LARGEST), "score"] = np.nan
    refuse_duplicates(rows, (*TRIAL, "epoch"))
    return rows.sort_values([*TRIAL, "epoch"], ignore_index=True)


def _curves(
    problem: str, rows: pd.DataFrame, *, higher_is_better: bool, paired: bool
) -> ProblemCurves | None:
    """The curves of one problem's rows; None where there is nothing to compare."""
    if rows["optimizer"].nunique() < 2:
        return None
    wide = rows.pivot(index=["optimizer", "seed"], columns="epoch", values="score").sort_index()
    trials = rows.groupby(["optimizer", "seed"], sort=True)
    ends = rows.drop_duplicates(["optimizer", "seed"], keep="last").set_index(["optimizer", "seed"])
    diverged = ends["score"].isna().reindex(wide.index)
    if diverged.all():
        return None
    first = float(trials["epoch"].min().max())
    last = float(trials["epoch"].max().reindex(wide.index)[~diverged].min())
    epochs = wide.columns.to_numpy(dtype=float)
    window = (epochs >= first) & (epochs <= last)
    if window.sum() < 2:
        return None
    between = wide.interpolate(method="index", axis=1, limit_area="inside")
    # only epochs that were measured can be the best
    worst = -np.inf if higher_is_better else np.inf
    running = np.maximum if higher_is_better else np.minimum
    best = running.accumulate(wide.fillna(worst).to_numpy(), axis=1)
    optimizers = wide.index.get_level_values("optimizer")
    by_optimizer = {}
    for name in sorted(set(optimizers)):
        own = np.flatnonzero(optimizers == name)
        by_optimizer[str(name)] = TrialCurves(
            tuple(wide.index.get_level_values("seed")[own]),
            between.to_numpy()[np.ix_(own, np.flatnonzero(window))],
            best[np.ix_(own, np.flatnonzero(window))],
            diverged.to_numpy(dtype=bool)[own],
        )
    return ProblemCurves(problem, higher_is_better, paired, epochs[window], float(epochs.max()), by_optimizer)
