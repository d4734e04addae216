"""What a report says of problems too many to show one by one: verdicts counted, and all in one table."""

from __future__ import annotations

from typing import Any

from reportgen.analysis.comparison import Comparison
from reportgen.analysis.findings import over_problems
from reportgen.report.sections.verdicts import (
    LOST,
    counted_heading,
    difference_heading,
    metric_name,
    pair_notes,
    pair_row,
    versus,
)
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, together
from reportgen.report.words.numbers import Unit

MOST_DETAILED = 24
"""So many problems have a section each; more have one together."""

MOST_IN_SENTENCES = 3
"""So many pairs of optimizers have a sentence on the first page."""


def are_many(comparison: Comparison) -> bool:
    """Return whether the problems are too many for a section each."""
    return len(comparison.problems) > MOST_DETAILED


def many_block(comparison: Comparison, unit: Unit, t: Catalogue) -> dict[str, Any] | None:
    """Return what the template shows of many problems; None where each has its own section.

    Args:
        comparison: The comparison.
        unit: How its scores are written.
        t: The words, in the report's languages.
    """
    if not are_many(comparison):
        return None
    metric = metric_name(comparison.metric, t)
    return {
        "facts": {
            "n": numbers.whole(len(comparison.problems)),
            "alpha": numbers.plain(100 * comparison.alpha) + "%",
            "falsely": numbers.whole(comparison.alpha * len(comparison.problems)),
        },
        "counts": [
            {"pair": versus(row["first"], row["second"]), **_counts(row)} for row in over_problems(comparison)
        ],
        "pairs": [{**pair_row(pair, unit, t), "problem": pair.problem} for pair in comparison.pairs],
        "metric": metric,
        "difference": difference_heading(unit, metric, t),
        "counted": counted_heading(comparison, t),
        "seeds": t(f"verdict.{LOST[comparison.lost]}_pairs")
        if comparison.paired
        else t("scores.unpaired_pairs"),
        "test": t("scores.flips" if comparison.paired else "scores.deals"),
        "correction": _corrections(comparison),
        "notes": together(pair_notes(comparison, comparison.pairs, unit, t), "list.sentences", t),
    }


def many_sentences(comparison: Comparison, t: Catalogue) -> list[Phrase]:
    """Return what the first page says of many problems.

    Args:
        comparison: The comparison.
        t: The words, in the report's languages.
    """
    rows = over_problems(comparison)
    problems, pairs = numbers.whole(len(comparison.problems)), numbers.whole(len(comparison.pairs))
    sentences = [t("scores.many_pairs", n=problems, pairs=pairs)]
    if len(rows) <= MOST_IN_SENTENCES:
        for row in rows:
            sentences.append(t("scores.many_pair", first=row["first"], second=row["second"], **_counts(row)))
    return sentences


def _corrections(comparison: Comparison) -> str:
    """Shaffer's, Holm's or both: a problem with lost scores is corrected otherwise than one without."""
    used = {pair.correction for pair in comparison.pairs if pair.correction}
    return "/".join(sorted(used, reverse=True)) or "Holm"


def _counts(row: dict[str, Any]) -> dict[str, str]:
    """The counts of a row of over_problems, as they are written."""
    return {key: numbers.whole(count) for key, count in row.items() if key not in ("first", "second")}
