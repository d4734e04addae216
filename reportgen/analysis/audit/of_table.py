"""What a table of scores shows of a fair comparison: the points of the audit that need no training."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import TypeVar

import numpy as np
import pandas as pd

from reportgen.analysis.audit.codes import CODES
from reportgen.analysis.audit.entry_names import entries
from reportgen.analysis.audit.facts import Fact, list_in_line
from reportgen.analysis.audit.further_columns import (
    HYPERPARAMETERS,
    LENGTHS,
    SEARCH_SEEDS,
    SHARED,
    TRIES,
    columns_in,
    differing,
    differing_most,
    plain,
    searching,
)
from reportgen.analysis.audit.points import Point
from reportgen.analysis.comparison import Comparison
from reportgen.analysis.pairs import Verdict
from reportgen.errors import printable

FEWEST = 3
"""Scores that repeat on fewer seeds may do so by chance."""

SHOWN = 5
"""So many are named; a table may have hundreds."""

T = TypeVar("T")


def audit_table(
    comparison: Comparison,
    scores: pd.DataFrame,
    *,
    paired: bool = True,
    curves: pd.DataFrame | None = None,
    further: pd.DataFrame | None = None,
) -> tuple[Point, ...]:
    """Return the points of which a table of scores shows anything, in the order of their codes.

    Args:
        comparison: Of the scores.
        scores: The columns problem, optimizer, seed, score, a row a trial; a missing score is not finite.
        paired: Whether trials of one seed are taken as paired.
        curves: The columns problem, optimizer, seed, epoch, where trials have a row for each.
        further: Whatever else the table has, for each row of scores one.
    """
    finite = scores["score"].where(np.isfinite(scores["score"].astype(float)))
    trials = scores[["problem", "optimizer", "seed"]].assign(score=finite)
    more = pd.DataFrame(index=trials.index) if further is None else further
    facts: Mapping[str, Iterator[Fact]] = {
        "same_network": _settings(trials, more),
        "same_training": _lengths(trials, curves, more),
        "same_budget": _budget(trials, more),
        "choice": _search_trials(trials, more),
        "enough_seeds": _enough_seeds(comparison),
        "same_seeds": _same_seeds(trials) if paired else _unpaired(trials),
        "all_scores": _missing_scores(trials),
        "own_scores": _repeated_scores(trials),
    }
    points = (Point(key, tuple(facts[key])) for key in CODES if key in facts)
    return tuple(point for point in points if point.facts)


def _settings(trials: pd.DataFrame, further: pd.DataFrame) -> Iterator[Fact]:
    """Whether settings of the training, such as the batch size, are the same for all optimizers."""
    yield from _same_columns(trials, further, SHARED, differing)


def _lengths(trials: pd.DataFrame, curves: pd.DataFrame | None, further: pd.DataFrame) -> Iterator[Fact]:
    """Whether the trainings of all optimizers were as long."""
    if curves is not None:
        last = curves.groupby(["problem", "optimizer"], sort=False)["epoch"].max()
        for problem, of_problem in last.groupby(level="problem", sort=False):
            if of_problem.nunique() > 1:
                epochs = of_problem.droplevel("problem").items()
                listed = "; ".join(f"{label} {epoch:g}" for label, epoch in epochs)
                yield Fact("lengths_differ", False, {"problem": str(problem), "epochs": listed})
                break
        else:
            yield Fact("lengths_same", True)
    yield from _same_columns(trials, further, LENGTHS, differing_most)


def _budget(trials: pd.DataFrame, further: pd.DataFrame) -> Iterator[Fact]:
    """Whether each optimizer has as many entries, and was tried with as many settings."""
    members = entries(dict.fromkeys(trials["optimizer"]))
    several = [labels for labels in members.values() if len(labels) > 1]
    listed = "; ".join(f"{' + '.join(_first(labels))} {len(labels)}" for labels in _first(several))
    if len({len(labels) for labels in members.values()}) > 1:
        yield Fact("entries_uneven", False, {"entries": listed})
    elif several:
        yield Fact("entries_same", True, {"entries": listed})
    else:
        yield Fact("entries_single", True, {"optimizers": len(members)})
    if columns := columns_in(further, HYPERPARAMETERS):
        of_trial = further[columns].map(plain).agg(tuple, axis=1)
        tried = of_trial.groupby([trials["problem"], trials["optimizer"]], sort=False).nunique()
        if (tried.groupby(level="problem").nunique() > 1).any():
            most = tried.groupby(level="optimizer", sort=False).max()
            yield Fact("tries_differ", False, {"tries": _counts(most), "names": _names(columns)})
    yield from _same_columns(trials, further, TRIES, differing_most)


def _search_trials(trials: pd.DataFrame, further: pd.DataFrame) -> Iterator[Fact]:
    """Whether a search was made with other seeds than the final trials, where the table tells."""
    searched = searching(further)
    if searched.any():
        yield Fact("search_compared", False, {"trials": int(searched.sum()), "of": len(trials)})
    seeds = trials["seed"].map(plain)
    final, of_search = set(seeds[~searched]), set(seeds[searched])
    columns = columns_in(further, SEARCH_SEEDS)
    for column in columns:
        for cell in further[column].dropna().astype(str):
            of_search |= {plain(seed) for seed in cell.replace(",", " ").replace(";", " ").split()}
    if shared := sorted(of_search & final):
        yield Fact("search_seeds_shared", False, {"seeds": list_in_line(shared)})
    elif columns:
        yield Fact("search_seeds_apart", True, {"searched": len(of_search), "final": len(final)})


def _enough_seeds(comparison: Comparison) -> Iterator[Fact]:
    """Whether there are seeds enough for a verdict on every pair, and for the margin."""
    pairs, margin = comparison.pairs, comparison.margin
    untested = sum(pair.verdict is Verdict.TOO_FEW_SEEDS for pair in pairs)
    blunt = [
        pair
        for pair in pairs
        if margin is not None and pair.verdict is Verdict.NOT_SEPARABLE and pair.detectable > margin
    ]
    if untested:
        needed = max(pair.fewest_seeds for pair in pairs)
        yield Fact("pairs_untested", False, {"untested": untested, "pairs": len(pairs), "needed": needed})
    elif blunt and margin is not None:
        yield Fact(
            "margin_missed", False, {"blunt": len(blunt), "pairs": len(pairs), "margin": f"{margin:g}"}
        )
    elif pairs:
        yield Fact("pairs_tested", True, {"pairs": len(pairs)})


def _unpaired(trials: pd.DataFrame) -> Iterator[Fact]:
    """That seeds are not shared, and whether there are as many trials of each optimizer."""
    yield Fact("trials_unpaired", False)
    counts = trials.groupby(["problem", "optimizer"], sort=False).size()
    if (counts.groupby(level="problem").nunique() > 1).any():
        most = counts.groupby(level="optimizer", sort=False).max()
        yield Fact("trials_uneven", False, {"trials": _counts(most)})


def _same_seeds(trials: pd.DataFrame) -> Iterator[Fact]:
    """Whether all optimizers of a problem have the same seeds."""
    lacking = dict.fromkeys(trials["optimizer"], 0)
    for _, rows in trials.groupby("problem", sort=False):
        seeds = set(rows["seed"])
        for label, own in rows.groupby("optimizer", sort=False)["seed"]:
            lacking[label] += len(seeds - set(own))
    if any(lacking.values()):
        yield Fact("seeds_lacking", False, {"seeds": _counts(lacking)})
    else:
        yield Fact("seeds_same", True, {"seeds": int(trials.groupby(["problem", "optimizer"]).size().min())})


def _missing_scores(trials: pd.DataFrame) -> Iterator[Fact]:
    """Whether a trial has no score."""
    missing = trials["score"].isna().groupby(trials["optimizer"], sort=False).sum()
    if missing.any():
        yield Fact("scores_missing", False, {"scores": _counts(missing), "trials": len(trials)})
    else:
        yield Fact("scores_there", True, {"trials": len(trials)})


def _repeated_scores(trials: pd.DataFrame) -> Iterator[Fact]:
    """Whether two optimizers have the same scores, or one has the same on all its seeds."""
    alike: list[str] = []
    constant: list[str] = []
    several = False
    for problem, rows in trials.dropna(subset="score").groupby("problem", sort=False):
        seen: dict[frozenset[tuple[object, float]], str] = {}
        for label, own in rows.groupby("optimizer", sort=False):
            if len(own) < FEWEST:
                continue
            several = True
            if own["score"].nunique() == 1:
                constant.append(f"{label} ({problem})")
                continue
            first = seen.setdefault(frozenset(zip(own["seed"], own["score"], strict=True)), str(label))
            if first != label:
                alike.append(f"{first} = {label} ({problem})")
    if alike:
        yield Fact("scores_alike", False, {"names": "; ".join(_first(alike)), "pairs": len(alike)})
    if constant:
        yield Fact("scores_constant", False, {"names": "; ".join(_first(constant)), "n": len(constant)})
    if several and not alike and not constant:
        yield Fact("scores_own", True)


def _same_columns(
    trials: pd.DataFrame,
    further: pd.DataFrame,
    names: Iterable[str],
    differ: Callable[[pd.Series, pd.Series], bool],
) -> Iterator[Fact]:
    """Whether columns of these names are the same for all optimizers of a problem."""
    columns = columns_in(further, names)
    unequal = [
        column
        for column in columns
        if any(
            differ(cells, trials.loc[cells.index, "optimizer"])
            for _, cells in further[column].groupby(trials["problem"], sort=False)
        )
    ]
    if unequal:
        yield Fact("columns_differ", False, {"names": _names(unequal)})
    elif columns:
        yield Fact("columns_same", True, {"names": _names(columns)})


def _names(columns: Iterable[str]) -> str:
    """Columns of a foreign table, in one line."""
    return printable(", ".join(columns))


def _counts(counts: Mapping[str, int] | pd.Series) -> str:
    """By optimizer, as far as a line has room: "SGD 5; Adam 3"."""
    listed = [f"{label} {count}" for label, count in counts.items() if count]
    return "; ".join([*_first(listed), *(["…"] if len(listed) > SHOWN else [])])


def _first(things: Iterable[T]) -> list[T]:
    """The first few, as a line has room for no more."""
    return list(islice(things, SHOWN))
