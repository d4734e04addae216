"""The tables of a run (results.csv and its like): rows picked out of them, and scores to be compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd


def of_stage(table: pd.DataFrame, stage: str) -> pd.DataFrame:
    """Return the rows of a stage.

    Args:
        table: A table of a run; the column stage.
        stage: The name of the stage.
    """
    return table[table["stage"] == stage]


def of_same_setup(table: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """Return the rows about the stage and the setup that the first of the results is about.

    Args:
        table: The table to pick rows from; the columns stage and setup.
        results: One row or more, with the same two columns.
    """
    first = results.iloc[0]
    same: pd.DataFrame = table[(table["stage"] == first["stage"]) & (table["setup"] == first["setup"])]
    return same


def finished(results: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the trials that did not diverge."""
    return results[results["status"] == "finished"]


def with_diverged(results: pd.DataFrame) -> list[str]:
    """Return the setups of which a trial diverged."""
    return list(dict.fromkeys(results.loc[results["status"] != "finished", "setup"].astype(str)))


def rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as dictionaries by the names of its columns."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def scores(results: pd.DataFrame, metric: str = "test_accuracy") -> pd.DataFrame:
    """Return a run's results as scores that `compare` takes; a stage is a problem and a setup an optimizer.

    Args:
        results: The columns stage, setup, seed, status and the metric.
        metric: What counts as the score.

    Returns:
        Columns problem, optimizer, seed and score, which is NaN for a trial that diverged, whatever its
        metric was then; in the order of the results, and with their index.
    """
    return pd.DataFrame(
        {
            "problem": results["stage"],
            "optimizer": results["setup"],
            "seed": results["seed"],
            "score": results[metric].astype(float).where(results["status"] == "finished"),
        }
    )


def mean_by_search(table: pd.DataFrame, searches: Mapping[int, int]) -> pd.DataFrame:
    """Return scores by search instead of by seed: seeds that share a search share its luck.

    Args:
        table: Of scores.
        searches: Of each seed, the search that found its settings.

    Returns:
        The table as it is where there is one search, or one for each seed; else a row for each optimizer and
        search, with the mean of its seeds, NaN where one of these has none, and their first seed.
    """
    if len(set(searches.values())) in (1, len(searches)):
        return table
    first = {search: seed for seed, search in reversed(list(searches.items()))}
    seeds = table["seed"].map(lambda seed: first[searches[seed]])
    groups = table.assign(seed=seeds).groupby(["problem", "optimizer", "seed"], sort=False)
    return groups["score"].agg(lambda scores: scores.mean(skipna=False)).reset_index()


def curves(epochs: pd.DataFrame) -> pd.DataFrame:
    """Return a run's validation accuracies, epoch by epoch, as the curves that trials are compared by.

    Args:
        epochs: Rows of metrics.csv.

    Returns:
        The columns problem, optimizer, seed, epoch, score, seconds, in the order of the rows; the score is
        NaN where a loss was no longer finite, whatever the accuracy was then.
    """
    losses = epochs[["training_loss", "validation_loss"]].to_numpy(dtype=float)
    return pd.DataFrame(
        {
            "problem": epochs["stage"],
            "optimizer": epochs["setup"],
            "seed": epochs["seed"],
            "epoch": epochs["epoch"],
            "score": epochs["validation_accuracy"]
            .astype(float)
            .where(np.asarray(np.isfinite(losses).all(axis=1))),
            "seconds": epochs["seconds"].astype(float),
        }
    )


def best_on_validation(results: pd.DataFrame) -> str | None:
    """Return the setup of best mean validation accuracy; None where all diverged."""
    ended = finished(results)
    if ended.empty:
        return None
    return str(ended.groupby("setup", sort=False)["validation_accuracy"].mean().idxmax())
