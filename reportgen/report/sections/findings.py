"""Findings in words: who is best, what is not shown, what a search found, whether tuning changed anything."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from reportgen.analysis.findings import FEW, TABLE, Finding
from reportgen.analysis.pairs import Pair
from reportgen.analysis.standings import Standing, ranking, tiered
from reportgen.experiment.direction import is_time
from reportgen.report.sections.sentences import seeds_in_words, trials_in_words
from reportgen.report.sections.verdicts import metric_name, with_unit
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, in_a_row, together
from reportgen.report.words.numbers import Unit

PLAIN = ("single", "diverged", "no_reference", "no_change_shown", "changes_shown", "pairs_too_few_seeds")
"""Findings whose values are written as they are."""

IN_TABLES = {
    "diverged": "no_score",
    "diverged_worse": "no_score_worse",
    "several_diverged": "several_no_score",
    "all_diverged": "all_no_score",
    "single": "single_scored",
    "every_finished": "every_scored",
}
OF_TRIALS = {
    "too_few_seeds": "too_few_trials",
    "pair_too_few_seeds": "pair_too_few_trials",
    "pairs_too_few_seeds": "pairs_too_few_trials",
}
"""What lacks where trials are not paired by seed."""

IN_TIMES = {
    "diverged": "missed",
    "diverged_worse": "missed_worse",
    "several_diverged": "several_missed",
    "all_diverged": "all_missed",
    "single": "single_reached",
    "every_finished": "every_reached",
}


def in_words(findings: Sequence[Finding], unit: Unit, t: Catalogue) -> list[Phrase]:
    """Return the sentences of findings, one each.

    Args:
        findings: The findings.
        unit: How the scores are written.
        t: The words, in the report's languages.
    """
    return [sentence(finding, unit, t) for finding in findings]


def sentence(finding: Finding, unit: Unit, t: Catalogue) -> Phrase:
    """Return the sentence of one finding.

    Args:
        finding: Of analysis/findings.
        unit: How the scores are written.
        t: The words, in the report's languages.
    """
    values: Mapping[str, Any] = finding.values
    words: dict[str, object] = {}
    if "where" in values:
        where, problem = values["where"], Markup("<b>{}</b>").format(values["problem"])
        words["where"] = t("where.table", problem=problem) if where == TABLE else t(f"where.{where}")
    if finding.key in OF_PAIRS:
        return OF_PAIRS[finding.key](finding.key, values, unit, words, t)
    match finding.key:
        case "winner" | "open" | "circle" | "too_few_seeds":
            return _order(finding.key, values, words, t)
        case "pair_too_few_seeds":
            pair: Pair = values["pair"]
            words |= {"first": pair.first, "second": pair.second, "needed": str(pair.fewest_seeds)}
            words |= {"seeds": seeds_in_words(pair.n, t)}
        case _ if finding.key in PLAIN:
            told = ("name", "count", "trials", "pairs", "needed", "reference")
            words |= {name: values[name] for name in told if name in values}
        case "range" | "ranges" | "edge" | "edges":
            return _of_search(finding.key, values, t)
        case "several_diverged":
            words["lost"] = _lost(values["lost"], t)
        case "all_diverged":
            pass
        case _:
            words |= {key: listed(names, t) for key, names in values.items()}
    return t(f"finding.{_key(finding.key, values)}", **words)


def _of_search(key: str, values: Mapping[str, Any], t: Catalogue) -> Phrase:
    """How wide the learning rates are that work, and whose best settings lie at an edge."""
    match key:
        case "ranges":
            factors = [f"{name} {_factor(factor)}" for name, factor in values["factors"].items()]
            return t("finding.ranges", factors=in_a_row(factors, t))
        case "edge":
            return t("finding.edge", name=values["name"], settings=_settings(values["settings"], t))
        case "edges":
            edges = [
                t("finding.edges_of", name=name, settings=_settings(settings, t))
                for name, settings in values["settings"].items()
            ]
            return t("finding.edges", settings=together(edges, "list.phrases", t))
    best: dict[str, object] = {"name": values["name"], "best": numbers.plain(values["best"])}
    if values["factor"] <= 1:
        return t("finding.range_one", **best)
    ends = {name: numbers.plain(values[name]) for name in ("low", "high")}
    return t("finding.range", **best, **ends, factor=_factor(values["factor"]))


def _factor(factor: float) -> str:
    return numbers.plain(float(f"{factor:.2g}"))


def _pairs_not_separable(
    _: str, values: Mapping[str, Any], unit: Unit, words: Mapping[str, object], t: Catalogue
) -> Phrase:
    """How many of many pairs are not separated, and what their intervals leave open."""
    words = {**words, "count": values["count"], "pairs": values["pairs"]}
    if math.isnan(values["reach"]):
        return t("finding.pairs_not_separable_bare", **words)
    reach = with_unit(values["reach"], unit, metric_name(values["metric"], t), t, signed=False)
    return t("finding.pairs_not_separable", **words, reach=reach)


def _settings(names: Sequence[str], t: Catalogue) -> Phrase:
    return in_a_row([Markup("<code>{}</code>").format(name) for name in names], t)


def _key(key: str, values: Mapping[str, Any]) -> str:
    """The phrase of a finding; of anyone's table it is not known why a score is missing, but of a time."""
    if values.get("where") != TABLE:
        return key
    if not values["paired"] and key in OF_TRIALS:
        return OF_TRIALS[key]
    return (IN_TIMES if is_time(values["metric"]) else IN_TABLES).get(key, key)


