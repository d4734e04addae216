"""The findings of a run over its stages, and the section that concludes the report with them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from reportgen.analysis.comparison import Comparison
from reportgen.analysis.findings import Finding, of_gain
from reportgen.analysis.results import mean_by_search, of_stage
from reportgen.analysis.tuning_changes import changes, of_changes
from reportgen.experiment.stages import TUNED
from reportgen.report.sections.comparison import Compared
from reportgen.report.sections.section import Section, claim_sentences
from reportgen.report.words.catalogue import Phrase


def conclusions_section(conclusions: Sequence[Phrase]) -> Section:
    """Return the section that concludes the report.

    Args:
        conclusions: Of Headlines.
    """
    return Section(
        "conclusions",
        lambda: {"conclusions": conclusions},
        tuple(claim_sentences("conclusions", conclusions)),
        shown=bool(conclusions),
    )


def conclude(
    shared: Compared | None,
    tuned_equally: Compared | None,
    changed: Comparison | None,
    results: pd.DataFrame,
) -> list[Finding]:
    """Return what the stages show beside each other: what tuning changed, and what the full training brought.

    Args:
        shared: The optimizers compared at the given settings.
        tuned_equally: The optimizers compared, each at its own settings.
        changed: Of `compare_gains`.
        results: All rows of results.csv.
    """
    findings: list[Finding] = []
    if shared and tuned_equally and changed:
        findings += of_changes(changed, shared.found, tuned_equally.found)
    tuned, best = of_stage(results, TUNED), tuned_equally or shared
    if best and len(tuned):
        gain = of_gain(tuned, of_stage(results, best.stage))
        findings += [gain] if gain else []
    return findings


def compare_gains(shared: Compared | None, tuned: Compared | None) -> Comparison | None:
    """Return the optimizers compared by what each gained through its own settings.

    Args:
        shared: The optimizers at the shared settings.
        tuned: The optimizers, each at its own settings.

    Returns:
        The comparison; None where fewer than two optimizers have scores for all their trials in both.
    """
    if shared is None or tuned is None:
        return None
    # seeds that share a search after are taken together before, too
    before = shared.scores if tuned.searches is None else mean_by_search(shared.scores, tuned.searches)
    return changes(before, tuned.scores)
