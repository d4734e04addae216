"""A comparison's tables and sentences: means with intervals, pairs with verdicts, the order in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from reportgen.analysis.comparison import Comparison
from reportgen.analysis.findings import TABLE, Finding
from reportgen.analysis.pairs import TESTED, Pair, Verdict
from reportgen.analysis.results import rows
from reportgen.analysis.standings import Standing, ranking
from reportgen.report.figures.marks import color
from reportgen.report.figures.scores import final_scores
from reportgen.report.figures.svg import drawn
from reportgen.report.figures.verdicts import verdict_matrix
from reportgen.report.sections.section import Claim, claim_row
from reportgen.report.sections.sentences import seeds_in_words
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, together
from reportgen.report.words.numbers import Unit

FEWEST_IN_MATRIX, MOST_IN_MATRIX = 3, 7  # optimizers

SIGNS = {
    Verdict.BETTER: "better",
    Verdict.WORSE: "worse",
    Verdict.NOT_SEPARABLE: "not_separable",
    Verdict.NO_SCORE: "no_score",
    Verdict.DIVERGED: "diverged",
    Verdict.TOO_FEW_SEEDS: "too_few_seeds",
}

IN_TABLES = {
    "diverged": "no_score",
    "all_diverged": "all_no_score",
    "single": "single_scored",
    "every_finished": "every_scored",
}


def verdict_block(
    comparison: Comparison,
    problem: str,
    scores: pd.DataFrame,
    unit: Unit,
    t: Catalogue,
    *,
    setups: Sequence[str],
    prefix: str,
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
    """
    of_problem = scores[scores["problem"] == problem]
    summary = comparison.summaries[comparison.summaries["problem"] == problem]
    pairs = [pair for pair in comparison.pairs if pair.problem == problem]
    tested = was_tested(pairs)
    may_be_best = comparison.standing(problem).may_be_best if tested else ()
    metric = metric_name(comparison.metric, t)
    alt = t("alt.scores", values=described(summary, unit))
    return {
        "key": prefix,
        "rows": [
            {
                **row,
                "color": color(setups.index(row["setup"])),
                "may_be_best": row["setup"] in may_be_best,
            }
            for row in mean_rows(summary, unit)
        ],
        "pairs": [pair_row(pair, unit, t) for pair in pairs],
        # how the tables are explained: a block of the same readings is read as the one before it
        "readings": [
            "means" if summary["low"].notna().any() else "means_bare",
            *(["pairs" if tested else "pairs_untested"] if pairs else []),
        ],
        "bold": bool(may_be_best),
        "lost": SIGNS[comparison.lost],
        "fewest": str(pairs[0].fewest_seeds) if pairs else "",
        "metric": metric,
        "difference": difference_heading(unit, metric, t),
        "figure": drawn(
            final_scores,
            of_problem,
            summary,
            setups,
            metric.plain(),
            unit.value,
            prefix=prefix,
            description=alt.plain(),
        ),
        "alt": alt,
        "matrix": matrix_block(pairs, list(summary["optimizer"]), unit, metric, t, prefix=f"{prefix}-matrix"),
    }


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
    return t("verdict.difference") if unit.share else t("verdict.difference_in", metric=metric)


def with_unit(difference: float, unit: Unit, metric: Phrase, t: Catalogue) -> Phrase:
    """Return a difference in a sentence: +0.05 percentage points, or +0.012 (validation_loss).

    Args:
        difference: Of two scores.
        unit: How the scores are written.
        metric: What the score is called.
        t: The words, in the report's languages.
    """
    key = "verdict.points" if unit.share else "verdict.in_metric"
    values = {} if unit.share else {"metric": metric}
    return t(key, difference=unit.difference(difference), **values)


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
    if not FEWEST_IN_MATRIX <= len(order) <= MOST_IN_MATRIX:
        return None
    labels = {name: t(f"figure.{name}").plain() for name in ("row", "column")}
    separated = [pair for pair in pairs if pair.verdict in (Verdict.BETTER, Verdict.WORSE)]
    facts = {"n": len(pairs), "separated": len(separated)}
    phrases = [
        t(
            "alt.pair",
            pair=pair_name(pair),
            difference=with_unit(pair.difference, unit, metric, t),
            verdict=t(f"verdict.{SIGNS[pair.verdict]}"),
        )
        for pair in pairs
    ]
    alt = t("alt.matrix", values=together(phrases, "list.phrases", t))
    return {
        "key": prefix,
        "text": "matrix_text" if was_tested(pairs) else "matrix_text_untested",
        "facts": facts if was_tested(pairs) else {},
        "alt": alt,
        "figure": drawn(
            verdict_matrix, pairs, order, unit.difference, labels, prefix=prefix, description=alt.plain()
        ),
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


def claim_pairs(comparison: Comparison, unit: Unit, t: Catalogue) -> Iterator[Claim]:
    """Yield the claims of the rows of the table of pairs.

    Args:
        comparison: Whose pairs they are.
        unit: How the scores are written.
        t: The words, in the report's languages.
    """
    columns = ("pair", "seeds", "difference", "interval", "wins", "p", "verdict", "needed")
    for pair in comparison.pairs:
        row = pair_row(pair, unit, t)
        yield claim_row("verdicts", *(row[name] for name in columns))


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
    return t(name) if t.has(name) else t.given(dict.fromkeys(t.languages, metric))


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
        "seeds": str(pair.n),
        "difference": unit.difference(pair.difference),
        "interval": unit.difference_interval(pair.low, pair.high) or numbers.MISSING,
        "wins": f"{pair.wins} / {pair.ties} / {pair.losses}",
        # what no data of so few seeds could bring below alpha is no test's result
        "p": numbers.probability(pair.p_holm) if pair.verdict in TESTED else numbers.MISSING,
        "verdict": t(f"verdict.{SIGNS[pair.verdict]}"),
        "kind": SIGNS[pair.verdict],
        "needed": needed(pair),
    }


