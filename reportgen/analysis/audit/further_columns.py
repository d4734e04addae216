"""What the further columns of a table of scores are, by their names: settings, lengths, tries, a search."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

HYPERPARAMETERS_WORDS = """
    lr learningrate initlr baselr maxlr peaklr eta weightdecay wd decay l2 momentum beta beta1 beta2 betas
    eps epsilon rho alpha gamma nesterov warmup warmupsteps warmupepochs clip gradclip
"""
HYPERPARAMETERS = frozenset(HYPERPARAMETERS_WORDS.split())
"""Of an optimizer: each may have its own."""

SHARED_WORDS = """
    batchsize bs dropout labelsmoothing hidden layers depth width numparams nparams augmentation precision
    dtype
"""
SHARED = frozenset(SHARED_WORDS.split())
"""Of the training: all should have the same."""

LENGTHS_WORDS = """
    epochs maxepochs numepochs nepochs totalepochs trainepochs steps maxsteps numsteps nsteps totalsteps
    trainsteps iterations maxiterations numiterations iters maxiters budget
"""
LENGTHS = frozenset(LENGTHS_WORDS.split())
"""How long a training was, or was allowed to be."""

TRIES_WORDS = """
    trials ntrials numtrials tuningtrials hpotrials searchtrials tries ntries tried settingstried configs
    nconfigs numconfigs tuningbudget tuningruns nevaluations
"""
TRIES = frozenset(TRIES_WORDS.split())
"""How many settings were tried."""

SEARCH_SEEDS_WORDS = """
    searchseed searchseeds tuningseed tuningseeds tuneseed hposeed hposeeds
"""
SEARCH_SEEDS = frozenset(SEARCH_SEEDS_WORDS.split())
"""The seeds that settings were searched with."""

SEARCHING_WORDS = """
    search searching tune tuning hpo sweep sweeping hyperparametersearch
"""
SEARCHING = frozenset(SEARCHING_WORDS.split())
"""What a cell says of a trial that was part of a search."""


def columns_in(further: pd.DataFrame, names: Iterable[str]) -> list[str]:
    """Return the columns of a table that are called so.

    Args:
        further: The further columns of a table of scores.
        names: Small letters and digits alone.
    """
    known = frozenset(names)
    return [column for column in map(str, further.columns) if _bare(column) in known]


def searching(further: pd.DataFrame) -> pd.Series:
    """Return which rows are trials of a search, where a column tells them from final ones.

    Args:
        further: The further columns of a table of scores.
    """
    rows = pd.Series(False, index=further.index)
    for column in further.columns:
        of_search = further[column].map(plain).isin(SEARCHING)
        if not of_search.all():
            rows |= of_search
    return rows


def differing(cells: pd.Series, optimizers: pd.Series) -> bool:
    """Return whether a column's values are not the same for all optimizers.

    Args:
        cells: The column.
        optimizers: Of the same rows.
    """
    values = cells.map(plain).groupby(optimizers).agg(frozenset)
    return values.nunique() > 1


def differing_most(cells: pd.Series, optimizers: pd.Series) -> bool:
    """Return whether the largest number of a column is not the same for all optimizers.

    Trials that ended early have less than they were allowed.

    Args:
        cells: The column.
        optimizers: Of the same rows.
    """
    most = pd.to_numeric(cells, errors="coerce").groupby(optimizers).max().dropna()
    return most.nunique() > 1


def plain(cell: object) -> str:
    """Return a cell without case and marks; numbers as they compare.

    Args:
        cell: Of a table.
    """
    text = str(cell).strip().casefold()
    try:
        return f"{float(text):.12g}"
    except ValueError:
        return re.sub(r"[\W_]", "", text)


def _bare(name: str) -> str:
    """A column's name without what it is nested in, as params.lr is."""
    return re.sub(r"[\W_]", "", re.split(r"[./]", name.casefold())[-1])
