"""The trials of every problem as a grid of optimizers and seeds, of which pairs take what they have."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportgen.analysis.rank_strata import Stratum


def grids_of(table: pd.DataFrame, higher_is_better: bool) -> list[Grid]:
    """Return the trials of each problem, the problems sorted by name.

    Args:
        table: Of scores.checked.
        higher_is_better: Whether a higher score is the better one.
    """
    sign = 1.0 if higher_is_better else -1.0
    scores = np.nan_to_num(sign * table["score"].to_numpy(dtype=float), nan=-np.inf, neginf=-np.inf)
    (problems, _), (optimizers, names), (seeds, _) = (
        pd.factorize(table[column], sort=True) for column in ("problem", "optimizer", "seed")
    )
    parts = np.split(np.argsort(problems, kind="stable"), np.cumsum(np.bincount(problems))[:-1])
    return [
        Grid(number, optimizers[rows], list(map(str, names)), seeds[rows], scores[rows])
        for number, rows in enumerate(parts)
    ]


class Grid:
    """The trials of one problem, by seed and optimizer: whether it is there, and its score, higher better.

    Args:
        number: The place of the problem.
        optimizers: The optimizer of each trial, by its place in names.
        names: Of all optimizers.
        seeds: The seed of each trial, by its place among all.
        scores: Of each trial; -inf where it is lost.
    """

    def __init__(
        self,
        number: int,
        optimizers: NDArray[np.intp],
        names: Sequence[str],
        seeds: NDArray[np.intp],
        scores: NDArray[np.float64],
    ) -> None:
        self.number = number
        own, places = np.unique(optimizers, return_inverse=True)
        own_seeds, columns = np.unique(seeds, return_inverse=True)
        self.rows = {names[optimizer]: place for place, optimizer in enumerate(own.tolist())}
        self.there = np.zeros((len(own), len(own_seeds)), dtype=bool)
        self.there[places, columns] = True
        self.scores = np.full(self.there.shape, -np.inf)
        self.scores[places, columns] = scores

    def has(self, *names: str) -> bool:
        """Return whether all of these optimizers have a trial.

        Args:
            *names: Of the optimizers.
        """
        return all(name in self.rows for name in names)

    def stratum(self, first: str, second: str, paired: bool) -> Stratum:
        """Return the two with the seeds that both have; with all of theirs where nothing is paired.

        Args:
            first: The optimizer whose wins count.
            second: The other one.
            paired: Whether trials of one seed belong together.
        """
        a, b = self.rows[first], self.rows[second]
        both = self.there[a] & self.there[b]
        if paired and both.any():
            return Stratum(self.number, self.scores[a][both], self.scores[b][both], paired=True)
        return Stratum(
            self.number, self.scores[a][self.there[a]], self.scores[b][self.there[b]], paired=False
        )
