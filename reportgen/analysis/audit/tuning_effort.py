"""Whether as much was tried for every optimizer, its several entries taken together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from reportgen.analysis.audit.facts import AuditedTrial, Fact, Value
from reportgen.analysis.audit.same_optimizer import families
from reportgen.analysis.search import repeats_of
from reportgen.experiment.search import FoundBy

STOPPED_EARLY = 1.25
"""Where trials stop early, the epochs that were trained may differ by this factor."""


def budget(
    trials: Sequence[AuditedTrial], search: pd.DataFrame, asked: int, declared: FoundBy | None
) -> Iterator[Fact]:
    """Yield how much was tried for each optimizer.

    Args:
        trials: Those that are audited.
        search: The search that their settings came from, a row for each trial; no rows where there is no
            record of one.
        asked: The epochs that each trial of it was to train.
        declared: What the experiment says of a search; None where it says nothing.
    """
    members = families(trials)
    if len({len(labels) for labels in members.values()}) > 1 and not len(search):
        yield Fact("entries_differ", False, {"entries": _entries(members)})
    if len(search):
        early = any(trial.setup.early_stopping is not None for trial in trials)
        yield _searched_budget(members, search, asked, stops_early=early)
    elif declared is not None:
        values: dict[str, Value] = {
            "experiment": declared.experiment,
            "settings": declared.trials,
            "seeds": len(declared.seeds),
            "epochs": declared.epochs,
        }
        yield Fact("budget_declared", None, values)
    else:
        yield Fact("nothing_tuned", None)


def search_length(trials: Sequence[AuditedTrial], searched: int) -> Iterator[Fact]:
    """Yield that a search trained for fewer epochs than the trials that it serves, where it did.

    Args:
        trials: Those that are audited.
        searched: Epochs of a trial of the search.
    """
    if trials and searched < trials[0].setup.epochs:
        yield Fact("search_shorter", None, {"searched": searched, "trained": trials[0].setup.epochs})


def _searched_budget(
    members: Mapping[str, Sequence[str]], search: pd.DataFrame, asked: int, *, stops_early: bool
) -> Fact:
    tried = {_name(labels): search[search["setup"].isin(labels)] for labels in members.values()}
    # what an optimizer's trials were like: how many settings, and with which seeds each
    efforts = {
        name: sorted(
            sorted(group["seed"]) for _, group in rows.groupby(["setup", repeats_of(rows), "number"])
        )
        for name, rows in tried.items()
    }
    trained = {name: int(rows["epochs"].sum()) for name, rows in tried.items()}
    first = next(iter(efforts.values()))
    values: dict[str, Value] = {
        "settings": len(first),
        "seeds": len(first[0]) if first else 0,
        "epochs": asked,
        "trained": "; ".join(f"{name} {epochs:,}" for name, epochs in trained.items()),
    }
    finished = search["status"] == "finished"
    if first and all(effort == first for effort in efforts.values()):
        rungs = search["rung"] if "rung" in search else pd.Series(0, index=search.index)
        if not stops_early and search[finished].groupby(rungs[finished])["epochs"].nunique().max() <= 1:
            return Fact("budget_halved" if rungs.any() else "budget_same", True, values)
        if stops_early:
            # what diverged was not stopped for want of progress: it counts as if it had gone on
            spent = [int(rows["epochs"].where(finished[rows.index], asked).sum()) for rows in tried.values()]
            alike = max(spent) <= STOPPED_EARLY * min(spent)
            return Fact("budget_same" if alike else "budget_stopped", alike, values)
    listed = "; ".join(f"{name} {len(effort)} / {trained[name]:,}" for name, effort in efforts.items())
    shared = any(len(labels) > 1 for labels in members.values())
    return Fact("budget_shared" if shared else "budget_differs", False, {"budgets": listed})


def _name(labels: Sequence[str]) -> str:
    return " + ".join(labels)


def _entries(members: Mapping[str, Sequence[str]]) -> str:
    return "; ".join(f"{_name(labels)} {len(labels)}" for labels in members.values())
