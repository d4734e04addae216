"""Whether the comparison of a run is a fair one: what that takes, point by point, each with its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from reportgen.analysis.audit.class_shares import class_shares
from reportgen.analysis.audit.codes import CODES
from reportgen.analysis.audit.conditions import (
    batch_order,
    gradient_scale,
    initial_weights,
    lengths,
    network,
    whole_epochs,
)
from reportgen.analysis.audit.data_use import best_epoch_choices, overlaps, search_seeds, test_set_readings
from reportgen.analysis.audit.facts import AuditedData, AuditedTrial, Fact, labels_of
from reportgen.analysis.audit.learning import learned, learned_before
from reportgen.analysis.audit.other_hyperparameters import Defaults, other_hyperparameters
from reportgen.analysis.audit.own_rates import learning_rates
from reportgen.analysis.audit.search_seen import FoundSearch, search_seen
from reportgen.analysis.audit.seed_power import enough_seeds
from reportgen.analysis.audit.tuning_effort import budget, search_length
from reportgen.analysis.audit.validation_size import validation_size
from reportgen.analysis.results import of_stage
from reportgen.analysis.search import longest
from reportgen.experiment.audit_settings import CODES_OF_RUNS
from reportgen.experiment.model import Experiment
from reportgen.experiment.stages import COMPARISON, EQUALLY_TUNED, TUNED


@dataclass(frozen=True)
class Point:
    """One thing that a fair comparison takes, and the facts about it.

    Attributes:
        key: Of its name in words.
        facts: What was found.
        muted: Why the experiment's author does not let it count; empty where it counts.
    """

    key: str
    facts: tuple[Fact, ...]
    muted: str = ""

    @property
    def code(self) -> str:
        """What it is cited by, such as RG001."""
        return CODES[self.key]

    @property
    def passed(self) -> bool | None:
        """Whether every fact speaks for it; None where it does not apply to this run."""
        verdicts = [fact.passed for fact in self.facts if fact.passed is not None]
        return all(verdicts) if verdicts else None


def audit(
    trials: Sequence[AuditedTrial],
    data: AuditedData,
    settings: Experiment,
    search: pd.DataFrame,
    *,
    found: FoundSearch | None = None,
    defaults: Defaults | None = None,
) -> tuple[Point, ...]:
    """Return every point of the audit, in the order of their codes.

    Args:
        trials: All trials of a run, with what they measured.
        data: What they were trained on.
        settings: What the experiment asked for.
        search: The table search.csv.
        found: The record of the search that the comparison's settings came from, where it is another run's.
        defaults: Of the optimizers' hyperparameters, as far as they are known.
    """
    # an ablation is unfair on purpose
    trials = [trial for trial in trials if trial.stage in (COMPARISON, EQUALLY_TUNED, TUNED)]
    compared = [trial for trial in trials if trial.stage != TUNED]
    last = [trial for trial in compared if trial.stage == EQUALLY_TUNED] or compared
    of_comparison = of_stage(search, COMPARISON)
    declared = settings.found.comparison
    own = settings.search.comparison
    seen = list(search_seen(last, settings, of_comparison, found))
    is_seen = any(fact.passed for fact in seen)
    if not len(of_comparison) and found is not None and is_seen:
        of_comparison, own = found.rows, found.search
    asked = (own.epochs if own is not None else None) or (last[0].setup.epochs if last else 0)
    points = {
        "same_network": network(compared),
        "same_weights": initial_weights(compared),
        "same_batches": batch_order(compared),
        "same_training": [*lengths(compared), *whole_epochs(trials, data)],
        "same_budget": [
            *budget(last, of_comparison, asked, declared),
            *search_length(last, asked if len(of_comparison) or declared is None else declared.epochs),
        ],
        "own_rate": learning_rates(last, longest(of_comparison), settings.searches or {}, declared),
        "true_gradient": gradient_scale(trials),
        "data_apart": overlaps(data, settings),
        "choice": [
            *best_epoch_choices(trials),
            *test_set_readings(trials),
            *search_seeds(trials, settings, search),
        ],
        "enough_seeds": enough_seeds(last, settings.margin, settings.searches or {}),
        "other_hyperparameters": other_hyperparameters(last, defaults or {}, own),
        "search_seen": seen,
        "validation_large": validation_size(last or trials, data, of_comparison),
        "classes": class_shares(data),
        "learned": [
            *learned(last or trials, data, unseen=declared is not None and not is_seen),
            *learned_before([trial for trial in compared if trial not in last], data),
        ],
    }
    of_several = {
        "same_network", "same_weights", "same_batches", "same_budget", "own_rate", "enough_seeds",
        "other_hyperparameters", "search_seen",
    }  # fmt: skip
    if len(labels_of(compared)) < 2:
        points |= {key: [Fact("nothing_compared", None)] for key in of_several}
    muted = settings.audit.muted
    return tuple(Point(key, tuple(points[key]), muted.get(code, "")) for key, code in CODES_OF_RUNS.items())
