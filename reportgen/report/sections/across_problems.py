"""The section on all problems together: who beats whom more often than not, and of which problems that is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pandas as pd

from reportgen.analysis.across_problems import EVEN, AcrossProblems, PairAcross
from reportgen.analysis.comparison import Comparison
from reportgen.analysis.findings import FEW
from reportgen.report.figures.across_problems import probability_forest
from reportgen.report.figures.style import NARROW
from reportgen.report.figures.svg import drawn
from reportgen.report.figures.verdicts import verdict_matrix
from reportgen.report.sections.across_findings import across_sentences, lost_key
from reportgen.report.sections.problem_table import (
    any_best,
    claim_problem_tables,
    has_lost,
    probability,
    problem_tables,
)
from reportgen.report.sections.profiles import profile_block
from reportgen.report.sections.scores import is_percentage
from reportgen.report.sections.section import Claim, Section, claim_row, claim_sentences
from reportgen.report.sections.verdicts import (
    FEWEST_IN_MATRIX,
    MOST_IN_MATRIX,
    SIGNS,
    metric_name,
    versus,
)
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, together
from reportgen.report.words.numbers import Unit


def across_section(
    comparison: Comparison, across: AcrossProblems | None, scores: pd.DataFrame, t: Catalogue
) -> Section:
    """Return the section; it is left out where there is nothing over several problems.

    Args:
        comparison: Of the scores.
        across: The optimizers over all problems; None where these are one, or no problems of a kind.
        scores: Of scores.checked.
        t: The words, in the report's languages.
    """
    if across is None:
        return Section("across_problems", lambda: {"across": None}, shown=False)
    unit = Unit(is_percentage(comparison))
    tables = problem_tables(comparison, across, scores, unit)
    sentences = across_sentences(comparison, across, t)
    return Section(
        "across_problems",
        lambda: {
            "across": {
                **_tables_block(comparison, across, tables, scores, t),
                **_pairs_block(across, t),
                "sentences": sentences,
                "profile": profile_block(comparison, scores, unit, t),
            }
        },
        (
            *claim_problem_tables(tables),
            *claim_sentences("over all problems", sentences),
            *_claim_pairs(across, t),
        ),
    )


def _tables_block(
    comparison: Comparison,
    across: AcrossProblems,
    tables: Sequence[dict[str, Any]],
    scores: pd.DataFrame,
    t: Catalogue,
) -> dict[str, Any]:
    """The tables of problems by optimizers, and how they are read."""
    lost = has_lost(scores)
    marks = [t("across.bold" if any_best(tables) else "across.no_bold")]
    if lost:
        marks.append(t("across.cells_lost", lost=t(f"verdict.{lost_key(comparison)}")))
    if across.lacking:
        marks.append(t("across.cells_missing"))
    value = t("across.median" if lost else "across.mean")
    metric = metric_name(comparison.metric, t)
    return {
        "tables": tables,
        "value": value,
        "caption": together(
            [t("across.table_caption", metric=metric, value=value), *marks], "list.sentences", t
        ),
        "caption_more": t("across.table_more", metric=metric, value=value),
        "lost": t("across.lost_last", lost=t(f"across.trial_{lost_key(comparison)}")) if lost else None,
    }


def _pairs_block(across: AcrossProblems, t: Catalogue) -> dict[str, Any]:
    """The table of pairs, its figure or figures, and how they are read."""
    shown = drawn_pairs(across)
    paired = sum(pair.paired for pair in across.pairs) > 0
    labels = {name: t(f"across.{name}").label() for name in ("axis", "alone", "corrected")}
    alt = t("across.alt", values=together([_described(pair, t) for pair in shown], "list.phrases", t))
    facts = {
        "pairs": numbers.whole(len(across.pairs)),
        "alpha": numbers.plain(100 * across.alpha) + "%",
        "how": t("across.swapped" if paired else "across.dealt"),
    }
    if len(shown) == len(across.pairs):
        caption = t("across.forest_caption")
    else:
        caption = t("across.forest_caption_some", name=shown[0].first)
    return {
        "facts": facts,
        "pairs": [pair_row(pair, t) for pair in across.pairs],
        "pairs_at": "end" if len(across.optimizers) > FEW else "here",
        "forest": drawn(
            probability_forest,
            shown,
            labels,
            prefix="across",
            narrow=partial(probability_forest, width=NARROW),
        ),
        "forest_alt": alt,
        "forest_caption": caption,
        "matrix": _matrix_block(across, t),
    }


def drawn_pairs(across: AcrossProblems) -> list[PairAcross]:
    """Return the pairs of the figure: all, or of many those with the first of the order.

    Where all are held against one optimizer, they are seen from the others.

    Args:
        across: The optimizers over all problems.
    """
    if across.against is not None:
        return [pair if pair.second == across.against else pair.mirrored() for pair in across.pairs]
    if len(across.optimizers) <= FEW:
        return list(across.pairs)
    return [pair for pair in across.pairs if pair.first == across.pairs[0].first]


def _matrix_block(across: AcrossProblems, t: Catalogue) -> dict[str, Any] | None:
    """The matrix of all pairs; none of few, which the figure above has all, nor of more than have room."""
    size = len(across.optimizers)
    if across.against is not None or size <= FEW or not FEWEST_IN_MATRIX <= size <= MOST_IN_MATRIX:
        return None
    labels = {"row": t("across.row").label(), "column": t("across.column").label()}
    alt = t(
        "across.matrix_alt",
        values=together([_described(pair, t) for pair in across.pairs], "list.phrases", t),
    )
    return {
        "alt": alt,
        "caption": t("across.matrix_caption"),
        "figure": drawn(
            verdict_matrix,
            across.pairs,
            list(across.optimizers),
            _probability_of,
            labels,
            prefix="across-matrix",
        ),
    }


def _probability_of(difference: float) -> str:
    """The probability that lies so far from 1/2."""
    return probability(EVEN + difference)


def pair_row(pair: PairAcross, t: Catalogue) -> dict[str, Any]:
    """Return a row of the table of pairs.

    Args:
        pair: As its first sees it.
        t: The words, in the report's languages.
    """
    even = pair.problems - pair.ahead - pair.behind
    return {
        "pair": versus(pair.first, pair.second),
        "first": pair.first,
        "problems": f"{pair.ahead}/{even}/{pair.behind}",
        "probability": probability(pair.probability),
        "alone": interval(pair.low_alone, pair.high_alone),
        "corrected": interval(pair.low, pair.high),
        "p": numbers.probability(pair.p_corrected),
        "verdict": t(f"across.{SIGNS[pair.verdict]}"),
        "kind": SIGNS[pair.verdict],
        "p_new": numbers.probability(pair.p_new_corrected),
        "verdict_new": t(f"across.{SIGNS[pair.verdict_new]}"),
        "kind_new": SIGNS[pair.verdict_new],
    }


def interval(low: float, high: float) -> str:
    """Return an interval of a probability as it is written; a dash where there is none.

    Args:
        low: Its lower end; NaN where there is none.
        high: Its upper end.
    """
    if math.isnan(low):
        return numbers.MISSING
    return numbers.between(probability(low), probability(high))


def _claim_pairs(across: AcrossProblems, t: Catalogue) -> Iterator[Claim]:
    columns = (
        "pair",
        "problems",
        "probability",
        "alone",
        "corrected",
        "p",
        "verdict",
        "p_new",
        "verdict_new",
    )
    for pair in across.pairs:
        row = pair_row(pair, t)
        yield claim_row("verdicts over all problems", *(row[name] for name in columns))


def _described(pair: PairAcross, t: Catalogue) -> Phrase:
    """A pair of a figure, for who cannot see it."""
    return t(
        "across.alt_pair",
        pair=versus(pair.first, pair.second),
        probability=probability(pair.probability),
        interval=interval(pair.low, pair.high),
        verdict=t(f"across.{SIGNS[pair.verdict]}"),
    )
