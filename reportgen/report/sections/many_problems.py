"""What a report says of problems too many to show one by one: verdicts counted, and all in one table."""

from __future__ import annotations

from typing import Any

from reportgen.analysis.comparison import Comparison
from reportgen.analysis.findings import over_problems
from reportgen.report.sections.verdicts import SIGNS, difference_heading, metric_name, pair_row, versus
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase
from reportgen.report.words.numbers import Unit

MOST_DETAILED = 24
"""So many problems have a section each; more have one together."""

MOST_IN_SENTENCES = 6
"""So many pairs of optimizers have a sentence on the first page."""


def are_many(found: Comparison) -> bool:
    """Return whether the problems are too many for a section each."""
    return len(found.problems) > MOST_DETAILED


def many_block(found: Comparison, unit: Unit, t: Catalogue) -> dict[str, Any] | None:
    """Return what the template shows of many problems; None where each has its own section.

    Args:
        found: The comparison.
        unit: How its scores are written.
        t: The words, in the report's languages.
    """
    if not are_many(found):
        return None
    metric = metric_name(found.metric, t)
    return {
        "facts": {
            "n": numbers.whole(len(found.problems)),
            "alpha": numbers.plain(100 * found.alpha) + "%",
            "falsely": numbers.whole(found.alpha * len(found.problems)),
        },
        "counts": [
            {"pair": versus(row["first"], row["second"]), **_counts(row)} for row in over_problems(found)
        ],
        "pairs": [{**pair_row(pair, unit, t), "problem": pair.problem} for pair in found.pairs],
        "metric": metric,
        "difference": difference_heading(unit, metric, t),
        "seeds": t(f"verdict.{SIGNS[found.lost]}_pairs"),
    }


def many_sentences(found: Comparison, t: Catalogue) -> list[Phrase]:
    """Return what the first page says of many problems.

    Args:
        found: The comparison.
        t: The words, in the report's languages.
    """
    rows = over_problems(found)
    problems, pairs = numbers.whole(len(found.problems)), numbers.whole(len(found.pairs))
    said = [t("scores.many_pairs", n=problems, pairs=pairs)]
    if len(rows) <= MOST_IN_SENTENCES:
        for row in rows:
            said.append(t("scores.many_pair", first=row["first"], second=row["second"], **_counts(row)))
    return said


def _counts(row: dict[str, Any]) -> dict[str, str]:
    """The counts of a row of over_problems, as they are written."""
    return {key: numbers.whole(count) for key, count in row.items() if key not in ("first", "second")}
