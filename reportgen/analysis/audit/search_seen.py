"""Whether the search that settings came from was seen: in the run, or by the digest of its records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from reportgen.analysis.audit.facts import AuditedTrial, Fact, list_in_line
from reportgen.experiment.model import Comparison, Experiment
from reportgen.experiment.search import ComparisonSearch, FoundBy

FREE = {"seeds", "epochs", "optimizers"}
"""What a comparison may set otherwise than its search; its optimizers are looked at by themselves."""

OF_THE_SEARCH = ("method", "trials", "seeds")
"""What is said under [found] and stands in the search's own settings under the same name."""


@dataclass(frozen=True)
class FoundSearch:
    """The record of a search that a comparison's settings came from, as the audit looks at it.

    Attributes:
        settings: The experiment that asked for it.
        rows: What it tried, a row for each trial: the columns of search.csv.
        same_data: Whether it was made on the run's data, cut into the same parts.
    """

    settings: Experiment
    rows: pd.DataFrame
    same_data: bool

    @property
    def search(self) -> ComparisonSearch | None:
        """What was searched for the comparison."""
        return self.settings.search.comparison


def search_seen(
    trials: Sequence[AuditedTrial], settings: Experiment, search: pd.DataFrame, found: FoundSearch | None
) -> Iterator[Fact]:
    """Yield whether there is a record of the search that settings came from, and whether it is that search.

    Args:
        trials: Those that are audited.
        settings: The experiment that was run, with what it notes of a search made elsewhere.
        search: The run's own search, a row for each trial; no rows where nothing was searched.
        found: What the output folder has under the digest that is noted; None where it has nothing.
    """
    declared, comparison = settings.found.comparison, settings.comparison
    if len(search):
        yield Fact("search_own", True, {"trials": len(search)})
    elif declared is None or comparison is None:
        yield Fact("nothing_tuned", None)
    elif found is None:
        key = "search_not_found" if declared.digest else "search_without_digest"
        yield Fact(key, False, {"experiment": declared.experiment})
    elif differing := [*_differences(comparison, declared, found), *_untrained(trials, found)]:
        values = {"experiment": declared.experiment, "names": list_in_line(differing)}
        yield Fact("search_differs", False, values)
    else:
        yield Fact("search_kept", True, {"experiment": declared.experiment, "trials": len(found.rows)})


def _differences(comparison: Comparison, declared: FoundBy, found: FoundSearch) -> Iterator[str]:
    """Yield what the search had otherwise than the comparison, or than is said of it."""
    searched, search = found.settings.comparison, found.search
    if searched is None or search is None:
        yield "search.comparison"
        return
    if not found.same_data:
        yield "data"
    ours, theirs = (stage.model_dump(exclude=FREE) for stage in (comparison, searched))
    yield from (f"comparison.{name}" for name in ours if ours[name] != theirs[name])
    yield from (
        f"found.comparison.{name}"
        for name in OF_THE_SEARCH
        if getattr(declared, name) != getattr(search, name)
    )
    if declared.epochs != (search.epochs or searched.epochs):
        yield "found.comparison.epochs"
    left_alone = [_left_alone(stage, search) for stage in (comparison, searched)]
    if left_alone[0] != left_alone[1]:
        yield "comparison.optimizers"


def _left_alone(comparison: Comparison, search: ComparisonSearch) -> dict[str, Mapping[str, Any]]:
    """What the optimizers have that no search has changed, by label."""
    return {
        optimizer.shown_as: {"name": optimizer.name}
        | {
            name: value
            for name, value in optimizer.hyperparameters.items()
            if name not in search.space and name not in search.own.get(optimizer.shown_as, {})
        }
        for optimizer in comparison.optimizers
    }


def _untrained(trials: Sequence[AuditedTrial], found: FoundSearch) -> Iterator[str]:
    """Yield the labels that trained with other learning rates than those that were found."""
    rates: dict[str, set[float]] = {}
    for trial in trials:
        rates.setdefault(trial.label, set()).add(trial.setup.learning_rate)
    for label, trained in rates.items():
        rows = found.rows[(found.rows["setup"] == label) & found.rows["chosen"]]
        if trained != set(rows["learning_rate"]):
            yield label