def needed(pair: Pair) -> str:
    """Return how many seeds would show the difference; a dash where none would, or nothing was tested."""
    if pair.seeds_needed is None or pair.verdict not in TESTED:
        return numbers.MISSING
    return numbers.whole(pair.seeds_needed)


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
    match finding.key:
        case "winner" | "open" | "circle" | "too_few_seeds":
            return _order(finding.key, values, words, t)
        case "single":
            words |= {"name": values["name"]}
        case "not_separable":
            return _not_separable(values["pair"], metric_name(values["metric"], t), unit, words, t)
        case "pair_too_few_seeds":
            pair: Pair = values["pair"]
            words |= {"first": pair.first, "second": pair.second, "needed": str(pair.fewest_seeds)}
            words |= {"seeds": seeds_in_words(pair.n, t)}
        case "diverged":
            words |= {"name": values["name"], "count": values["count"], "trials": values["trials"]}
        case "gain" | "loss" | "no_gain" | "gain_unsure":
            words |= {
                "name": values["name"],
                "reached": unit.value(values["reached"]),
                "ours": unit.value(values["ours"]),
                "gain": unit.difference(values["gain"]),
                "interval": unit.difference_interval(values["low"], values["high"]),
            }
            words = {k: v for k, v in words.items() if k != "interval" or finding.key != "gain_unsure"}
        case "range":
            key = "finding.range" if values["factor"] > 1 else "finding.range_one"
            words |= {"name": values["name"], "best": numbers.plain(values["best"])}
            if values["factor"] > 1:
                words |= {"low": numbers.plain(values["low"]), "high": numbers.plain(values["high"])}
                words |= {"factor": numbers.plain(float(f"{values['factor']:.2g}"))}
            return t(key, **words)
        case "edge":
            settings = [Markup("<code>{}</code>").format(name) for name in values["settings"]]
            words |= {"name": values["name"], "settings": Markup(", ").join(settings)}
        case "all_diverged":
            pass
        case _:
            words |= {key: listed(names, t) for key, names in values.items()}
    return t(f"finding.{_key(finding.key, values)}", **words)


def _key(key: str, values: Mapping[str, Any]) -> str:
    """The phrase of a finding; of anyone's table it is not known why a score is missing."""
    return IN_TABLES.get(key, key) if values.get("where") == TABLE else key


def _order(key: str, values: Mapping[str, Any], words: Mapping[str, object], t: Catalogue) -> Phrase:
    """Who is best or may be, and the order of the means with the differences that are shown."""
    standing: Standing = values["standing"]
    order = Markup("<b>{}</b>").format(ranking(standing.order, standing.better))
    if key == "too_few_seeds":
        seeds, needed = seeds_in_words(values["seeds"], t), str(values["needed"])
        return t("finding.too_few_seeds", **words, order=order, seeds=seeds, needed=needed)
    fewest, most = values["seeds"]
    seeds = seeds_in_words(most, t) if fewest == most else t("count.seeds", n=f"{fewest}–{most}")
    signs = t("finding.signs" if standing.better else "finding.no_signs")
    own: dict[str, object] = {}
    if key == "winner":
        others = _key("every_finished", values) if standing.unscored else "every_other"
        own = {"name": values["name"], "others": t(f"finding.{others}")}
    if key == "open":
        own = {"names": listed(values["names"], t)}
    return t(f"finding.{key}", **words, **own, order=order, seeds=seeds, signs=signs)


def _not_separable(
    pair: Pair, metric: Phrase, unit: Unit, words: Mapping[str, object], t: Catalogue
) -> Phrase:
    """What the data exclude, and how many seeds would show the difference if it were the true one."""
    words = {**words, "first": pair.first, "second": pair.second}
    words |= {"difference": with_unit(pair.difference, unit, metric, t)}
    if pair.low == pair.high:  # the same with every seed: of other differences the data say nothing
        return t("finding.not_separable_equal", **words)
    interval = unit.difference_interval(pair.low, pair.high)
    if not interval:  # the level of Holm's correction is beyond what so few seeds can reach
        return t("finding.not_separable_bare", **words)
    sentence = t("finding.not_separable", **words, interval=interval)
    if pair.seeds_needed is None:
        return sentence
    return together([sentence, t("finding.seeds_needed", needed=needed(pair))], "list.sentences", t)


def listed(names: Sequence[str], t: Catalogue) -> Phrase:
    """Return names in a row: A、B 與 C; A, B and C."""
    last = t.given(dict.fromkeys(t.languages, names[-1]))
    if len(names) == 1:
        return last
    rest = [t.given(dict.fromkeys(t.languages, name)) for name in names[:-1]]
    return t("list.last", rest=together(rest, "list.names", t), last=last)
