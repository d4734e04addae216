"""All findings of a run, for the first page and for the section that concludes the report."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from reportgen.analysis.findings import ORDERS, Finding, of_gain, of_search, of_tuning
from reportgen.analysis.results import mean_by_search, of_stage
from reportgen.analysis.tuning_changes import changes, of_changes
from reportgen.experiment.stages import TUNED
from reportgen.report.sections.comparison import UNIT, Compared
from reportgen.report.sections.findings import in_words
from reportgen.report.sections.section import Section, claim_sentences
from reportgen.report.sections.sentences import networks, test_sentences
from reportgen.report.words.catalogue import Catalogue, Phrase

GAINS = ("gain", "loss", "no_gain", "gain_unsure")
"""The findings that hold the full training against the comparison."""

MOST_ON_FIRST_PAGE = 3
"""How many findings a reader is given before anything else, beside what the full training gained."""


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
    shared: Compared | None, tuned_equally: Compared | None, search: pd.DataFrame, results: pd.DataFrame
) -> list[Finding]:
    """Return everything that the records support, in the order in which it is told.

    Args:
        shared: The optimizers compared at the given settings.
        tuned_equally: The optimizers compared, each at its own settings.
        search: The rows of search.csv about the comparison.
        results: All rows of results.csv.
    """
    findings = list(shared.findings) if shared else []
    if tuned_equally:
        findings += tuned_equally.findings
        if shared:
            before, after = (one.found.standing(one.stage) for one in (shared, tuned_equally))
            told = not any(one.key == "too_few_seeds" for one in findings)
            change = of_tuning(before, after, told)
            findings += [change] if change else []
            findings += of_changed(shared, tuned_equally)
    findings += of_search(search)
    tuned, best = of_stage(results, TUNED), tuned_equally or shared
    if best and len(tuned):
        gain = of_gain(tuned, of_stage(results, best.stage))
        findings += [gain] if gain else []
    return findings


def of_changed(shared: Compared, tuned: Compared) -> list[Finding]:
    """Return what is shown of a change between the two comparisons; nothing where there is one optimizer.

    Args:
        shared: The optimizers at the given settings.
        tuned: The optimizers, each at its own settings.
    """
    # seeds that share a search after are taken together before, too
    before = shared.scores if tuned.searches is None else mean_by_search(shared.scores, tuned.searches)
    changed = changes(before, tuned.scores)
    return list(of_changes(changed, shared.found, tuned.found)) if changed else []


def conclusion_phrases(
    findings: Sequence[Finding], shared: Compared | None, results: pd.DataFrame, t: Catalogue
) -> list[Phrase]:
    """Return every finding in words, with the networks' difference and the tuned setup's test accuracy.

    Args:
        findings: The findings.
        shared: The optimizers compared at the given settings.
        results: All rows of results.csv.
        t: The words, in the report's languages.
    """
    gains = [finding for finding in findings if finding.key in GAINS]
    others = [finding for finding in findings if finding not in gains]
    return [
        *in_words(others, UNIT, t),
        *_networks(shared, results, t),
        *_tuned(results, t),
        *in_words(gains, UNIT, t),
    ]


def first_page(
    findings: Sequence[Finding], shared: Compared | None, results: pd.DataFrame, t: Catalogue
) -> list[Phrase]:
    """Return the findings that matter most: who is best where, what diverged, how the full training did.

    The full training is told by its test accuracy, and what that gained or lost belongs to it; a warning that
    the compared networks differ comes on top.

    Args:
        findings: All findings.
        shared: The optimizers compared at the given settings.
        results: All rows of results.csv.
        t: The words, in the report's languages.
    """
    room = MOST_ON_FIRST_PAGE - bool((results["stage"] == TUNED).any())
    orders = [finding for finding in findings if finding.key in ORDERS]
    others = [finding for finding in findings if finding.key == "diverged"][: max(0, room - len(orders))]
    gains = [finding for finding in findings if finding.key in GAINS]
    return conclusion_phrases(
        [finding for finding in findings if finding in orders + others + gains], shared, results, t
    )


def _networks(shared: Compared | None, results: pd.DataFrame, t: Catalogue) -> list[Phrase]:
    return networks(of_stage(results, shared.stage), t) if shared else []


def _tuned(results: pd.DataFrame, t: Catalogue) -> list[Phrase]:
    tuned = of_stage(results, TUNED)
    if tuned.empty:
        return []
    return test_sentences(tuned, t) or [t("tuned.all_diverged")]
