"""The section on what a table of scores shows of a fair comparison, and what it cannot show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reportgen.analysis.audit.of_table import audit_table
from reportgen.analysis.audit.points import Point
from reportgen.analysis.comparison import Comparison
from reportgen.experiment.audit_settings import CODES_OF_RUNS
from reportgen.records.score_files import Scores
from reportgen.report.sections.audit_points import (
    claim_points,
    describe_point,
    fact_phrase,
    name_points,
    point_name,
)
from reportgen.report.sections.findings import listed
from reportgen.report.sections.section import Section
from reportgen.report.words.catalogue import Catalogue, Phrase


def points_of_table(comparison: Comparison, scores: Scores) -> tuple[Point, ...]:
    """Return the points of the audit of which a table shows anything.

    Args:
        comparison: Of the scores.
        scores: As they were read.
    """
    return audit_table(
        comparison, scores.table, paired=scores.paired, curves=scores.curves, further=scores.further
    )


def table_audit_section(points: Sequence[Point], t: Catalogue) -> Section:
    """Return the section on these points; it is left out where there are none.

    Args:
        points: Of `points_of_table`.
        t: The words, in the report's languages.
    """
    unseen = unseen_points(points, t)
    return Section(
        "table_audit",
        lambda: {"table_audit": {"rows": [describe_point(point, t) for point in points], "unseen": unseen}},
        tuple(claim_points(points, t)),
        shown=bool(points),
    )


def unseen_points(points: Sequence[Point], t: Catalogue) -> Phrase:
    """Return the codes of what a comparison takes and the table shows nothing of, in one line.

    Args:
        points: Of `points_of_table`.
        t: The words, in the report's languages.
    """
    seen = {point.code for point in points}
    codes = [code for code in CODES_OF_RUNS.values() if code not in seen]
    return t("table_audit.unseen", codes=listed(codes, t))


def summarize_table(points: Sequence[Point], t: Catalogue) -> Phrase | None:
    """Return the sentence of the first page: which points do not hold, as far as a table shows any.

    Args:
        points: Of `points_of_table`.
        t: The words, in the report's languages.
    """
    applied = [point for point in points if point.passed is not None]
    failed = [point for point in applied if not point.passed]
    if not applied:
        return None
    if not failed:
        return t("table_audit.all_passed", n=len(applied))
    names = name_points(failed, t)
    return t("table_audit.some_failed", n=len(applied), failed=len(failed), names=names)


def failed_lines(points: Sequence[Point], t: Catalogue) -> Iterator[tuple[str, str, str]]:
    """Yield code, name and what was found of each point that does not hold, in the first language.

    Args:
        points: Of `points_of_table`.
        t: The words.
    """
    language = t.languages[0]
    for point in points:
        if point.passed is False:
            against = [fact_phrase(fact, t) for fact in point.facts if fact.passed is False]
            found = " ".join(phrase.texts[language].striptags() for phrase in against)
            yield point.code, point_name(point, t).texts[language].striptags(), found
