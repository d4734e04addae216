"""The findings of a run's first page: at most three, each with one number, beside what the headline says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import pandas as pd
from markupsafe import Markup

from reportgen.analysis.classes import by_class
from reportgen.analysis.comparison import Comparison
from reportgen.analysis.findings import Finding
from reportgen.analysis.pairs import SEPARATED, TESTED
from reportgen.analysis.results import finished, of_stage
from reportgen.analysis.who_is_best import Kind, Outcome, outcome_of
from reportgen.experiment.stages import COMPARISON, TUNED
from reportgen.report.sections.comparison import UNIT, Compared
from reportgen.report.sections.sentences import name_network
from reportgen.report.sections.verdicts import metric_name, with_unit
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase
from reportgen.report.words.numbers import Unit

MOST = 3
"""How many findings a reader is given before anything else."""

BOLD = Markup("<b>{}</b>")
"""The one number of a finding."""

GAINS = ("gain", "loss", "no_gain", "gain_unsure")
"""The findings that hold the full training against the comparison."""


def key_findings(
    compared: Sequence[Compared],
    changed: Comparison | None,
    findings: Sequence[Finding],
    results: pd.DataFrame,
    t: Catalogue,
    *,
    confusion: pd.DataFrame | None = None,
) -> list[Phrase]:
    """Return by how much who leads in each comparison, what the full training reaches, what tuning changed.

    Args:
        compared: The comparisons of the run.
        changed: The optimizers by what each gained through its own settings.
        findings: All findings of the run.
        results: All rows of results.csv.
        t: The words, in the report's languages.
        confusion: All rows of confusion.csv, where classes are to be told of.
    """
    several = [one for one in compared if len(one.found.optimizers) > 1]
    gain = next((finding for finding in findings if finding.key in GAINS), None)
    said = chain(
        *(say_apart(one.found, one.stage, t(f"key.where_{one.where}"), UNIT, t) for one in several),
        _of_full_training(of_stage(results, TUNED), gain, t) if several else _of_setup(results, confusion, t),
        _of_change(changed, t),
    )
    return list(islice(said, MOST))


def say_apart(
    comparison: Comparison, problem: str, where: Phrase, unit: Unit, t: Catalogue
) -> Iterator[Phrase]:
    """Yield by how much the first leads, or how far apart all are.

    Args:
        comparison: That has the problem.
        problem: Its name.
        where: With which settings, or on which problem; the beginning of a sentence.
        unit: How the scores are written.
        t: The words, in the report's languages.
    """
    outcome = outcome_of(comparison, problem)
    order, metric = outcome.standing.order, metric_name(comparison.metric, t)
    of_problem = comparison.summaries[comparison.summaries["problem"] == problem]
    means = of_problem.set_index("optimizer")["mean"]

    match outcome.kind:
        case Kind.WINNER:
            lead = lead_of(comparison, outcome, unit, t)
            key = "key.lead_two" if len(outcome.pairs) == 1 else "key.lead"
            yield t(key, where=where, name=outcome.name, next=lead.following, lead=lead.difference)
        case Kind.OPEN:
            counts = {"separated": BOLD.format(outcome.separated), "pairs": str(len(outcome.pairs))}
            yield t("key.open", where=where, **counts, name=outcome.name)
        case Kind.SINGLE:
            mean = BOLD.format(unit.value(float(means[outcome.name])))
            yield t("key.single", where=where, name=outcome.name, mean=mean)
        case Kind.NO_DIFFERENCE | Kind.SAME | Kind.TOO_FEW:
            spread = abs(float(means[order[0]] - means[order[-1]]))
            yield t("key.spread", where=where, spread=_bold(with_unit(spread, unit, metric, t, signed=False)))


@dataclass(frozen=True)
class Lead:
    """By how much a winner leads: who comes next, and the difference of the means, in bold."""

    following: str
    difference: Phrase


def lead_of(comparison: Comparison, outcome: Outcome, unit: Unit, t: Catalogue) -> Lead:
    """Return by how much the winner of a problem leads.

    Args:
        comparison: That has the problem.
        outcome: Of the problem; there is a winner.
        unit: How the scores are written.
        t: The words, in the report's languages.
    """
    following = next(other for other in outcome.standing.order if other != outcome.name)
    difference = abs(comparison.pair(outcome.standing.problem, outcome.name, following).difference)
    metric = metric_name(comparison.metric, t)
    return Lead(following, _bold(with_unit(difference, unit, metric, t, signed=False)))


def _of_full_training(full: pd.DataFrame, gain: Finding | None, t: Catalogue) -> Iterator[Phrase]:
    """What the full training reaches, and whether that is more than the best of the comparison."""
    if full.empty:
        return
    ended = finished(full)
    words: dict[str, object] = {"name": str(full["setup"].iloc[0]), "network": name_network(full, t)}
    if ended.empty:
        yield t("key.full_diverged", **words)
        return
    words["accuracy"] = BOLD.format(UNIT.value(float(ended["test_accuracy"].mean())))
    if gain is None:
        yield t("key.full", **words)
    else:
        yield t("key.full_held", **words, held=t(f"key.{gain.key}", best=gain.values["name"]))


def _of_setup(results: pd.DataFrame, confusion: pd.DataFrame | None, t: Catalogue) -> Iterator[Phrase]:
    """How much the seeds of the one setup of a run differ, and its classes."""
    full = of_stage(results, TUNED)
    trials = finished(full if len(full) else of_stage(results, COMPARISON))
    accuracy = trials["test_accuracy"]
    if len(accuracy) > 1:
        spread = with_unit(
            float(accuracy.std(ddof=1)), UNIT, metric_name("test_accuracy", t), t, signed=False
        )
        yield t("key.deviation", spread=_bold(spread))

    if confusion is not None and len(confusion) and len(trials):
        classes = by_class(confusion, trials).mean(axis=1)
        for key, place in (("key.worst_class", -1), ("key.best_class", 0)):
            share = BOLD.format(UNIT.value(float(classes.iloc[place])))
            yield t(key, name=str(classes.index[place]), accuracy=share)


def _of_change(changed: Comparison | None, t: Catalogue) -> Iterator[Phrase]:
    """How many differences are shown to have changed by tuning."""
    tested = [pair for pair in changed.pairs if pair.verdict in TESTED] if changed else []
    if tested:
        shown = sum(pair.verdict in SEPARATED for pair in tested)
        if len(tested) == 1:
            yield t("key.changed_one" if shown else "key.unchanged_one")
            return
        yield t("key.changed", changed=BOLD.format(numbers.whole(shown)), pairs=numbers.whole(len(tested)))


def _bold(phrase: Phrase) -> Phrase:
    """A number with its unit."""
    return Phrase({language: BOLD.format(text) for language, text in phrase.texts.items()}, phrase.borrowed)
