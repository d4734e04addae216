"""What the first page says before the findings: what was done, and the results at a glance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from markupsafe import Markup

from reportgen.analysis.pairs import Pair, Verdict
from reportgen.records.run_folder import RunRecords
from reportgen.report.figures.marks import color
from reportgen.report.sections.comparison import UNIT
from reportgen.report.sections.findings import listed
from reportgen.report.sections.headlines import Headlines
from reportgen.report.sections.section import Claim, claim_row
from reportgen.report.sections.sentences import seeds_in_words
from reportgen.report.sections.trainings import count_trainings
from reportgen.report.sections.verdicts import mean_rows, was_tested
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import CHINESE, Catalogue, Phrase


def abstract(records: RunRecords, headlines: Headlines, source: Phrase, t: Catalogue) -> Phrase:
    """Return what was trained on what, how it was compared, and whether the comparison is fair.

    Args:
        records: Of the run.
        headlines: What the report says first.
        source: What the data set is called in a sentence.
        t: The words, in the report's languages.
    """
    results = records.results
    names = listed(list(dict.fromkeys(results["optimizer"])), t)
    count = count_trainings(records)
    total, searched = numbers.whole(count.total), numbers.whole(count.searched)
    layers = records.manifest.layers
    passes = t("abstract.passes") if layers is None else t("abstract.passes_own", file=layers.file)
    said = {"source": source, "names": names, "passes": passes}
    if count.searched:
        trained = t("abstract.trained_searched", total=total, searched=searched, **said)
    elif count.total > 1:
        trained = t("abstract.trained", total=total, **said)
    else:
        trained = t("abstract.trained_once", **said)
    sentences = [trained]
    if headlines.shared is not None and len(headlines.shared.found.optimizers) > 1:
        seeds = seeds_in_words(results.loc[results["stage"] == headlines.shared.stage, "seed"].nunique(), t)
        sentences.append(t(f"abstract.{_tested(headlines.shared.found.pairs)}", seeds=seeds))
    if headlines.tuned_equally is not None:
        sentences.append(t("abstract.tuned_equally"))
    if headlines.audited is not None and headlines.audited.summary is not None:
        sentences.append(headlines.audited.summary)
    return joined(sentences)


def _tested(pairs: Sequence[Pair]) -> str:
    """The phrase of whether differences were tested, or why none was."""
    if was_tested(pairs):
        return "compared"
    few = any(pair.verdict is Verdict.TOO_FEW_SEEDS for pair in pairs)
    return "compared_untested" if few else "compared_diverged"


def joined(sentences: Sequence[Phrase]) -> Phrase:
    """Return sentences as one paragraph a language."""
    return Phrase(
        {
            language: Markup("" if language == CHINESE else " ").join(
                sentence.texts[language] for sentence in sentences
            )
            for language in sentences[0].texts
        }
    )


def glance(headlines: Headlines, setups: Sequence[str], t: Catalogue) -> dict[str, Any] | None:
    """Return every setup's mean test accuracy with its interval, a column for each comparison; None without.

    Args:
        headlines: What the report says first, with its comparisons.
        setups: The names of the setups, in order.
        t: The words, in the report's languages.
    """
    stages = {"shared": headlines.shared, "tuned": headlines.tuned_equally}
    compared = [comparison for comparison in stages.values() if comparison is not None]
    if not compared:
        return None
    cells: dict[str, list[dict[str, str]]] = {name: [] for name in setups}
    for comparison in compared:
        for row in mean_rows(comparison.found.summaries, UNIT):
            cells[row["setup"]].append(row)
    intervals = any(comparison.found.summaries["low"].notna().any() for comparison in compared)
    return {
        "caption": t("glance.caption" if intervals else "glance.caption_bare"),
        "stages": [t(f"glance.{name}") for name, comparison in stages.items() if comparison is not None],
        "rows": [
            {"setup": name, "color": color(n), "cells": of_setup}
            for n, (name, of_setup) in enumerate(cells.items())
            if len(of_setup) == len(compared)
        ],
    }


def claim_glance(glance: Mapping[str, Any]) -> Iterator[Claim]:
    """Yield the claims of the rows of the table.

    Args:
        glance: Of the function of this name.
    """
    for row in glance["rows"]:
        cells = chain.from_iterable((cell["mean"], cell["interval"]) for cell in row["cells"])
        yield claim_row("results at a glance", row["setup"], *cells, front=True)
