"""How well the classes are told apart: the confusion matrix, and each class's accuracy by seed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportgen.analysis.results import of_same_setup


def by_class(confusion: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """Return the accuracy of each class (row, best first) by seed (column), without classes that lack images.

    Args:
        confusion: The rows of confusion.csv: stage, setup, seed, true, predicted, images.
        results: Rows of results.csv of one setup in one stage.
    """
    chosen = of_same_setup(confusion, results)
    total = chosen.pivot_table(index="true", columns="seed", values="images", aggfunc="sum", sort=False)
    right = chosen[chosen["true"] == chosen["predicted"]]
    hits = right.pivot_table(index="true", columns="seed", values="images", aggfunc="sum", sort=False)
    shares = (hits / total.where(total > 0)).dropna(how="all")
    order = shares.mean(axis=1).sort_values(ascending=False, kind="stable").index
    ordered: pd.DataFrame = shares.loc[order]
    return ordered


def confusion_matrix(
    confusion: pd.DataFrame, results: pd.DataFrame, classes: Sequence[str]
) -> NDArray[np.float64]:
    """Return the confusion matrix (K, K) in images, true classes by predicted ones, its mean over the trials.

    Args:
        confusion: The rows of confusion.csv.
        results: Rows of results.csv of one setup in one stage.
        classes: The K names, in the order of the matrix.
    """
    table = of_same_setup(confusion, results).pivot_table(
        index="true", columns="predicted", values="images", aggfunc="mean"
    )
    matrix: NDArray[np.float64] = table.loc[list(classes), list(classes)].to_numpy(dtype=np.float64)
    return matrix