def _order(key: str, values: Mapping[str, Any], words: Mapping[str, object], t: Catalogue) -> Phrase:
    """Who is best or may be, and the order of the means with the differences that are shown."""
    standing: Standing = values["standing"]
    many = len(standing.order) > FEW
    order = order_in_words(standing.order, standing.better, t, many=many)
    if key == "too_few_seeds":
        seeds, needed = seeds_in_words(values["seeds"], t), str(values["needed"])
        return t(f"finding.{_key(key, values)}", **words, order=order, seeds=seeds, needed=needed)
    seeds = _counted(values, t)
    signs = _signs(standing, t) if many else t("finding.signs" if standing.within else "finding.no_signs")
    own: dict[str, object] = {}
    if key == "winner":
        others = _key("every_finished", values) if standing.unscored else "every_other"
        own = {"name": values["name"], "others": t(f"finding.{others}")}
    if key == "open" and many:
        key, own = _open(standing, values["names"], t)
    elif key == "open":
        own = {"names": listed(values["names"], t)}
    return t(f"finding.{key}", **words, **own, order=order, seeds=seeds, signs=signs)


def order_in_words(
    order: Sequence[str], better: Collection[tuple[str, str]], t: Catalogue, *, many: bool
) -> Phrase:
    """Return the order of the means in bold, its names listed as each language does.

    Args:
        order: Names, the best mean first.
        better: The pairs of which the first is shown to be better than the second.
        t: The words, in the report's languages.
        many: Whether they are too many for every difference to be named.
    """
    between = t("list.names")
    texts = {
        language: (tiered if many else ranking)(order, better, str(sign))
        for language, sign in between.texts.items()
    }
    return Phrase({k: Markup("<b>{}</b>").format(text) for k, text in texts.items()}, between.borrowed)


def _counted(values: Mapping[str, Any], t: Catalogue) -> Phrase:
    """How many seeds the pairs have in common, or how many trials each has where they are not paired."""
    fewest, most = values["seeds"]
    if fewest != most:
        return t("count.seeds" if values["paired"] else "count.trials", n=f"{fewest}–{most}")
    return seeds_in_words(most, t) if values["paired"] else trials_in_words(most, t)


def _open(standing: Standing, names: Sequence[str], t: Catalogue) -> tuple[str, dict[str, object]]:
    """The phrase where nobody is best of many, and its values: the shorter of two lists of names."""
    worse = [name for name in standing.order if name not in names]
    if len(names) <= len(worse):
        return "open", {"names": listed(names, t)}
    count = {"count": len(standing.order)}
    return ("open_many", {**count, "worse": listed(worse, t)}) if worse else ("open_all", {**count})


def _signs(standing: Standing, t: Catalogue) -> Phrase:
    """What is significant of an order too long for every difference to be named."""
    if not standing.within:
        return t("finding.no_signs")
    tiers = ">" in tiered(standing.order, standing.better)
    pairs = math.comb(len(standing.order), 2)
    key = "finding.signs_tiers" if tiers else "finding.signs_pairs"
    return t(key, separated=len(standing.within), pairs=pairs)


