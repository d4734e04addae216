"""What a run's report says first and last: its findings in words, computed from the records alone."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.analysis.findings import EACH_TUNED, SHARED
from reportgen.analysis.results import of_stage
from reportgen.experiment.stages import COMPARISON, EQUALLY_TUNED
from reportgen.records.run_folder import RunRecords
from reportgen.report.sections.audit import Audit, describe_audit
from reportgen.report.sections.changes import Row, change_rows
from reportgen.report.sections.comparison import UNIT, Compared, compared
from reportgen.report.sections.conclusion_sentences import conclusion_sentences
from reportgen.report.sections.conclusions import compare_gains, conclude
from reportgen.report.sections.families import family_phrases
from reportgen.report.sections.headline import headline
from reportgen.report.sections.key_findings import key_findings
from reportgen.report.words.catalogue import Catalogue, Phrase


@dataclass(frozen=True)
class Headlines:
    """The sentences of the first page and of the conclusions, and the comparisons that they rest on.

    Attributes:
        shared: The optimizers at the given settings; None where a run has no such trials.
        tuned_equally: The optimizers, each at its own settings; None where a run has no such trials.
        audited: None for a run that kept no evidence.
        headline: The one sentence that answers first.
        key_findings: At most three sentences of the first page.
        changes: The differences that tuning is shown to have changed.
        conclusions: The sentences of the section that concludes the report.
    """

    shared: Compared | None
    tuned_equally: Compared | None
    audited: Audit | None
    headline: Phrase
    key_findings: tuple[Phrase, ...]
    changes: tuple[Row, ...]
    conclusions: tuple[Phrase, ...]

    @property
    def first_page(self) -> tuple[Phrase, ...]:
        """The headline, the key findings, and the audit's summary, here or at the abstract's end."""
        summary = self.audited.summary if self.audited else None
        return (self.headline, *self.key_findings, *([summary] if summary else []))

    @property
    def unfair(self) -> tuple[Phrase, ...]:
        """The audit's summary where it is to stand among the findings, as a condition does not hold."""
        audited = self.audited
        return (audited.summary,) if audited and audited.stands_out else ()


def headlines(records: RunRecords, t: Catalogue) -> Headlines:
    """Return everything that the records support, in words.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
    """
    results = records.results
    settings = records.manifest.experiment.settings
    shared = compared(
        of_stage(results, COMPARISON),
        SHARED,
        margin=settings.margin,
        looks=records.manifest.looks.get(COMPARISON, ()),
    )
    tuned_equally = compared(
        of_stage(results, EQUALLY_TUNED),
        EACH_TUNED,
        settings.searches,
        margin=settings.margin,
        looks=records.manifest.looks.get(EQUALLY_TUNED, ()),
    )
    compared_stages = [one for one in (shared, tuned_equally) if one is not None]
    changed = compare_gains(shared, tuned_equally)
    findings = conclude(shared, tuned_equally, changed, results)
    audited = describe_audit(records, t)
    answer = headline(records, shared, tuned_equally, changed, t)
    return Headlines(
        shared,
        tuned_equally,
        audited,
        answer,
        tuple(key_findings(compared_stages, changed, findings, results, t, confusion=records.confusion)),
        tuple(change_rows(findings, UNIT, t)),
        (
            *conclusion_sentences(answer, findings, shared, results, t),
            *family_phrases(shared, tuned_equally, settings, t),
        ),
    )
