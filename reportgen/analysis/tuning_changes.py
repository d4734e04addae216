"""Whether tuning changed a difference between two optimizers: a test of the change itself, seed by seed.

That a test separates a pair before and another does not after is no evidence of a change: with the same
true means in both, one of the two tests often finds what the other misses. So what each optimizer gained by
its own settings is compared, with the test that compares scores: a seed's score is its score after minus its
score before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from reportgen.analysis.comparison import Comparison, compare
from reportgen.analysis.findings import FEW, Finding
from reportgen.analysis.pairs import SEPARATED, Pair, Verdict

TRIAL = ["optimizer", "seed"]

PROBLEM = "change"


def changes(before: pd.DataFrame, after: pd.DataFrame, *, alpha: float = 0.05) -> Comparison | None:
    """Return the optimizers compared by what each gained, seed by seed.

    An optimizer with a trial that has no score on either side is left out: what it gained is not known.

    Args:
        before: Scores at the shared settings; the columns optimizer, seed, score.
        after: Scores of each at its own, with the same seeds.
        alpha: The chance of a false verdict.

    Returns:
        The comparison; None where fewer than two optimizers are left, or no seed is in both.
    """
    scores = [table.set_index(TRIAL)["score"] for table in (before, after)]
    both = pd.concat(scores, axis=1, join="inner", keys=["before", "after"])
    lost = set(both.index[both.isna().any(axis=1)].get_level_values("optimizer"))
    kept = both[~both.index.get_level_values("optimizer").isin(lost)]
    if kept.index.get_level_values("optimizer").nunique() < 2:
        return None
    gained = (kept["after"] - kept["before"]).rename("score").reset_index().assign(problem=PROBLEM)
    return compare(gained, metric="test_accuracy", alpha=alpha)


def of_changes(changed: Comparison, shared: Comparison, tuned: Comparison) -> Iterator[Finding]:
    """Yield which differences between optimizers are shown to have changed, and what became of a lead.

    A lead is gone only where three tests say so: there was one, it shrank, and now the two are practically
    the same.

    Args:
        changed: Of `changes`.
        shared: The optimizers at the shared settings.
        tuned: The optimizers, each at its own settings.
    """
    tested = [pair for pair in changed.pairs if pair.verdict is not Verdict.TOO_FEW_SEEDS]
    shown = [pair for pair in tested if pair.verdict in SEPARATED]
    if not tested:
        yield Finding("change_untested")
    elif not shown:
        yield Finding("no_change_shown", {"pairs": len(tested)})
    elif len(changed.optimizers) > FEW:
        yield Finding("changes_shown", {"count": len(shown), "pairs": len(tested)})
    else:
        for pair in shown:
            yield Finding(*_change(pair, shared, tuned))


def _change(pair: Pair, shared: Comparison, tuned: Comparison) -> tuple[str, Mapping[str, Any]]:
    """The kind of a change that is shown, and its values: seen from the one that was ahead before."""
    before = shared.pair(shared.problems[0], pair.first, pair.second)
    if before.difference < 0:
        pair, before = pair.mirrored(), before.mirrored()
    after = tuned.pair(tuned.problems[0], before.first, before.second)
    values = {"pair": pair, "before": before.difference, "after": after.difference}
    if before.verdict is Verdict.BETTER and pair.verdict is Verdict.WORSE:
        if after.verdict is Verdict.SAME:
            return "lead_gone", values
        if after.verdict is Verdict.WORSE:
            return "lead_reversed", values
    return "difference_changed", values
