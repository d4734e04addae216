"""What a run's report says first and last: its findings in words, computed from the records alone."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.analysis.findings import EACH_TUNED, SHARED
from reportgen.analysis.results import of_stage
from reportgen.experiment.stages import COMPARISON, EQUALLY_TUNED
from reportgen.records.run_folder import RunRecords
from reportgen.report.sections.audit import Audit, describe_audit
from reportgen.report.sections.comparison import Compared, compared
from reportgen.report.sections.conclusions import conclude, conclusion_phrases, first_page
from reportgen.report.sections.families import family_phrases
from reportgen.report.words.catalogue import Catalogue, Phrase


@dataclass(frozen=True)
class Headlines:
    """The sentences of the first page and of the conclusions, and the comparisons that they rest on.

    Attributes:
        shared: The optimizers at the given settings; None where a run has no such trials.
        tuned_equally: The optimizers, each at its own settings; None where a run has no such trials.
        audited: None for a run that kept no evidence.
        key_findings: The sentences of the first page.
        conclusions: The sentences of the section that concludes the report.
    """

    shared: Compared | None
    tuned_equally: Compared | None
    audited: Audit | None
    key_findings: tuple[Phrase, ...]
    conclusions: tuple[Phrase, ...]

    @property
    def first_page(self) -> tuple[Phrase, ...]:
        """The key findings, and the audit's summary, which the abstract ends with."""
        summary = self.audited.summary if self.audited else None
        return (*self.key_findings, *([summary] if summary else []))


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
    findings = conclude(shared, tuned_equally, of_stage(records.search, COMPARISON), results)
    audited = describe_audit(records, t)
    return Headlines(
        shared,
        tuned_equally,
        audited,
        tuple(first_page(findings, shared, results, t)),
        (
            *conclusion_phrases(findings, shared, results, t),
            *family_phrases(shared, tuned_equally, settings, t),
        ),
    )
