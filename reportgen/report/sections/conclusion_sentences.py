"""What a report concludes with: the answer, what tuning changed, what the full training brought.

The numbers behind each sentence stand where they were found: on the first page, and in the tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from reportgen.analysis.findings import Finding
from reportgen.analysis.results import of_stage
from reportgen.report.sections.changes import CHANGES
from reportgen.report.sections.comparison import UNIT, Compared
from reportgen.report.sections.findings import in_words
from reportgen.report.sections.key_findings import GAINS
from reportgen.report.sections.sentences import networks
from reportgen.report.sections.verdicts import pair_name
from reportgen.report.words.catalogue import Catalogue, Phrase, together

COUNTED = ("no_change_shown", "changes_shown", "change_untested")
"""The findings on changes that name no pair."""


def conclusion_sentences(
    headline: Phrase,
    findings: Sequence[Finding],
    shared: Compared | None,
    results: pd.DataFrame,
    t: Catalogue,
) -> list[Phrase]:
    """Return the few sentences that follow from the findings; none where nothing was compared.

    Args:
        headline: The answer of the first page.
        findings: All of the run.
        shared: The optimizers compared at the given settings.
        results: All rows of results.csv.
        t: The words, in the report's languages.
    """
    if shared is None:
        return []
    return [
        headline,
        *networks(of_stage(results, shared.stage), t),
        *_of_change(findings, t),
        *(
            t(f"conclusions.{finding.key}", name=finding.values["name"])
            for finding in findings
            if finding.key in GAINS
        ),
    ]


def _of_change(findings: Sequence[Finding], t: Catalogue) -> Iterator[Phrase]:
    """Which differences tuning is shown to have changed, in one sentence."""
    kinds = []
    for key in CHANGES:
        pairs = [pair_name(finding.values["pair"]) for finding in findings if finding.key == key]
        if pairs:
            names = together([t.same(pair) for pair in pairs], "list.names", t)
            kinds.append(t(f"conclusions.{key}", pairs=names))
    if kinds:
        yield t("conclusions.changes", changes=together(kinds, "list.phrases", t))
    else:
        yield from in_words([finding for finding in findings if finding.key in COUNTED], UNIT, t)
