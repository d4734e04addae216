"""Whether each setup trained at a learning rate found for it, with worse ones tried on both sides."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from reportgen.analysis.audit.facts import AuditedTrial, Fact, list_in_line
from reportgen.analysis.search import mean_by_learning_rate, repeats_of, settings_at_edge
from reportgen.experiment.search import FoundBy

NEAREST, FARTHEST = 1.5, 10.0
"""A neighbour of the best learning rate is so many times smaller or larger: one that is nearer shows no more
than the best one itself, one that is farther leaves room for a better one between."""

FINE = math.sqrt(10)
"""A step of this factor is fine enough for one that diverged to be a neighbour too."""

ROUNDING = 1.001
"""A grid's points are rounded to four digits: a step may be so much longer than it should be."""

DROP = 0.10
"""Where accuracy falls by more over a step that is not fine, the best rate may lie within it."""


@dataclass(frozen=True)
class Neighbours:
    """The learning rates that were tried beside the best one.

    Attributes:
        best: Of all that were tried.
        below: The nearest smaller one; None where there is none.
        above: The nearest larger one; None where there is none.
        bracketed: Whether there is a neighbour on both sides.
        coarse: The neighbours that are a long step and a large drop away.
    """

    best: float
    below: float | None
    above: float | None
    bracketed: bool
    coarse: tuple[float, ...]

    @property
    def written(self) -> str:
        """The three of them: 0.001 < 0.003 < 500."""
        return " < ".join(
            "–" if rate is None else f"{rate:g}" for rate in (self.below, self.best, self.above)
        )


def neighbours(tried: pd.DataFrame, best: float) -> Neighbours:
    """Return what was tried beside the best learning rate.

    Args:
        tried: The rows of search.csv of one setup and one search; the columns learning_rate, number, status,
            validation_accuracy.
        best: The learning rate that was chosen.
    """
    means = mean_by_learning_rate(tried)
    sides = [
        means[means.index < best].sort_index(ascending=False),
        means[means.index > best].sort_index(),
    ]
    bracketed, coarse = True, []
    for side in sides:
        factors = pd.Series([max(rate / best, best / rate) for rate in side.index], index=side.index)
        counted = side[
            (factors >= NEAREST)
            & (factors <= ROUNDING * FARTHEST)
            & (side.notna() | (factors <= ROUNDING * FINE))
        ]
        if not len(counted):
            bracketed = False
        elif factors[counted.index[0]] > ROUNDING * FINE and means[best] - counted.iloc[0] > DROP:
            coarse.append(float(counted.index[0]))
    nearest = [float(side.index[0]) if len(side) else None for side in sides]
    return Neighbours(best, nearest[0], nearest[1], bracketed, tuple(coarse))


def learning_rates(
    trials: Sequence[AuditedTrial],
    search: pd.DataFrame,
    repeats: Mapping[int, int],
    declared: FoundBy | None,
) -> Iterator[Fact]:
    """Yield whether every setup trained with a learning rate found for it, with worse ones on both sides.

    Args:
        trials: Those that are audited.
        search: The search that their settings came from, a row for each trial; the columns setup, chosen,
            learning_rate and those that analysis/search reads. No rows where there is no record of one.
        repeats: By seed, the repeat of the search whose settings it has; 0 for one that is not there.
        declared: What the experiment says of a search; None where it says nothing.
    """
    rates = _rates(trials)
    if len(search):
        yield from _searched(trials, search, repeats)
    elif declared is not None:
        yield from _declared(rates, declared)
    elif len(shared := set().union(*rates.values())) == 1:
        yield Fact("rate_shared", False, {"rate": shared.pop()})
    else:
        yield Fact("rates_given", False, {"rates": _listed(rates)})


