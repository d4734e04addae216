"""The table of the differences that tuning is shown to have changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reportgen.analysis.findings import Finding
from reportgen.report.sections.section import Claim, claim_row
from reportgen.report.sections.verdicts import pair_name
from reportgen.report.words.catalogue import Catalogue, Phrase
from reportgen.report.words.numbers import Unit

CHANGES = ("lead_reversed", "lead_gone", "difference_changed")
"""The findings that a difference is another one when each is tuned, the strongest first."""

Row = dict[str, str | Phrase]


def change_rows(findings: Sequence[Finding], unit: Unit, t: Catalogue) -> list[Row]:
    """Return a row for each difference that is shown to have changed, as it is written.

    Args:
        findings: All of the run.
        unit: How the scores are written.
        t: The words, in the report's languages.
    """
    return [
        {
            "pair": pair_name(finding.values["pair"]),
            "before": unit.difference(finding.values["before"]),
            "after": unit.difference(finding.values["after"]),
            "change": unit.difference(finding.values["pair"].difference),
            "interval": unit.difference_interval(finding.values["pair"].low, finding.values["pair"].high),
            "outcome": t(f"changes.{finding.key}"),
        }
        for finding in findings
        if finding.key in CHANGES
    ]


def claim_changes(rows: Sequence[Row]) -> Iterator[Claim]:
    """Yield the claims of the table.

    Args:
        rows: Of change_rows.
    """
    for row in rows:
        yield claim_row("changes by tuning", *row.values())
