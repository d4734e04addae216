"""What a report of scores says first: the answer over all problems, and a line for each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reportgen.analysis.across_problems import AcrossProblems
from reportgen.analysis.comparison import Comparison
from reportgen.analysis.pairs import Verdict
from reportgen.analysis.who_is_best import Kind, Outcome, outcome_of
from reportgen.report.sections.findings import listed
from reportgen.report.sections.headline import mean_of, say_against, say_outcome, say_too_few
from reportgen.report.sections.key_findings import BOLD, lead_of
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, together
from reportgen.report.words.numbers import Unit

MOST_LINES = 8
"""So many problems have a line each on the first page; of more, winners are counted."""
MOST_NAMED = 4
"""So many names stand in the headline; more are counted."""
TOLD_TOGETHER = (Kind.OPEN, Kind.NO_DIFFERENCE, Kind.SAME)
"""Of these the same is said of every problem, but for who has the best mean."""


def scores_headline(
    comparison: Comparison, across: AcrossProblems | None, unit: Unit, t: Catalogue
) -> Phrase:
    """Return the sentence that answers first: over all problems, or of the one that there is.

    Args:
        comparison: Of the scores.
        across: The optimizers over all problems; None where these are one, or no problems of a kind.
        unit: How the scores are written.
        t: The words, in the report's languages.
    """
    if across is not None:
        return _over_all(across, t)
    outcomes = [outcome_of(comparison, problem) for problem in comparison.problems]
    if len(outcomes) > 1:
        return t("headline.problems", n=numbers.whole(len(outcomes)), told=_counted(outcomes, t))
    (outcome,) = outcomes
    said = say_outcome(comparison, outcome, unit, t)
    if outcome.kind is not Kind.TOO_FEW:
        return t("headline.on_problem", problem=comparison.problems[0], said=said)
    if not comparison.paired:
        return t("headline.few_trials", needed=str(outcome.pairs[0].fewest_seeds), highest=said)
    return say_too_few(outcome.pairs, said, t)


def _over_all(across: AcrossProblems, t: Catalogue) -> Phrase:
    """Who beats whom over all problems."""
    standing, problems = across.standing, numbers.whole(len(across.problems))
    if all(pair.verdict is Verdict.TOO_FEW_SEEDS for pair in across.pairs):
        return t("headline.across_too_few", problems=problems, name=standing.order[0])
    if across.against is not None:
        return t(
            "headline.across_against", problems=problems, said=say_against(across.against, across.pairs, t)
        )
    if standing.winner is not None:
        return t("headline.across_winner", problems=problems, name=standing.winner)
    best = standing.may_be_best
    if not standing.better:
        return t("headline.across_no_difference", problems=problems)
    if not best or len(best) > MOST_NAMED:
        return t("headline.across_open", problems=problems)
    return t("headline.across_may_be_best", problems=problems, names=listed(best, t))


def problem_lines(comparison: Comparison, unit: Unit, t: Catalogue) -> list[Phrase]:
    """Return a line for each problem, or of many problems how often who is best; none of a single problem.

    Args:
        comparison: Of the scores.
        unit: How the scores are written.
        t: The words, in the report's languages.
    """
    outcomes = [outcome_of(comparison, problem) for problem in comparison.problems]
    if len(outcomes) == 1:
        return []
    if len(outcomes) > MOST_LINES:
        return [t("headline.problems", n=numbers.whole(len(outcomes)), told=_counted(outcomes, t))]
    lines: dict[object, list[Outcome]] = {}
    for outcome in outcomes:
        same = outcome.kind, len(outcome.pairs) == 1
        told = same if outcome.kind in TOLD_TOGETHER else outcome.standing.problem
        lines.setdefault(told, []).append(outcome)
    return [
        _together(comparison, line, unit, t) if len(line) > 1 else _line(comparison, line[0], unit, t)
        for line in lines.values()
    ]


def _line(comparison: Comparison, outcome: Outcome, unit: Unit, t: Catalogue) -> Phrase:
    """What is said of one of several problems."""
    words: dict[str, object] = {"problem": outcome.standing.problem}
    words["said"] = say_outcome(comparison, outcome, unit, t)
    if outcome.kind is Kind.WINNER:
        lead = lead_of(comparison, outcome, unit, t)
        return t("key.problem_winner", **words, next=lead.following, lead=lead.difference)
    if outcome.kind in TOLD_TOGETHER:
        mean = BOLD.format(mean_of(comparison, outcome, unit))
        return t("key.problem_open", **words, name=outcome.name, mean=mean)
    return t("key.problem", **words)


def _together(comparison: Comparison, outcomes: Sequence[Outcome], unit: Unit, t: Catalogue) -> Phrase:
    """What is said of several problems alike, and who has the best mean on each."""
    problems = [
        t(
            "key.problem_mean",
            problem=outcome.standing.problem,
            name=outcome.name,
            mean=BOLD.format(mean_of(comparison, outcome, unit)),
        )
        for outcome in outcomes
    ]
    said = say_outcome(comparison, outcomes[0], unit, t)
    told = together(problems, "list.names", t)
    return t("key.problems_open", count=numbers.whole(len(outcomes)), said=said, problems=told)


def _counted(outcomes: Sequence[Outcome], t: Catalogue) -> Phrase:
    """On how many problems who is best, and on how many nobody is."""
    winners = Counter(outcome.name for outcome in outcomes if outcome.kind is Kind.WINNER)
    told = [
        t("headline.best_on", name=name, count=numbers.whole(count))
        for name, count in sorted(winners.items(), key=lambda item: (-item[1], item[0]))
    ]
    none = len(outcomes) - winners.total()
    if none:
        told.append(t("headline.none_on", count=numbers.whole(none)))
    return together(told, "list.phrases", t)
