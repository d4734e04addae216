"""A comparison's tables and figures: means with intervals, and pairs with verdicts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from reportgen.analysis.comparison import Comparison
from reportgen.analysis.findings import FEW
from reportgen.analysis.pairs import TESTED, Lost, Pair, Verdict
from reportgen.analysis.results import rows
from reportgen.report.figures.marks import look
from reportgen.report.figures.scores import final_scores
from reportgen.report.figures.style import NARROW
from reportgen.report.figures.svg import drawn
from reportgen.report.figures.verdicts import verdict_matrix
from reportgen.report.sections.section import Claim, claim_row
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, together
from reportgen.report.words.numbers import Unit

FEWEST_IN_MATRIX, MOST_IN_MATRIX = 5, 12
"""Optimizers of whose pairs a matrix tells more than their table does."""

SECONDS = "seconds"
"""The metric whose unit is known, and not a share."""

SIGNS = {
    Verdict.BETTER: "better",
    Verdict.WORSE: "worse",
    Verdict.SAME: "same",
    Verdict.NOT_SEPARABLE: "not_separable",
    Verdict.TOO_FEW_SEEDS: "too_few_seeds",
    Verdict.TOO_FEW_PROBLEMS: "too_few_problems",
}

READINGS = {
    (True, True): "pairs",
    (True, False): "pairs_unpaired",
    (False, True): "pairs_untested",
    (False, False): "pairs_untested_unpaired",
}
"""The phrase that explains a table of pairs: whether they were tested, and whether trials are paired."""

UNLISTED = {(False, True): "pairs_untested_many", (False, False): "pairs_untested_many_unpaired"}
"""The same where many pairs, of which none could be tested, have no table."""

LOST = {Lost.NO_SCORE: "no_score", Lost.DIVERGED: "diverged", Lost.MISSED: "missed"}


def verdict_block(
    comparison: Comparison,
    problem: str,
    scores: pd.DataFrame,
    unit: Unit,
    t: Catalogue,
    *,
    setups: Sequence[str],
    prefix: str,
    where: str = "",
    with_figure: bool = False,
) -> dict[str, Any]:
    """Return what the templates show of a comparison on one problem.

    Args:
        comparison: The comparison.
        problem: The problem of it to show.
        scores: The table that was compared.
        unit: How the scores are written.
        t: The words, in the report's languages.
        setups: Who has which colour.
        prefix: What the figure's ids begin with, unique in the page.
        where: SHARED or EACH_TUNED of analysis/findings, by which the appendix names the comparison; empty
            for anyone's table of scores, whose report has no appendix, and nothing but this block to show the
            means.
        with_figure: Whether the scores are drawn here: where the first page does not.
    """
    of_problem = scores[scores["problem"] == problem]
    summary = comparison.summaries[comparison.summaries["problem"] == problem]
    pairs = [pair for pair in comparison.pairs if pair.problem == problem]
    listed = pairs if where or is_listed(comparison, problem) else []
    tested = was_tested(pairs)
    may_be_best = comparison.standing(problem).may_be_best if tested else ()
    metric = metric_name(comparison.metric, t)
    alt = t("alt.scores", values=described(summary, unit))
    given = of_problem, summary, setups, metric.label(), unit
    return {
        "key": prefix,
        "rows": [
            {
                **row,
                "color": look(row["setup"], setups).color,
                "may_be_best": row["setup"] in may_be_best,
            }
            for row in mean_rows(summary, unit)
        ],
        **pairs_block(listed, unit, metric, t, many=len(summary) > FEW, where=where),
        **reading_block(comparison, pairs, unit, t, bare=not summary["low"].notna().any(), told=bool(listed)),
        "tested": tested,
        "bold": bool(may_be_best),
        "lost": LOST[comparison.lost],
        "fewest": str(pairs[0].fewest_seeds) if pairs else "",
        "metric": metric,
        "difference": difference_heading(unit, metric, t),
        "counted": counted_heading(comparison, t),
        "means": not where,
        "figure": drawn(final_scores, *given, prefix=prefix, narrow=partial(final_scores, width=NARROW))
        if with_figure
        else None,
        "alt": alt,
        "matrix": matrix_block(listed, list(summary["optimizer"]), unit, metric, t, prefix=f"{prefix}-matrix")
        # against one alone all but a row and a column of it is empty, and untested differences need no colour
        if comparison.against is None and tested
        else None,
    }


def reading_block(
    comparison: Comparison, pairs: Sequence[Pair], unit: Unit, t: Catalogue, *, bare: bool, told: bool
) -> dict[str, Any]:
    """Return how a problem's tables are explained: a block of the same readings is read as the one before.

    Args:
        comparison: The comparison.
        pairs: Of the problem.
        unit: How the scores are written.
        t: The words, in the report's languages.
        bare: Whether the means have no intervals.
        told: Whether there is a table of the pairs.
    """
    means = "means_bare" if bare else "means"
    if not pairs:
        return {"readings": [means], "correction": "", "notes": None}
    tested = was_tested(pairs)
    key = (READINGS if tested or told else UNLISTED)[tested, comparison.paired]
    correction = next((pair.correction for pair in pairs if pair.correction), "")
    notes = pair_notes(comparison, pairs, unit, t) if tested else []
    return {
        "readings": [means, key, correction, *(str(note.plain()) for note in notes)],
        "correction": correction,
        "notes": together(notes, "list.sentences", t) if notes else None,
    }


def pair_notes(comparison: Comparison, pairs: Sequence[Pair], unit: Unit, t: Catalogue) -> list[Phrase]:
    """Return what else is to be known of a table of pairs: what lost scores count, and the margin.

    Args:
        comparison: The comparison.
        pairs: Those of the table.
        unit: How the scores are written.
        t: The words, in the report's languages.
    """
    notes = [t(f"verdict.lost_{LOST[comparison.lost]}")] if any(pair.ranks for pair in pairs) else []
    if comparison.margin is None:
        return [*notes, t("verdict.no_margin")]
    metric = metric_name(comparison.metric, t)
    return [*notes, t("verdict.margin", margin=with_unit(comparison.margin, unit, metric, t, signed=False))]


def pairs_block(
    pairs: Sequence[Pair], unit: Unit, metric: Phrase, t: Catalogue, *, many: bool, where: str
) -> dict[str, Any]:
    """Return the table of pairs and its place: that of many is one to look things up in, behind all the rest.

    Args:
        pairs: Of one problem.
        unit: How the scores are written.
        metric: What the score is called.
        t: The words, in the report's languages.
        many: Whether there are more than FEW optimizers.
        where: As for verdict_block.
    """
    told = many and where
    caption = "verdict.pairs_caption_at" if told else "verdict.pairs_caption"
    return {
        "pairs": [pair_row(pair, unit, t) for pair in pairs],
        "pairs_caption": t(caption, metric=metric, **({"where": t(f"where.{where}")} if told else {})),
        "pairs_at": "appendix" if told else "end" if many else "here",
    }


def is_listed(comparison: Comparison, problem: str) -> bool:
    """Return whether the pairs of a problem are told one by one: not many of which none could be tested.

    Args:
        comparison: Of anyone's table of scores.
        problem: One of its problems.
    """
    pairs = [pair for pair in comparison.pairs if pair.problem == problem]
    return was_tested(pairs) or len({name for pair in pairs for name in (pair.first, pair.second)}) <= FEW


def was_tested(pairs: Sequence[Pair]) -> bool:
    """Return whether a test was made of any of these pairs."""
    return any(pair.verdict in TESTED for pair in pairs)


def difference_heading(unit: Unit, metric: Phrase, t: Catalogue) -> Phrase:
    """Return the heading of a column of differences, with their unit.

    Args:
        unit: How the scores are written.
        metric: What the score is called.
        t: The words, in the report's languages.
    """
    if unit.share:
        return t("verdict.difference")
    in_seconds = metric == metric_name(SECONDS, t)
    return t("verdict.difference_seconds") if in_seconds else t("verdict.difference_in", metric=metric)


def counted_heading(comparison: Comparison, t: Catalogue) -> Phrase:
    """Return the heading of how many values a pair has: seeds, or trials where these are not paired.

    Args:
        comparison: The comparison.
        t: The words, in the report's languages.
    """
    return t("column.seeds" if comparison.paired else "verdict.trials")


def with_unit(difference: float, unit: Unit, metric: Phrase, t: Catalogue, *, signed: bool = True) -> Phrase:
    """Return a difference in a sentence: +0.05 percentage points, or +0.012 (validation_loss).

    Args:
        difference: Of two scores.
        unit: How the scores are written.
        metric: What the score is called.
        t: The words, in the report's languages.
        signed: Whether a plus is written.
    """
    in_seconds = metric == metric_name(SECONDS, t)
    key = "points" if unit.share else "in_seconds" if in_seconds else "in_metric"
    values = {"metric": metric} if key == "in_metric" else {}
    written = unit.difference(difference)
    return t(f"verdict.{key}", difference=written if signed else written.removeprefix("+"), **values)


def matrix_block(
    pairs: Sequence[Pair], order: Sequence[str], unit: Unit, metric: Phrase, t: Catalogue, *, prefix: str
) -> dict[str, Any] | None:
    """Return the matrix of all pairs; None for a single pair, or more than it has room for.

    Args:
        pairs: Of one problem.
        order: The names of the optimizers, best first.
        unit: How the scores are written.
        metric: What the score is called.
        t: The words, in the report's languages.
        prefix: What the figure's ids begin with, unique in the page.
    """
    if not pairs or not FEWEST_IN_MATRIX <= len(order) <= MOST_IN_MATRIX:
        return None
    labels = {name: t(f"figure.{name}").label() for name in ("row", "column")}
    phrases = [
        t(
            "alt.pair",
            pair=pair_name(pair),
            difference="" if pair.ranks else with_unit(pair.difference, unit, metric, t),
            verdict=t(f"verdict.{SIGNS[pair.verdict]}"),
        )
        for pair in pairs
    ]
    shown = [replace(pair, difference=math.nan) if pair.ranks else pair for pair in pairs]
    alt = t("alt.matrix", values=together(phrases, "list.phrases", t))
    return {
        "key": prefix,
        "alt": alt,
        "figure": drawn(verdict_matrix, shown, order, unit.difference, labels, prefix=prefix),
    }


def claim_comparison(comparison: Comparison, unit: Unit, t: Catalogue) -> Iterator[Claim]:
    """Yield the claims of a comparison's tables: means with intervals, and pairs with verdicts.

    Args:
        comparison: Whose tables they are.
        unit: How the scores are written.
        t: The words, in the report's languages.
    """
    for row in mean_rows(comparison.summaries, unit):
        yield claim_row("means and intervals", *row.values())
    yield from claim_pairs(comparison, unit, t)


def claim_pairs(
    comparison: Comparison, unit: Unit, t: Catalogue, *, together: bool = False
) -> Iterator[Claim]:
    """Yield the claims of the rows of the tables of pairs.

    Args:
        comparison: Whose pairs they are.
        unit: How the scores are written.
        t: The words, in the report's languages.
        together: Whether the pairs of all problems stand in one table.
    """
    columns = ("pair", "seeds", "difference", "interval", "wins", "p", "verdict", "detectable")
    untested = ("pair", "seeds", "difference", "wins", "verdict")  # has no columns of a test
    tested = {pair.problem for pair in comparison.pairs if pair.verdict in TESTED}
    for pair in comparison.pairs:
        row = pair_row(pair, unit, t)
        shown = columns if together or pair.problem in tested else untested
        yield claim_row("verdicts", *(row[name] for name in shown))


def mean_rows(summary: pd.DataFrame, unit: Unit) -> list[dict[str, str]]:
    """Return the rows of the table of means, as they are written.

    Args:
        summary: Rows of Comparison.summaries.
        unit: How the scores are written.
    """
    return [
        {
            "setup": row["optimizer"],
            "mean": unit.value(row["mean"]),
            "interval": unit.interval(row["low"], row["high"]) or numbers.MISSING,
            "trials": str(row["trials"]),
            "unscored": str(row["unscored"]),
        }
        for row in rows(summary)
    ]


def metric_name(metric: str, t: Catalogue) -> Phrase:
    """Return what a metric is called: its column's heading where there is one, else its own name."""
    name = f"column.{metric}"
    return t(name) if t.has(name) else t.same(metric)


