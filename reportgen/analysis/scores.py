"""The table of scores: problem, optimizer, seed, score, checked and in one order; all starts from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportgen.errors import UserError

COLUMNS = ("problem", "optimizer", "seed", "score")

# The square of a larger number overflows in sums: what is that far off is as good as infinite.
LARGEST = 1e100


class AnalysisError(UserError):
    """A table or a setting from which nothing can be computed, in one line."""


def checked(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table sorted and with the columns of COLUMNS only, so that the order of its rows is nothing.

    Problems and optimizers become text, whole seeds int, scores float. A score that is missing, NaN, infinite
    or beyond LARGEST is NaN: that trial has none.

    Raises:
        AnalysisError: Columns are missing, the table is empty, a name or a seed is missing, a score is no
            number, or two rows are of the same trial.
    """
    require(table, COLUMNS)
    scores = pd.DataFrame(
        {
            "problem": names(table, "problem"),
            "optimizer": names(table, "optimizer"),
            "seed": seeds(table),
            "score": numbers(table, "score"),
        }
    )
    scores.loc[~(scores["score"].abs() <= LARGEST), "score"] = np.nan
    refuse_duplicates(scores, ("problem", "optimizer", "seed"))
    return scores.sort_values(["problem", "optimizer", "seed"], ignore_index=True)


def require(table: pd.DataFrame, columns: Sequence[str]) -> None:
    """Refuse a table that lacks a column or has no rows.

    Args:
        table: The table as it was read.
        columns: Those that it must have.

    Raises:
        AnalysisError: A column is missing, or there is no row.
    """
    for column in columns:
        if column not in table:
            raise AnalysisError(
                f"the table has no column {column!r} (it has {', '.join(map(str, table.columns)) or 'none'});"
                f" it needs {', '.join(columns)}"
            )
    if table.empty:
        raise AnalysisError("the table has no rows; there is nothing to compare")


def names(table: pd.DataFrame, column: str) -> NDArray[np.object_]:
    """Return a column of names as text.

    Args:
        table: The table as it was read, of n rows.
        column: The column of names.

    Returns:
        The names (n,).

    Raises:
        AnalysisError: A name is missing.
    """
    _refuse_missing(table, column)
    return np.array([str(name) for name in table[column]], dtype=object)


def seeds(table: pd.DataFrame) -> NDArray[np.int64] | NDArray[np.object_]:
    """Return the seeds: as int where all of them are whole numbers, else as text."""
    _refuse_missing(table, "seed")
    values = list(table["seed"])
    if all(isinstance(seed, int | float | np.number) and _is_whole(float(seed)) for seed in values):
        return np.array([int(seed) for seed in values], dtype=np.int64)
    return np.array([str(seed) for seed in values], dtype=object)


def numbers(table: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """Return a column of numbers as float; a missing one is NaN.

    Args:
        table: The table as it was read, of n rows.
        column: The column of numbers.

    Returns:
        The numbers (n,).

    Raises:
        AnalysisError: A value is not a number.
    """
    values = np.empty(len(table))
    for row, (label, value) in enumerate(table[column].items()):
        try:
            values[row] = np.nan if pd.isna(value) else float(value)
        except (TypeError, ValueError):
            raise AnalysisError(
                f"row {label}, column {column}: {value!r} is not a number; correct it or leave it empty"
            ) from None
    return values


def refuse_duplicates(table: pd.DataFrame, keys: Sequence[str]) -> None:
    """Refuse a table in which two rows have the same keys.

    Args:
        table: The table as it was read.
        keys: The columns that tell one row from another.

    Raises:
        AnalysisError: Two rows have the same keys.
    """
    doubled = table.duplicated(list(keys))
    if doubled.any():
        row = table[doubled].iloc[0]
        trial = ", ".join(f"{key} {row[key]:g}" if key == "epoch" else f"{key} {row[key]}" for key in keys)
        raise AnalysisError(f"{trial}: stands in more than one row; keep one of them")


def _refuse_missing(table: pd.DataFrame, column: str) -> None:
    missing = table[column].isna()
    if missing.any():
        raise AnalysisError(
            f"row {table.index[missing.to_numpy()][0]}, column {column}: is empty; fill it in"
        )


def _is_whole(number: float) -> bool:
    return number.is_integer() and abs(number) < 2**53