def _searched(
    trials: Sequence[AuditedTrial], search: pd.DataFrame, repeats: Mapping[int, int]
) -> Iterator[Fact]:
    rates = _rates(trials)
    rows = {label: search[search["setup"] == label] for label in rates}
    chosen = {label: tried[tried["chosen"]] for label, tried in rows.items()}
    searched = [label for label in rates if _tried_rates(rows[label]) > 1 and len(chosen[label])]
    edges = [(label, edge) for label in searched for edge in settings_at_edge(chosen[label])]
    failures = {
        "rates_not_searched": [label for label in rates if label not in searched],
        "rates_not_trained": [
            label
            for label in searched
            if any(
                _found(chosen[label], repeats.get(trial.seed, 0)) != {trial.setup.learning_rate}
                for trial in trials
                if trial.label == label
            )
        ],
        "rates_at_edge": [label for label in searched if (label, "learning_rate") in edges],
    }
    beside = [
        (label, neighbours(tried, best))
        for label in searched
        if label not in failures["rates_at_edge"]
        for repeat, tried in rows[label].groupby(repeats_of(rows[label]))
        for best in _found(chosen[label], repeat)
    ]
    open_sides = [f"{label} {found.written}" for label, found in beside if not found.bracketed]
    failures["rates_not_bracketed"] = list(dict.fromkeys(open_sides))
    for key, names in failures.items():
        if names:
            yield Fact(key, False, {"names": list_in_line(names)})
    if not any(failures.values()):
        yield Fact("rates_found", True, {"rates": _listed(rates)})
    coarse = [f"{label} {found.best:g} → {rate:g}" for label, found in beside for rate in found.coarse]
    if coarse:
        yield Fact("rates_coarse", None, {"names": list_in_line(list(dict.fromkeys(coarse)))})
    yield from _others_at_edge(edges)


def _declared(rates: Mapping[str, set[float]], declared: FoundBy) -> Iterator[Fact]:
    """Yield what speaks against rates by the experiment's own account, which speaks for none."""
    spaces = declared.space.split("; ")
    edges = [(label, edge) for label, _, edge in (text.rpartition(": ") for text in declared.at_edge)]
    failures = {
        "rates_not_searched": [
            label for label in rates if not any(_has_rate(space, label) for space in spaces)
        ],
        "rates_at_edge": [label for label in rates if (label, "learning_rate") in edges],
    }
    for key, names in failures.items():
        if names:
            yield Fact(key, False, {"names": list_in_line(names)})
    if not any(failures.values()):
        yield Fact("rates_declared", None, {"rates": _listed(rates)})
    yield from _others_at_edge(edges)


def _others_at_edge(edges: Sequence[tuple[str, str]]) -> Iterator[Fact]:
    others = [f"{label} {edge}" for label, edge in edges if edge != "learning_rate"]
    if others:
        yield Fact("others_at_edge", None, {"names": list_in_line(sorted(others))})


def _rates(trials: Sequence[AuditedTrial]) -> dict[str, set[float]]:
    rates: dict[str, set[float]] = {}
    for trial in trials:
        rates.setdefault(trial.label, set()).add(trial.setup.learning_rate)
    return rates


def _listed(rates: Mapping[str, set[float]]) -> str:
    return list_in_line([f"{label} {rate:g}" for label, own in rates.items() for rate in sorted(own)])


def _found(chosen: pd.DataFrame, repeat: int) -> set[float]:
    """The learning rate that a repeat of a search has chosen; none where it is not there."""
    return set(chosen.loc[repeats_of(chosen) == repeat, "learning_rate"])


def _tried_rates(tried: pd.DataFrame) -> int:
    """How many learning rates a search tried for a setup; 0 where it left the learning rate alone."""
    settings = [json.loads(text) for text in tried["settings"]]
    return len({values["learning_rate"] for values in settings if "learning_rate" in values})


def _has_rate(space: str, label: str) -> bool:
    """Whether "SGD: learning_rate from 0.0001 to 1 (log)" is about this setup's learning rate."""
    return space.startswith(f"{label}: ") and "learning_rate " in space
