"""All that the curves of each problem support, together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportgen.analysis.any_time.areas import areas
from reportgen.analysis.any_time.exchange_rate import Lead, exchange_rates
from reportgen.analysis.any_time.expected_runtime import expected_runtimes
from reportgen.analysis.any_time.runtime_profiles import (
    profile_differences,
    profile_targets,
    runtime_profiles,
)
from reportgen.analysis.any_time.trial_curves import ProblemCurves, lay_out
from reportgen.analysis.comparison import Comparison, compare
from reportgen.analysis.targets import default_target, time_to_target


@dataclass(frozen=True)
class AnyTime:
    """What the curves of one problem support.

    Attributes:
        curves: Laid out.
        targets: Of the profiles, from easy to hard; none where nobody gets beyond the worst start.
        profiles: Of runtime_profiles; no rows without targets.
        differences: Of profile_differences; no rows without targets.
        leads: Of exchange_rates.
        times: Of time_to_target, for the target that the worst optimizer sets; no rows where none can.
        runtimes: Of expected_runtimes, for the same target.
        areas: The comparison of the areas under the curves, of all problems.
    """

    curves: ProblemCurves
    targets: NDArray[np.float64]
    profiles: pd.DataFrame
    differences: pd.DataFrame
    leads: tuple[Lead, ...]
    times: pd.DataFrame
    runtimes: pd.DataFrame
    areas: Comparison

    @property
    def reference(self) -> str | None:
        """The optimizer of the best mean at the last epoch, of those of which no trial diverged."""
        sign = 1.0 if self.curves.higher_is_better else -1.0
        ends = {
            name: sign * float(trials.scores[:, -1].mean())
            for name, trials in self.curves.trials.items()
            if not trials.diverged.any()
        }
        return max(ends, key=ends.__getitem__) if ends else None

    def lead(self, first: str, second: str) -> Lead:
        """Return the lead of a pair as the first sees it.

        Args:
            first: The optimizer from whose side it is seen.
            second: The optimizer that it is compared with.

        Raises:
            KeyError: There is no such pair.
        """
        for lead in self.leads:
            if (lead.first, lead.second) == (first, second):
                return lead
            if (lead.first, lead.second) == (second, first):
                return lead.mirrored()
        raise KeyError((first, second))


def compare_areas(curves: dict[str, ProblemCurves], like: Comparison) -> Comparison:
    """Compare the areas under the curves, with the tests and the level of the comparison of the scores.

    Args:
        curves: By problem, one at least.
        like: The comparison of the scores.
    """
    return compare(
        areas(curves.values()),
        metric=like.metric,
        alpha=like.alpha,
        higher_is_better=like.higher_is_better,
        against=like.against,
        paired=like.paired,
        lost=like.lost,
    )


def compare_curves(table: pd.DataFrame, like: Comparison) -> dict[str, AnyTime]:
    """Compare optimizers over their whole curves, problem by problem.

    Args:
        table: As for trial_curves.lay_out; with the column seconds, times are told in seconds too.
        like: The comparison of the scores, whose metric, direction, level and pairing are taken.

    Returns:
        By problem, those that have curves to compare.

    Raises:
        AnalysisError: As lay_out.
    """
    laid_out = lay_out(table, higher_is_better=like.higher_is_better, paired=like.paired)
    if not laid_out:
        return {}
    of_areas = compare_areas(laid_out, like)
    return {
        problem: _of_problem(curves, table[table["problem"].astype(str) == problem], of_areas)
        for problem, curves in laid_out.items()
    }


def _of_problem(curves: ProblemCurves, rows: pd.DataFrame, of_areas: Comparison) -> AnyTime:
    """What the curves of one problem support; rows are those of the table."""
    targets = profile_targets(curves)
    has_targets = len(targets) > 0
    goal = default_target(rows, higher_is_better=curves.higher_is_better)
    times = time_to_target(rows, goal, higher_is_better=curves.higher_is_better)
    return AnyTime(
        curves,
        targets,
        runtime_profiles(curves, targets) if has_targets else pd.DataFrame(),
        profile_differences(curves, targets) if has_targets else pd.DataFrame(),
        tuple(exchange_rates(curves)),
        times,
        expected_runtimes(times, rows),
        of_areas,
    )