def _not_separable(
    _: str, values: Mapping[str, Any], unit: Unit, words: Mapping[str, object], t: Catalogue
) -> Phrase:
    """What the data exclude, and what they would have shown."""
    pair: Pair = values["pair"]
    metric = metric_name(values["metric"], t)
    words = {**words, "first": pair.first, "second": pair.second}
    if pair.ranks:
        return t("finding.not_separable_ranks", **words)
    words |= {"difference": with_unit(pair.difference, unit, metric, t)}
    if pair.low == pair.high:  # the same with every seed: of other differences the data say nothing
        return t("finding.not_separable_equal", **words)
    interval = unit.difference_interval(pair.low, pair.high)
    if not interval:  # the corrected level is beyond what so few seeds can reach
        return t("finding.not_separable_bare", **words)
    sentences = [t("finding.not_separable", **words, interval=interval)]
    if not math.isnan(pair.detectable):
        key = "finding.detectable" if pair.paired else "finding.detectable_unpaired"
        sentences.append(t(key, detectable=with_unit(pair.detectable, unit, metric, t, signed=False)))
    if pair.seeds_for_margin is not None and pair.seeds_for_margin > pair.n:
        seeds = numbers.whole(pair.seeds_for_margin)
        sentences.append(t("finding.seeds_for_margin", margin=_margin(values, unit, t), seeds=seeds))
    return together(sentences, "list.sentences", t)


def _within_margin(
    key: str, values: Mapping[str, Any], unit: Unit, words: Mapping[str, object], t: Catalogue
) -> Phrase:
    """That two differ by less than what matters."""
    pair: Pair = values["pair"]
    words = {**words, "first": pair.first, "second": pair.second, "margin": _margin(values, unit, t)}
    words |= {"difference": with_unit(pair.difference, unit, metric_name(values["metric"], t), t)}
    if key == "same":
        words |= {"interval": unit.difference_interval(pair.low, pair.high)}
    return t(f"finding.{key}", **words)


def _margin(values: Mapping[str, Any], unit: Unit, t: Catalogue) -> Phrase:
    """The difference that does not matter, with its unit."""
    return with_unit(values["margin"], unit, metric_name(values["metric"], t), t, signed=False)


def _against(
    _: str, values: Mapping[str, Any], __: Unit, words: Mapping[str, object], t: Catalogue
) -> Phrase:
    """What is said of each optimizer against the one that all are compared with."""
    names = {
        kind: listed(values[kind], t) if values[kind] else t("finding.nobody")
        for kind in ("better", "worse", "same", "open")
    }
    return t("finding.against", **words, reference=values["reference"], seeds=_counted(values, t), **names)


def _pairs_same(
    key: str, values: Mapping[str, Any], unit: Unit, words: Mapping[str, object], t: Catalogue
) -> Phrase:
    """How many of many pairs differ by less than what matters."""
    counts = {"count": values["count"], "pairs": values["pairs"]}
    if values["count"] == values["pairs"]:
        return t("finding.all_pairs_same", **words, pairs=values["pairs"], margin=_margin(values, unit, t))
    return t(f"finding.{key}", **words, **counts, margin=_margin(values, unit, t))


def _lost(lost: Mapping[str, tuple[int, int]], t: Catalogue) -> Phrase:
    """How many of whose trials have no score."""
    told = [
        t("across.lost_of", name=name, count=count, trials=trials) for name, (count, trials) in lost.items()
    ]
    return together(told, "list.names", t)


def _lost_and_worse(
    key: str, values: Mapping[str, Any], _: Unit, words: Mapping[str, object], t: Catalogue
) -> Phrase:
    """Whose trials have no score, and who is better for it."""
    told = {name: values[name] for name in ("name", "count", "trials")}
    return t(f"finding.{_key(key, values)}", **words, **told, worse=listed(values["worse"], t))


def listed(names: Sequence[str | Phrase], t: Catalogue) -> Phrase:
    """Return names in a row: A、B 與 C; A, B and C."""
    *others, last = [name if isinstance(name, Phrase) else t.same(name) for name in names]
    return t("list.last", rest=together(others, "list.names", t), last=last) if others else last


OF_PAIRS = {
    "against": _against,
    "not_separable": _not_separable,
    "same": _within_margin,
    "better_within_margin": _within_margin,
    "pairs_same": _pairs_same,
    "pairs_not_separable": _pairs_not_separable,
    "diverged_worse": _lost_and_worse,
}
"""By finding, what says how pairs stand to each other."""
