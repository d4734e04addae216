"""What is said of all problems together, in words: who beats whom, and of which problems that is."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.analysis.across_problems import AcrossProblems, PairAcross
from reportgen.analysis.comparison import Comparison
from reportgen.analysis.findings import FEW
from reportgen.analysis.pairs import Verdict
from reportgen.analysis.standings import tiered
from reportgen.report.sections.findings import listed, order_in_words
from reportgen.report.sections.problem_table import probability
from reportgen.report.sections.verdicts import LOST
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, together

MOST_NAMED = 6
"""So many pairs are named in a sentence; more are counted."""


def across_sentences(comparison: Comparison, across: AcrossProblems, t: Catalogue) -> list[Phrase]:
    """Return what the section says of all problems together.

    What is said first is about these problems, were the seeds others: of that the tests can say more. What
    holds for new problems of their kind follows at once.

    Args:
        comparison: Of the scores.
        across: The optimizers over all problems.
        t: The words, in the report's languages.
    """
    order = _against(across, t) if across.against is not None else _order(across, t)
    return [order, say_of_new(across, t), *_lost(comparison, across, t), *_lacking(across, t)]


def lost_key(comparison: Comparison) -> str:
    """Return what the catalogue calls trials without a score.

    Args:
        comparison: Of the scores.
    """
    return LOST[comparison.lost]


def _order(across: AcrossProblems, t: Catalogue) -> Phrase:
    """Who beats every other one more often than not, or may be best, of these problems."""
    standing, many = across.standing, len(across.optimizers) > FEW
    words: dict[str, object] = {"problems": numbers.whole(len(across.problems))}
    words["order"] = order_in_words(standing.order, standing.better, t, many=many)
    if all(pair.verdict is Verdict.TOO_FEW_SEEDS for pair in across.pairs):
        return t("across.too_few", **words)
    words["signs"] = _signs(across, t, tiers=">" in tiered(standing.order, standing.better), many=many)
    if standing.winner is not None:
        pairs = [across.pair(standing.winner, name) for name in standing.order if name != standing.winner]
        return t("across.winner", **words, name=standing.winner, least=_least(pairs))
    if not standing.may_be_best:
        return t("across.circle", **words)
    if len(standing.may_be_best) == len(standing.order):
        return t("across.open_all", **words)
    return t("across.open", **words, names=listed(standing.may_be_best, t))


def _signs(across: AcrossProblems, t: Catalogue, *, tiers: bool, many: bool) -> Phrase:
    """How the order is to be read."""
    if not across.standing.better:
        return t("across.no_signs")
    if not many:
        return t("across.signs")
    counts = {"separated": len(across.standing.better), "pairs": len(across.pairs)}
    return t("across.signs_tiers" if tiers else "across.signs_pairs", **counts)


def _least(pairs: Sequence[PairAcross]) -> str:
    return probability(min(pair.probability for pair in pairs))


def _against(across: AcrossProblems, t: Catalogue) -> Phrase:
    """Who beats the one that all are held against more often than not, and whom it beats."""
    seen = [pair if pair.second == across.against else pair.mirrored() for pair in across.pairs]
    names = {
        kind: [f"{pair.first} ({probability(pair.probability)})" for pair in seen if pair.verdict in verdicts]
        for kind, verdicts in (
            ("better", (Verdict.BETTER,)),
            ("worse", (Verdict.WORSE,)),
            ("open", (Verdict.NOT_SEPARABLE, Verdict.TOO_FEW_SEEDS)),
        )
    }
    told = {kind: listed(of_kind, t) if of_kind else t("across.nobody") for kind, of_kind in names.items()}
    problems = numbers.whole(len(across.problems))
    return t("across.against", problems=problems, reference=across.against, **told)


def say_of_new(across: AcrossProblems, t: Catalogue) -> Phrase:
    """Return what holds for new problems of this kind.

    Args:
        across: The optimizers over all problems.
        t: The words, in the report's languages.
    """
    told = [pair for pair in across.pairs if pair.verdict_new in (Verdict.BETTER, Verdict.WORSE)]
    words = {"problems": numbers.whole(len(across.problems)), "pairs": numbers.whole(len(across.pairs))}
    if all(pair.verdict_new is Verdict.TOO_FEW_PROBLEMS for pair in across.pairs):
        return t("across.new_too_few", **words, needed=numbers.whole(across.fewest_problems))
    if not told:
        return t("across.new_none", **words)
    if len(told) > MOST_NAMED:
        return t("across.new_count", **words, count=numbers.whole(len(told)))
    seen = [pair if pair.verdict_new is Verdict.BETTER else pair.mirrored() for pair in told]
    phrases = [
        t("across.beats", first=pair.first, second=pair.second, probability=probability(pair.probability))
        for pair in seen
    ]
    return t("across.new_some", **words, told=together(phrases, "list.phrases", t))


def _lost(comparison: Comparison, across: AcrossProblems, t: Catalogue) -> list[Phrase]:
    """Whose trials have no score, and how many."""
    counts = comparison.summaries.groupby("optimizer")[["unscored", "trials"]].sum()
    phrases = [
        t("across.lost_of", name=name, count=int(row["unscored"]), trials=int(row["trials"]))
        for name, row in counts.loc[list(across.optimizers)].iterrows()
        if row["unscored"]
    ]
    if not phrases:
        return []
    lost = t(f"across.trial_{lost_key(comparison)}")
    return [t("across.lost", lost=lost, told=together(phrases, "list.phrases", t))]


def _lacking(across: AcrossProblems, t: Catalogue) -> list[Phrase]:
    """Who is not on every problem."""
    if not across.lacking:
        return []
    phrases = [
        t("across.lacking_of", name=name, count=count, problems=len(across.problems))
        for name, count in across.lacking.items()
    ]
    return [t("across.lacking", told=together(phrases, "list.phrases", t))]