def described(summary: pd.DataFrame, unit: Unit) -> str:
    """Return the figure's data as text, for who cannot see it.

    Args:
        summary: Rows of Comparison.summaries.
        unit: How the scores are written.
    """
    return "; ".join(
        f"{row['optimizer']} {unit.value(row['mean'])} {unit.interval(row['low'], row['high'])}".strip()
        for row in summary.to_dict("records")
    )


def pair_name(pair: Pair) -> str:
    """Return what a pair is called."""
    return versus(pair.first, pair.second)


def versus(first: str, second: str) -> str:
    """Return two names as a pair; a dash between them would read as a range."""
    return f"{first} vs.\N{NO-BREAK SPACE}{second}"


def pair_row(pair: Pair, unit: Unit, t: Catalogue) -> dict[str, Any]:
    """Return a row of the table of pairs.

    Args:
        pair: As its first sees it.
        unit: How the scores are written.
        t: The words, in the report's languages.
    """
    return {
        "pair": pair_name(pair),
        "first": pair.first,
        "seeds": str(pair.n) if pair.paired else f"{pair.trials[0]} / {pair.trials[1]}",
        # the mean of what has a score may say otherwise than the ranks of all
        "difference": numbers.MISSING if pair.ranks else unit.difference(pair.difference),
        "interval": unit.difference_interval(pair.low, pair.high) or numbers.MISSING,
        "wins": f"{pair.wins} / {pair.ties} / {pair.losses}",
        # what no data of so few seeds could bring below alpha is no test's result
        "p": numbers.probability(_p_of_verdict(pair)) if pair.verdict in TESTED else numbers.MISSING,
        "verdict": t(f"verdict.{SIGNS[pair.verdict]}"),
        "kind": SIGNS[pair.verdict],
        "detectable": detectable(pair, unit),
    }


def _p_of_verdict(pair: Pair) -> float:
    """The p that the verdict rests on."""
    return pair.p_same_corrected if pair.verdict is Verdict.SAME else pair.p_corrected


def detectable(pair: Pair, unit: Unit) -> str:
    """Return the difference that so many seeds would have shown; a dash where no means were tested.

    Args:
        pair: The pair.
        unit: How the scores are written.
    """
    if math.isnan(pair.detectable) or pair.verdict not in TESTED:
        return numbers.MISSING
    return unit.difference(pair.detectable).removeprefix("+")
