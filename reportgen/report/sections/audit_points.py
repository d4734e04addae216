"""Points of an audit in words: rows with mark and evidence, the sentence on the first page, the claims."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from reportgen.analysis.audit.facts import Fact
from reportgen.analysis.audit.points import Point
from reportgen.report.sections.section import Claim, claim_row, claim_sentences
from reportgen.report.sections.sentences import name_stage
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import ENGLISH, Catalogue, Phrase, together

OF_TABLES = (
    "lengths_same",
    "lengths_differ",
    "columns_same",
    "columns_differ",
    "entries_same",
    "entries_single",
    "entries_uneven",
    "tries_differ",
)
"""Facts that a table of scores shows, which tells less than a run of ours."""

MARKS = {True: ("✓", "passed"), False: ("✗", "failed"), None: ("–", "none")}
"""What stands in the table for each result, and the class of its cell."""


MOST_NAMED = 3
"""So many points that do not hold are named on the first page; of more it has the codes."""


def summarize(points: Sequence[Point], t: Catalogue) -> Phrase:
    """Return how many points hold, which do not, and which are muted, each with its reason.

    Args:
        points: Of the audit.
        t: The words, in the report's languages.

    Returns:
        The sentences; where nothing is compared, they say so.
    """
    applied = [point for point in points if point.passed is not None]
    muted = [point for point in applied if point.muted]
    counted = [point for point in applied if not point.muted]
    failed = [point for point in counted if not point.passed]
    sentences = []
    if failed:
        names = name_points(failed, t)
        sentences.append(t("audit.some_failed", n=len(applied), failed=len(failed), names=names))
    else:
        alone = any(fact.key == "nothing_compared" for point in points for fact in point.facts)
        key = "others_passed" if muted else "all_passed_alone" if alone else "all_passed"
        sentences.append(t(f"audit.{key}", n=len(applied), passed=len(counted)))
    if muted:
        reasons = [t("audit.reason", point=cite(point, t), reason=point.muted) for point in muted]
        names = together(reasons, "list.phrases", t)
        sentences.append(t("audit.some_muted", muted=len(muted), names=names))
    return together(sentences, "list.sentences", t)


def name_points(points: Sequence[Point], t: Catalogue) -> Phrase:
    """Return the codes of points, of few with their names: these stand in the section.

    Args:
        points: Of the audit, at least one.
        t: The words, in the report's languages.
    """
    if len(points) > MOST_NAMED:
        return t.given(dict.fromkeys(t.languages, ", ".join(point.code for point in points)))
    return together([cite(point, t) for point in points], "list.phrases", t)


def cite(point: Point, t: Catalogue) -> Phrase:
    """Return a point's code and name.

    Args:
        point: Of the audit.
        t: The words, in the report's languages.
    """
    return t("audit.cited", code=point.code, name=point_name(point, t))


def point_name(point: Point, t: Catalogue) -> Phrase:
    """Return a point's name: of a table of scores only what can be seen in one.

    Args:
        point: Of the audit.
        t: The words, in the report's languages.
    """
    of_table = f"audit_point.{point.key}_table"
    seen = any(fact.key in OF_TABLES for fact in point.facts)
    return t(of_table if seen and t.has(of_table) else f"audit_point.{point.key}")


def describe_point(point: Point, t: Catalogue) -> dict[str, Any]:
    """Return a point's row: code, name, mark and evidence, and the reason where it is muted.

    Args:
        point: Of the audit.
        t: The words, in the report's languages.
    """
    mark, kind = MARKS[point.passed]
    result = t(f"audit.{kind}")
    if point.muted and point.passed is not None:
        mark, kind, result = f"({mark})", "muted", t("audit.muted", result=result)
    return {
        "code": point.code,
        "name": point_name(point, t),
        "mark": mark,
        "kind": kind,
        "result": result,
        "reason": t("audit.muted_because", reason=point.muted) if point.muted else None,
        "evidence": together([mark_against(fact, t) for fact in point.facts], "list.sentences", t),
    }


def mark_against(fact: Fact, t: Catalogue) -> Phrase:
    """Return the sentence of one fact, marked where it speaks against its point.

    Args:
        fact: Of a point of the audit.
        t: The words, in the report's languages.
    """
    phrase = fact_phrase(fact, t)
    if fact.passed is not False:
        return phrase
    marked = Markup('<span class="against">{}</span>')
    return Phrase({language: marked.format(text) for language, text in phrase.texts.items()}, phrase.borrowed)


def claim_points(points: Sequence[Point], t: Catalogue) -> Iterator[Claim]:
    """Yield the claims of the table of points: codes and names, reasons, and what was found.

    Args:
        points: Of the audit.
        t: The words, in the report's languages.
    """
    for point in points:
        row = describe_point(point, t)
        yield claim_row("audit", row["code"], row["name"])
        reason = [row["reason"]] if row["reason"] else []
        yield from claim_sentences("audit", [*reason, *(fact_phrase(fact, t) for fact in point.facts)])


def points_table(points: Sequence[Point], t: Catalogue) -> pd.DataFrame:
    """Return points as a table: code, point, passed (missing where it does not apply), muted and facts.

    Args:
        points: Of the audit.
        t: The words, of which English is taken.
    """
    rows = [
        {
            "code": point.code,
            "point": _in_english(point_name(point, t)),
            "passed": point.passed,
            "muted": point.muted,
            "facts": tuple(_in_english(fact_phrase(fact, t)) for fact in point.facts),
        }
        for point in points
    ]
    return pd.DataFrame(rows, columns=["code", "point", "passed", "muted", "facts"]).astype(
        {"passed": "boolean"}
    )


def _in_english(phrase: Phrase) -> str:
    return phrase.texts[ENGLISH].striptags()


def fact_phrase(fact: Fact, t: Catalogue) -> Phrase:
    """Return the sentence of one fact, its numbers written as everywhere else.

    Args:
        fact: Of a point of the audit.
        t: The words, in the report's languages.
    """
    written = {name: _written(value, t) for name, value in fact.values.items()}
    if stage := fact.values.get("stage"):
        written["stage"] = name_stage(str(stage), t)
    return t(f"audit.{fact.key}", **written)


def _written(value: float | str, t: Catalogue) -> str | Phrase:
    if isinstance(value, str):  # several in a row are parted as each language does it
        parts = [t.same(part) for part in value.split("; ")]
        return together(parts, "list.phrases", t)
    return numbers.whole(value) if isinstance(value, int) else numbers.plain(value)
