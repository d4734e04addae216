"""The one sentence that a report says first: who won, and how sure that is; computed, as all others are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reportgen.analysis.across_problems import PairAcross
from reportgen.analysis.comparison import Comparison
from reportgen.analysis.drift import worse
from reportgen.analysis.intervals import mean_interval
from reportgen.analysis.pairs import Pair, Verdict
from reportgen.analysis.results import finished, of_stage
from reportgen.analysis.who_is_best import Kind, Outcome, outcome_of
from reportgen.experiment.stages import COMPARISON, TUNED
from reportgen.records.run_folder import RunRecords
from reportgen.report.sections.comparison import UNIT, Compared
from reportgen.report.sections.data import source_name
from reportgen.report.sections.drift import drift_of, drift_sentences
from reportgen.report.sections.findings import listed
from reportgen.report.sections.sentences import networks, seeds_in_words
from reportgen.report.sections.verdicts import LOST, metric_name, with_unit
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, together
from reportgen.report.words.numbers import Unit

MOST_NAMED = 2
"""So many optimizers with diverged trials are named; more are counted."""

TWO = "two"
"""What the name of a phrase ends with that is about two optimizers alone."""

RATE = {"learning_rate"}
"""What a search looks for that tunes the learning rate alone."""


def headline(
    records: RunRecords,
    shared: Compared | None,
    tuned: Compared | None,
    changed: Comparison | None,
    t: Catalogue,
) -> Phrase:
    """Return the sentence that answers first, with what warns of it.

    It claims no more than the tests show. That a lead depends on the settings which all share is said where
    three tests say so: there is a lead, every difference in it shrinks, and none is left that is significant.

    Args:
        records: Of the run.
        shared: The optimizers at the given settings.
        tuned: The optimizers, each at its own settings.
        changed: The optimizers by what each gained through its own settings, see analysis/tuning_changes.
        t: The words, in the report's languages.
    """
    compared = [one for one in (shared, tuned) if one is not None and len(one.found.optimizers) > 1]
    said = [*_warnings(records, compared, t)]
    if compared:
        said += [
            _answer(records, compared, changed, t),
            *_diverged(compared, t),
            *_looks(compared, t),
        ]
    else:
        said.append(of_setup(records, t))
    table = drift_of(records)
    if table is not None and len(worse(table)):
        said += drift_sentences(table, t)
    return together(said, "list.sentences", t)


def _warnings(records: RunRecords, compared: Sequence[Compared], t: Catalogue) -> Iterator[Phrase]:
    """What a reader must know before any ranking: defects made on purpose, unsound code, unequal networks."""
    defects = sum(bool(on) for _, on in records.manifest.experiment.settings.defects)
    if defects:
        yield t("headline.defects", count=str(defects))
    elif compared and networks(of_stage(records.results, compared[0].stage), t):
        yield t("headline.networks")
    if not all(check.passed for check in records.manifest.checks):
        yield t("headline.failures")


def _answer(
    records: RunRecords, compared: Sequence[Compared], changed: Comparison | None, t: Catalogue
) -> Phrase:
    """Who is best, of one comparison or of both."""
    outcomes = [outcome_of(one.found, one.stage) for one in compared]
    if all(outcome.kind is Kind.TOO_FEW for outcome in outcomes):
        return _untested(compared, outcomes, t)
    if len(outcomes) == 1:
        return t(
            "headline.one",
            said=_at(compared[0].where, say_outcome(compared[0].found, outcomes[0], UNIT, t), t),
        )
    return _of_both(records, compared, outcomes, changed, t)


def _of_both(
    records: RunRecords,
    compared: Sequence[Compared],
    outcomes: Sequence[Outcome],
    changed: Comparison | None,
    t: Catalogue,
) -> Phrase:
    """Who is best with the shared settings, and individually tuned; in one thought where that is one."""
    before, after = outcomes
    said = [say_outcome(one.found, outcome, UNIT, t) for one, outcome in zip(compared, outcomes, strict=True)]
    match before.kind, after.kind:
        case Kind.WINNER, Kind.NO_DIFFERENCE | Kind.SAME if before.of_all and depends(before, changed):
            key = "headline.lead_of_rate" if _is_rate_alone(records) else "headline.lead_of_settings"
            return t(key, name=before.name, said=said[1])
        case Kind.WINNER, Kind.WINNER if said[0] == said[1]:
            return t("headline.same_winner", said=said[1])
        case Kind.WINNER, Kind.WINNER if all(one.of_all and not one.is_within_margin for one in outcomes):
            return t("headline.other_winner", before=before.name, after=after.name)
        case (Kind.NO_DIFFERENCE, Kind.NO_DIFFERENCE) | (Kind.OPEN, Kind.OPEN):
            return t(f"headline.both_{after.kind}")
    placed = [_at(one.where, part, t) for one, part in zip(compared, said, strict=True)]
    return t("headline.both", shared=placed[0], tuned=placed[1])


def _is_rate_alone(records: RunRecords) -> bool:
    """Whether tuning changed nothing but a learning rate that all optimizers had shared."""
    search = records.manifest.experiment.settings.search.comparison
    rates = of_stage(records.results, COMPARISON)["learning_rate"]
    return search is not None and set(search.space) == RATE and not search.own and rates.nunique() == 1


def depends(before: Outcome, changed: Comparison | None) -> bool:
    """Return whether every difference in a winner's lead is shown to have shrunk by tuning.

    Args:
        before: The outcome with the shared settings; it has a winner.
        changed: The optimizers by what each gained; None where that is not known.
    """
    if changed is None:
        return False
    others = {*before.standing.order, *before.standing.unscored} - {before.name}
    shrunk = {
        pair.second if pair.first == before.name else pair.first
        for pair in changed.pairs
        if before.name in (pair.first, pair.second)
        and (pair if pair.first == before.name else pair.mirrored()).verdict is Verdict.WORSE
    }
    return others <= shrunk


def _at(where: str, said: Phrase, t: Catalogue) -> Phrase:
    """What is said, behind the settings with which it is so."""
    return t(f"headline.with_{where}", said=said)


def say_outcome(comparison: Comparison, outcome: Outcome, unit: Unit, t: Catalogue) -> Phrase:
    """Return what is said of one problem, as a part of a sentence.

    Args:
        comparison: That has the problem.
        outcome: Of the problem.
        unit: How the scores are written.
        t: The words, in the report's languages.
    """
    lost, name = LOST[comparison.lost], outcome.name if outcome.standing.order else ""
    match outcome.kind:
        case Kind.WINNER:
            others = t("finding.every_other" if outcome.of_all else f"headline.others_{lost}")
            if outcome.of_all and len(outcome.pairs) == 1:
                (pair,) = outcome.pairs
                others = t.same(pair.second if pair.first == name else pair.first)
            said = t("headline.winner", name=name, others=others)
            if outcome.is_within_margin:
                said = t("headline.within", said=said, margin=_margin(comparison, unit, t))
        case Kind.SINGLE:
            said = t(f"headline.single_{lost}", name=name)
            if outcome.is_above_all:
                rest = list(outcome.standing.unscored)
                others = t("finding.every_other") if len(rest) > 1 else t.same(rest[0])
                said = t("headline.single_better", said=said, name=name, others=others)
        case Kind.NONE:
            said = t(f"headline.none_{lost}")
        case Kind.NO_REFERENCE:
            said = t("headline.no_reference", reference=comparison.against)
        case Kind.TOO_FEW:
            said = t("headline.highest", name=name, mean=mean_of(comparison, outcome, unit))
        case Kind.AGAINST:
            said = say_against(comparison.against, outcome.pairs, t)
        case _:
            two = len(outcome.pairs) == 1 and outcome.kind is not Kind.OPEN
            key = f"headline.{outcome.kind}_{TWO}" if two else f"headline.{outcome.kind}"
            margin = {"margin": _margin(comparison, unit, t)} if outcome.kind is Kind.SAME else {}
            said = t(key, **margin)
    return said


def _margin(comparison: Comparison, unit: Unit, t: Catalogue) -> Phrase:
    """The difference that does not matter, with its unit."""
    assert comparison.margin is not None, "or no two would be the same"
    if unit.share:
        points = numbers.plain(100 * comparison.margin)
        return t("headline.point") if points == "1" else t("verdict.points", difference=points)
    return with_unit(comparison.margin, unit, metric_name(comparison.metric, t), t, signed=False)


def say_against(reference: str | None, pairs: Sequence[Pair] | Sequence[PairAcross], t: Catalogue) -> Phrase:
    """Return who is better than the one that all are compared with, who is worse, and who neither.

    Args:
        reference: The one that all are compared with.
        pairs: It and each of the others.
        t: The words, in the report's languages.
    """
    turned = [pair.mirrored() if pair.first == reference else pair for pair in pairs]
    kinds = {
        "better": (Verdict.BETTER,),
        "worse": (Verdict.WORSE,),
        "same": (Verdict.SAME,),
        "open": (Verdict.NOT_SEPARABLE, Verdict.TOO_FEW_SEEDS),
    }
    names = {kind: [pair.first for pair in turned if pair.verdict in seen] for kind, seen in kinds.items()}
    told = [t(f"headline.against_{kind}", names=listed(of, t)) for kind, of in names.items() if of]
    return t("headline.against", reference=reference, told=together(told, "list.phrases", t))


def mean_of(comparison: Comparison, outcome: Outcome, unit: Unit) -> str:
    """Return the mean of the winner of a problem, or of who has the best mean, as it is written.

    Args:
        comparison: That has the problem.
        outcome: Of the problem.
        unit: How the scores are written.
    """
    of_problem = comparison.summaries[comparison.summaries["problem"] == outcome.standing.problem]
    return unit.value(float(of_problem.set_index("optimizer")["mean"][outcome.name]))


def _untested(compared: Sequence[Compared], outcomes: Sequence[Outcome], t: Catalogue) -> Phrase:
    """That there are too few seeds for a verdict, and who has the highest mean in this run."""
    said = [say_outcome(one.found, outcome, UNIT, t) for one, outcome in zip(compared, outcomes, strict=True)]
    if len(said) > 1:
        before, after = outcomes
        means = [mean_of(one.found, outcome, UNIT) for one, outcome in zip(compared, outcomes, strict=True)]
        highest = t(
            "headline.highest_both",
            **{"before": before.name, "after": after.name, "before_mean": means[0], "after_mean": means[1]},
        )
    else:
        highest = said[0]
    return say_too_few(outcomes[0].pairs, highest, t)


def say_too_few(pairs: Sequence[Pair], highest: Phrase, t: Catalogue) -> Phrase:
    """Return that there are too few seeds for a verdict, and who has the best mean.

    Args:
        pairs: Those without a verdict.
        highest: Who has the best mean.
        t: The words, in the report's languages.
    """
    seeds, needed = max(pair.n for pair in pairs), str(pairs[0].fewest_seeds)
    if seeds == 1:
        return t("headline.one_seed", highest=highest)
    return t("headline.few_seeds", seeds=seeds_in_words(seeds, t), needed=needed, highest=highest)


def _diverged(compared: Sequence[Compared], t: Catalogue) -> Iterator[Phrase]:
    """Whose trials diverged, and how many of them."""
    for one in compared:
        lost = one.found.standing(one.stage).unscored
        where = t(f"where.{one.where}")
        if len(lost) > MOST_NAMED:
            yield t("headline.diverged_many", where=where, count=str(len(lost)))
            continue
        for name, (count, trials) in lost.items():
            share = "all" if count == trials else "some"
            told = t(f"headline.lost_{share}", count=str(count), trials=str(trials))
            words = {"name": name, "lost": told}
            # of a single comparison, the sentence before has said with which settings
            yield (
                t("headline.diverged", where=where, **words)
                if len(compared) > 1
                else t("headline.diverged_alone", **words)
            )


def _looks(compared: Sequence[Compared], t: Catalogue) -> Iterator[Phrase]:
    """That the same comparison was looked at before with other seeds, which lowers the level of its tests."""
    for one in compared:
        if one.look > 1:
            level = numbers.percent(one.found.alpha)
            yield t("headline.look", where=t(f"where.{one.where}"), number=str(one.look), level=level)


def of_setup(records: RunRecords, t: Catalogue) -> Phrase:
    """Return what the one setup of a run reaches on the test set, where no optimizers are compared.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
    """
    full = of_stage(records.results, TUNED)
    trials = full if len(full) else of_stage(records.results, COMPARISON)
    name, ended = str(trials["setup"].iloc[0]), finished(trials)["test_accuracy"].to_numpy(dtype=float)
    if not len(ended):
        return t("headline.setup_diverged", name=name)
    words = {"name": name, "source": source_name(records.manifest, t), "accuracy": UNIT.value(ended.mean())}
    if len(ended) == 1:
        said = t("headline.setup_one", **words)
    else:
        interval = mean_interval(ended).of_a_share()
        ends = UNIT.interval(interval.low, interval.high)
        said = t("headline.setup", **words, seeds=seeds_in_words(len(ended), t), interval=ends)
    lost = len(trials) - len(ended)
    if not lost:
        return said
    diverged = t("headline.setup_lost", count=str(lost), trials=str(len(trials)))
    return together([said, diverged], "list.sentences", t)
