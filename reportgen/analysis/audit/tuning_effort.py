"""Whether as much was tried for every setup, and whether each trained at a learning rate found for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from reportgen.analysis.audit.facts import AuditedTrial, Fact, Value, comma_separated, labels_of
from reportgen.analysis.search import repeats_of, settings_at_edge
from reportgen.experiment.model import Experiment


def budget(trials: Sequence[AuditedTrial], settings: Experiment, search: pd.DataFrame) -> Iterator[Fact]:
    """Yield how much was tried for each setup.

    Args:
        trials: Those that are audited.
        settings: The experiment that was run, with what it notes of a search made elsewhere.
        search: The run's own search, a row for each trial; no rows where nothing was searched.
    """
    declared = settings.found.comparison
    if len(search):
        yield _searched_budget(labels_of(trials), settings, search)
    elif declared is not None:
        values: dict[str, Value] = {
            "experiment": declared.experiment,
            "settings": declared.trials,
            "seeds": len(declared.seeds),
            "epochs": declared.epochs,
        }
        yield Fact("budget_declared", True, values)
    else:
        yield Fact("nothing_tuned", None)


def _searched_budget(labels: Sequence[str], settings: Experiment, search: pd.DataFrame) -> Fact:
    tried = {label: search[search["setup"] == label] for label in labels}
    # what a setup's trials were like: how many settings, and with which seeds each
    efforts = {
        label: sorted(sorted(one["seed"]) for _, one in rows.groupby([repeats_of(rows), "number"]))
        for label, rows in tried.items()
    }
    first = efforts[labels[0]]
    lengths = set(search.loc[search["status"] == "finished", "epochs"])
    comparison, of_search = settings.comparison, settings.search.comparison
    assert comparison is not None, "its search is there"
    stops_early = comparison.early_stopping is not None
    same = all(effort == first for effort in efforts.values()) and len(first) > 0
    if same and (len(lengths) <= 1 or stops_early):
        asked = (of_search and of_search.epochs) or comparison.epochs
        trained = ", ".join(f"{label} {rows['epochs'].sum():,}" for label, rows in tried.items())
        values: dict[str, Value] = {"settings": len(first), "seeds": len(first[0]), "epochs": asked}
        return Fact("budget_same", True, {**values, "trained": trained})
    listed = "; ".join(
        f"{label} {len(efforts[label])} / {rows['epochs'].sum():,}" for label, rows in tried.items()
    )
    return Fact("budget_differs", False, {"budgets": listed})


def learning_rates(
    trials: Sequence[AuditedTrial], settings: Experiment, search: pd.DataFrame
) -> Iterator[Fact]:
    """Yield whether every setup trained with a learning rate of its own, found by a search, not at an edge.

    Args:
        trials: Those that are audited.
        settings: The experiment that was run, with what it notes of a search made elsewhere.
        search: The run's own search, a row for each trial; the columns setup, chosen, learning_rate and those
            that analysis/search reads. No rows where nothing was searched.
    """
    rates: dict[str, set[float]] = {}
    for trial in trials:
        rates.setdefault(trial.label, set()).add(trial.setup.learning_rate)
    listed = ", ".join(f"{label} {rate:g}" for label, of_one in rates.items() for rate in sorted(of_one))
    declared = settings.found.comparison
    if len(search):
        chosen = {label: search[(search["setup"] == label) & search["chosen"]] for label in rates}
        searched = {label for label, rows in chosen.items() if _tried_rates(search, label) > 1 and len(rows)}
        untrained = _trained_otherwise(
            [trial for trial in trials if trial.label in searched], settings, chosen
        )
        edges = [(label, edge) for label in searched for edge in settings_at_edge(chosen[label])]
    elif declared is not None:
        spaces = declared.space.split("; ")
        searched = {label for label in rates if any(_has_rate(space, label) for space in spaces)}
        untrained = set()
        edges = [(label, edge) for label, _, edge in (e.rpartition(": ") for e in declared.at_edge)]
    elif len(shared := set().union(*rates.values())) == 1:
        yield Fact("rate_shared", False, {"rate": shared.pop()})
        return
    else:
        yield Fact("rates_given", False, {"rates": listed})
        return
    lacking = [label for label in rates if label not in searched]
    at_edge = [label for label, edge in edges if edge == "learning_rate"]
    for key, names in (
        ("rates_not_searched", lacking),
        ("rates_not_trained", untrained),
        ("rates_at_edge", at_edge),
    ):
        if names:
            yield Fact(key, False, {"names": comma_separated([label for label in rates if label in names])})
    if not lacking and not untrained and not at_edge:
        yield Fact("rates_found", True, {"rates": listed})
    others = [f"{label} {edge}" for label, edge in edges if edge != "learning_rate"]
    if others:
        yield Fact("others_at_edge", None, {"names": comma_separated(sorted(others))})


def _trained_otherwise(
    trials: Sequence[AuditedTrial], settings: Experiment, chosen: Mapping[str, pd.DataFrame]
) -> set[str]:
    """The setups with a trial at another learning rate than its seed's repeat of the search has chosen."""
    searches = settings.searches or {}
    otherwise = set()
    for trial in trials:
        rows, repeat = chosen[trial.label], searches.get(trial.seed, 0)
        if set(rows.loc[repeats_of(rows) == repeat, "learning_rate"]) != {trial.setup.learning_rate}:
            otherwise.add(trial.label)
    return otherwise


def _tried_rates(search: pd.DataFrame, label: str) -> int:
    """How many learning rates a search tried for a setup; 0 where it left the learning rate alone."""
    settings = [json.loads(text) for text in search.loc[search["setup"] == label, "settings"]]
    return len({values["learning_rate"] for values in settings if "learning_rate" in values})


def _has_rate(space: str, label: str) -> bool:
    """Whether "SGD: learning_rate from 0.0001 to 1 (log)" is about this setup's learning rate."""
    return space.startswith(f"{label}: ") and "learning_rate " in space
