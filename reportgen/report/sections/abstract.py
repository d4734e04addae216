"""The abstract: what was trained on what, how it was compared, and whether that was fair."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup

from reportgen.analysis.findings import FEW
from reportgen.analysis.pairs import Pair, Verdict
from reportgen.analysis.results import of_stage
from reportgen.records.run_folder import RunRecords
from reportgen.report.sections.findings import listed
from reportgen.report.sections.headlines import Headlines
from reportgen.report.sections.sentences import name_network, seeds_in_words
from reportgen.report.sections.trainings import count_trainings
from reportgen.report.sections.verdicts import was_tested
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
    optimizers = list(dict.fromkeys(results["optimizer"]))
    many = len(optimizers) > FEW
    names = t("abstract.many", count=str(len(optimizers))) if many else listed(optimizers, t)
    count = count_trainings(records)
    total, searched = numbers.whole(count.total), numbers.whole(count.searched)
    layers = records.manifest.layers
    passes = t("abstract.passes") if layers is None else t("abstract.passes_own", file=layers.file)
    said = {"source": source, "names": names, "network": _network(results, passes, t)}
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
    if headlines.audited is not None and not headlines.unfair:
        sentences.append(headlines.audited.summary)
    return joined(sentences)


def _network(results: pd.DataFrame, passes: Phrase, t: Catalogue) -> Phrase:
    """The network, where the first stage trains one alone."""
    first = of_stage(results, results["stage"].iloc[0])
    if first["hidden"].nunique() > 1:
        return t("abstract.networks", passes=passes)
    return t("abstract.network", layers=name_network(first, t), passes=passes)


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
