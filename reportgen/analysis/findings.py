"""What the comparisons of a run support, as findings that a report can put into words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from reportgen.analysis.comparison import Comparison
from reportgen.analysis.intervals import welch_interval
from reportgen.analysis.pairs import TESTED, Pair, Verdict
from reportgen.analysis.results import best_on_validation, finished
from reportgen.analysis.search import settings_at_edge, working_range
from reportgen.analysis.standings import Standing

SHARED, EACH_TUNED, TABLE = "shared", "tuned", "table"
"""Where a comparison was made: at the settings that the experiment gives to all, at each one's own, or in
anyone's table of scores."""


FEW = 5
"""So many optimizers are told of pair by pair and drawn together; of more, the pairs are told together and
each optimizer has a panel of its own."""

ORDERS = ("winner", "open", "circle", "against", "no_reference", "too_few_seeds", "single", "all_diverged")
"""The findings that say who is best of a comparison; of each comparison there is one."""


@dataclass(frozen=True)
class Finding:
    """One thing that can be said.

    Attributes:
        key: What kind of thing.
        values: What the sentence about it needs.
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


def of_comparison(comparison: Comparison, problem: str, where: str) -> Iterator[Finding]:
    """Yield who is best or may be, which pairs are not separated, whose trials have no score (diverged).

    Several pairs are told together, but for those of at most FEW optimizers on the one problem of a table.

    Args:
        comparison: The comparison.
        problem: The problem of it that the findings are about.
        where: What was compared: SHARED, EACH_TUNED or TABLE.
    """
    standing = comparison.standing(problem)
    about = {
        "where": where,
        "problem": problem,
        "metric": comparison.metric,
        "margin": comparison.margin,
        "paired": comparison.paired,
    }
    ranked = set(standing.order)
    of_problem = [pair for pair in comparison.pairs if pair.problem == problem]
    pairs = [pair for pair in of_problem if {pair.first, pair.second} <= ranked]
    if comparison.against is not None and standing.order:
        order = _against(comparison.against, standing, of_problem, about)
    else:
        order = _order(standing, pairs, about)
    yield order
    alone = where == TABLE and len(comparison.problems) == 1
    if len(ranked) > FEW or (len(pairs) > 1 and not alone):
        yield from _of_many_pairs(pairs, about, told=order.key != "too_few_seeds")
    else:
        for pair in pairs:
            yield from _of_pair(pair, about, told=order.key != "too_few_seeds")
    yield from _of_lost(standing, about)


def _of_lost(standing: Standing, about: Mapping[str, Any]) -> Iterator[Finding]:
    """Whose trials have no score (diverged), those of whom nothing else is shown together."""
    unranked = {name: lost for name, lost in standing.unscored.items() if not standing.better_than(name)}
    for name, (count, trials) in standing.unscored.items():
        values = {**about, "name": name, "count": count, "trials": trials}
        if name not in unranked:
            yield Finding("diverged_worse", values | {"worse": standing.better_than(name)})
        elif len(unranked) == 1:
            yield Finding("diverged", values)
    if len(unranked) > 1:
        yield Finding("several_diverged", {**about, "lost": unranked})


def _of_pair(pair: Pair, about: Mapping[str, Any], *, told: bool) -> Iterator[Finding]:
    """What is said of one pair. told: whether the order leaves out that there were too few seeds."""
    values = {**about, "pair": pair}
    match pair.verdict:
        case Verdict.NOT_SEPARABLE:
            yield Finding("not_separable", values)
        case Verdict.SAME:
            yield Finding("same", values)
        case Verdict.TOO_FEW_SEEDS if told:
            yield Finding("pair_too_few_seeds", values)
        case Verdict.BETTER | Verdict.WORSE if pair.within_margin:
            yield Finding("better_within_margin", values)


def _against(reference: str, standing: Standing, pairs: Sequence[Pair], about: Mapping[str, Any]) -> Finding:
    """The finding where all are compared with one alone. pairs: all of the problem, none where it lacks."""
    if not pairs:
        return Finding("no_reference", {**about, "reference": reference})
    seen = [pair.mirrored() if pair.first == reference else pair for pair in pairs]
    most = max(pair.n for pair in pairs)
    if all(pair.verdict is Verdict.TOO_FEW_SEEDS for pair in pairs):
        values = {"seeds": most, "needed": pairs[0].fewest_seeds, "standing": standing}
        return Finding("too_few_seeds", {**about, **values})
    names = {
        kind: tuple(pair.first for pair in seen if pair.verdict is verdict)
        for kind, verdict in (
            ("better", Verdict.BETTER),
            ("worse", Verdict.WORSE),
            ("same", Verdict.SAME),
            ("open", Verdict.NOT_SEPARABLE),
        )
    }
    seeds = (min(pair.n for pair in pairs), most)
    return Finding("against", {**about, "reference": reference, "seeds": seeds, **names})


def _of_many_pairs(pairs: Sequence[Pair], about: Mapping[str, Any], *, told: bool) -> Iterator[Finding]:
    """How many pairs are the same, are not separated, how far their intervals reach, how many were untested.

    told: whether the order leaves out that there were too few seeds.
    """
    by_verdict: dict[Verdict, list[Pair]] = {}
    for pair in pairs:
        by_verdict.setdefault(pair.verdict, []).append(pair)
    if alike := by_verdict.get(Verdict.SAME, []):
        yield Finding("pairs_same", {**about, "count": len(alike), "pairs": len(pairs)})
    if open_pairs := by_verdict.get(Verdict.NOT_SEPARABLE, []):
        ends = [abs(end) for pair in open_pairs for end in (pair.low, pair.high) if not math.isnan(end)]
        values = {"count": len(open_pairs), "pairs": len(pairs), "reach": max(ends, default=math.nan)}
        yield Finding("pairs_not_separable", {**about, **values})
    untested = by_verdict.get(Verdict.TOO_FEW_SEEDS, [])
    if untested and told:
        values = {"count": len(untested), "pairs": len(pairs), "needed": untested[0].fewest_seeds}
        yield Finding("pairs_too_few_seeds", {**about, **values})
    separated = [pair for pair in pairs if pair.verdict in (Verdict.BETTER, Verdict.WORSE)]
    if len(pairs) <= math.comb(FEW, 2):
        yield from (
            Finding("better_within_margin", {**about, "pair": pair})
            for pair in separated
            if pair.within_margin
        )


def _order(standing: Standing, pairs: list[Pair], about: Mapping[str, Any]) -> Finding:
    """The finding about all of them together; its key is one of ORDERS. pairs: those of the order."""
    values: dict[str, Any] = {**about, "standing": standing}
    if not standing.order:
        return Finding("all_diverged", values)
    if len(standing.order) == 1:
        return Finding("single", values | {"name": standing.order[0]})
    most = max(pair.n for pair in pairs)
    if all(pair.verdict is Verdict.TOO_FEW_SEEDS for pair in pairs):
        return Finding("too_few_seeds", values | {"seeds": most, "needed": pairs[0].fewest_seeds})
    values["seeds"] = (min(pair.n for pair in pairs), most)
    if standing.winner is not None:
        return Finding("winner", values | {"name": standing.winner})
    if not standing.may_be_best:
        return Finding("circle", values)
    return Finding("open", values | {"names": standing.may_be_best})


def over_problems(comparison: Comparison) -> list[dict[str, Any]]:
    """Return, for each pair of optimizers, on how many problems what was said of it.

    A row for each two names, in the order of Comparison.optimizers: first, second, problems, and a count for
    each kind of verdict as the first sees it: better, worse, same, not_separable, and none where there was no
    test.
    """
    counts: dict[tuple[str, str], Counter[str]] = {}
    for pair in comparison.pairs:
        seen = pair if pair.first < pair.second else pair.mirrored()
        kind = seen.verdict.name.lower() if seen.verdict in TESTED else "none"
        counts.setdefault((seen.first, seen.second), Counter())[kind] += 1
    return [
        {
            "first": first,
            "second": second,
            "problems": count.total(),
            **{kind: count[kind] for kind in ("better", "worse", "same", "not_separable", "none")},
        }
        for (first, second), count in sorted(counts.items())
    ]


def of_gain(tuned: pd.DataFrame, compared: pd.DataFrame, metric: str = "test_accuracy") -> Finding | None:
    """Return whether the tuned setup gained over the best of the comparison, the best chosen on validation.

    By Welch's interval, since the two are not paired: networks and data differ. There is none where one of
    the two has fewer than two finished trials.

    Args:
        tuned: Rows of results.csv, the trials of the tuned setup.
        compared: Rows of results.csv, the trials of the comparison.
        metric: The column that is compared.

    Returns:
        The finding; None where no trial finished on one of the two sides.
    """
    best = best_on_validation(compared)
    ours = finished(tuned)[metric].to_numpy(dtype=float)
    if best is None or not len(ours):
        return None
    theirs = finished(compared[compared["setup"] == best])[metric]
    low, high = welch_interval(ours, theirs.to_numpy(dtype=float))
    key = "gain_unsure" if math.isnan(low) else "gain" if low > 0 else "loss" if high < 0 else "no_gain"
    return Finding(key, {"name": best})


def of_search(search: pd.DataFrame) -> Iterator[Finding]:
    """Yield how wide the range of learning rates is that work for each optimizer, and who is at an edge.

    More than FEW optimizers are told together, the widest range first.
    """
    ranges: dict[str, dict[str, float]] = {}
    edges: dict[str, list[str]] = {}
    for setup, tried in search.groupby("setup", sort=False):
        width = working_range(tried)
        if width is not None:
            ranges[str(setup)] = width
        at_edge = settings_at_edge(tried[tried["chosen"]])
        if at_edge:
            edges[str(setup)] = at_edge
    if search["setup"].nunique() > FEW:
        yield from _of_many_searches(ranges, edges)
        return
    for name in dict.fromkeys(search["setup"]):
        if name in ranges:
            yield Finding("range", {"name": name, **ranges[name]})
        if name in edges:
            yield Finding("edge", {"name": name, "settings": edges[name]})


def _of_many_searches(
    ranges: Mapping[str, Mapping[str, float]], edges: Mapping[str, list[str]]
) -> Iterator[Finding]:
    factors = {name: width["factor"] for name, width in ranges.items()}
    wide = sorted((name for name in factors if factors[name] > 1), key=lambda name: -factors[name])
    single = [name for name in factors if factors[name] <= 1]
    if wide:
        yield Finding("ranges", {"factors": {name: factors[name] for name in wide}})
    if single:
        yield Finding("ranges_one", {"names": single})
    if edges:
        yield Finding("edges", {"settings": edges})
