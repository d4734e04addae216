"""A comparison's tables and sentences: means with intervals, pairs with verdicts, the order in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from reportgen.analysis.comparison import Comparison
from reportgen.analysis.findings import TABLE, Finding
from reportgen.analysis.pairs import Pair, Verdict
from reportgen.report import comparison_figures, figures, numbers
from reportgen.report.catalogue import Catalogue, Phrase, together
from reportgen.report.figures_verdicts import verdict_matrix
from reportgen.report.numbers import Unit
from reportgen.report.svg import drawn
from reportgen.report.tables import rows

FEWEST_IN_MATRIX, MOST_IN_MATRIX = 3, 7  # optimizers

SIGNS = {
    Verdict.BETTER: "better",
    Verdict.WORSE: "worse",
    Verdict.NOT_SEPARABLE: "not_separable",
    Verdict.DIVERGED: "diverged",
    Verdict.TOO_FEW_SEEDS: "too_few_seeds",
}


def verdict_block(
    found: Comparison,
    problem: str,
    scores: pd.DataFrame,
    unit: Unit,
    t: Catalogue,
    *,
    setups: Sequence[str],
    prefix: str,
) -> dict[str, Any]:
    """What the templates show of a comparison on one problem.

    scores: the table that was compared. setups: who has which colour. prefix: what the figure's ids begin
    with, unique in the page.
    """
    of_problem = scores[scores["problem"] == problem]
    summary = found.summaries[found.summaries["problem"] == problem]
    standing = found.standing(problem)
    pairs = [pair for pair in found.pairs if pair.problem == problem]
    alt = t("alt.scores", values=described(summary, unit))
    return {
        "key": prefix,
        "rows": [
            {
                **row,
                "color": figures.color(setups.index(row["setup"])),
                "with_best": row["setup"] in standing.with_best,
            }
            for row in mean_rows(summary, unit)
        ],
        "pairs": [pair_row(pair, unit, t) for pair in pairs],
        "fewest": str(pairs[0].fewest_seeds) if pairs else "",
        "metric": metric_name(found.metric, t),
        "figure": drawn(
            comparison_figures.final_scores,
            of_problem,
            summary,
            setups,
            metric_name(found.metric, t).plain(),
            unit.value,
            prefix=prefix,
            description=alt.plain(),
        ),
        "alt": alt,
        "matrix": matrix_block(pairs, list(summary["optimizer"]), unit, t, prefix=f"{prefix}-matrix"),
    }


def matrix_block(
    pairs: Sequence[Pair], order: Sequence[str], unit: Unit, t: Catalogue, *, prefix: str
) -> dict[str, Any] | None:
    """The matrix of all pairs; None for a single pair, or more than it has room for."""
    if not FEWEST_IN_MATRIX <= len(order) <= MOST_IN_MATRIX:
        return None
    labels = {name: t(f"figure.{name}").plain() for name in ("row", "column")}
    told = [pair for pair in pairs if pair.verdict in (Verdict.BETTER, Verdict.WORSE)]
    said = [
        t(
            "alt.pair",
            pair=f"{pair.first} – {pair.second}",
            difference=unit.difference(pair.difference),
            verdict=t(f"verdict.{SIGNS[pair.verdict]}"),
        )
        for pair in pairs
    ]
    alt = t("alt.matrix", values=together(said, "list.phrases", t))
    return {
        "key": prefix,
        "facts": {"n": len(pairs), "told": len(told)},
        "alt": alt,
        "figure": drawn(
            verdict_matrix, pairs, order, unit.difference, labels, prefix=prefix, description=alt.plain()
        ),
    }


def mean_rows(summary: pd.DataFrame, unit: Unit) -> list[dict[str, str]]:
    """The rows of the table of means, as they are written. summary: rows of Comparison.summaries."""
    return [
        {
            "setup": row["optimizer"],
            "mean": unit.value(row["mean"]),
            "interval": unit.interval(row["low"], row["high"]) or numbers.MISSING,
            "trials": str(row["trials"]),
            "diverged": str(row["diverged"]),
        }
        for row in rows(summary)
    ]


def metric_name(metric: str, t: Catalogue) -> Phrase:
    """What a metric is called: its column's heading where there is one, else its own name."""
    name = f"column.{metric}"
    return t(name) if t.has(name) else t.given(dict.fromkeys(t.languages, metric))


def described(summary: pd.DataFrame, unit: Unit) -> str:
    """The figure's data as text, for who cannot see it."""
    return "; ".join(
        f"{row['optimizer']} {unit.value(row['mean'])} {unit.interval(row['low'], row['high'])}".strip()
        for row in summary.to_dict("records")
    )


def pair_row(pair: Pair, unit: Unit, t: Catalogue) -> dict[str, Any]:
    """A row of the table of pairs."""
    return {
        "first": pair.first,
        "second": pair.second,
        "seeds": str(pair.n),
        "difference": unit.difference(pair.difference),
        "interval": unit.difference_interval(pair.low, pair.high),
        "superiority": numbers.MISSING if pair.n == 0 else numbers.percent(pair.superiority, 0),
        "p": numbers.probability(pair.p_holm),
        "verdict": t(f"verdict.{SIGNS[pair.verdict]}"),
        "kind": SIGNS[pair.verdict],
        "needed": needed(pair),
    }


def needed(pair: Pair) -> str:
    """The number of seeds that would show the difference; a dash where there is none to be had."""
    if pair.seeds_needed is None:
        return numbers.MISSING
    return numbers.whole(pair.seeds_needed)


def in_words(found: Sequence[Finding], unit: Unit, t: Catalogue) -> list[Phrase]:
    """The sentences of findings, one each."""
    return [sentence(finding, unit, t) for finding in found]


def sentence(finding: Finding, unit: Unit, t: Catalogue) -> Phrase:
    """The sentence of one finding."""
    values: Mapping[str, Any] = finding.values
    words: dict[str, object] = {}
    if "where" in values:
        where, problem = values["where"], Markup("<b>{}</b>").format(values["problem"])
        words["where"] = t("where.table", problem=problem) if where == TABLE else t(f"where.{where}")
    match finding.key:
        case "winner" | "tie" | "too_few_seeds":
            words |= {"order": Markup("<b>{}</b>").format(_order(values["standing"]))}
            words |= {key: str(values[key]) for key in ("name", "seeds", "needed") if key in values}
            words |= {"names": listed(values["names"], t)} if "names" in values else {}
        case "single":
            words |= {"name": values["name"]}
        case "not_separable":
            pair: Pair = values["pair"]
            words |= {
                "first": pair.first,
                "second": pair.second,
                "difference": unit.difference(pair.difference),
                "interval": unit.difference_interval(pair.low, pair.high),
            }
            if pair.seeds_needed is not None:
                return t("finding.not_separable", **words, needed=needed(pair))
            return t("finding.not_separable_ever", **words)
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
    return t(f"finding.{finding.key}", **words)


def _order(standing: Any) -> str:
    words = list(standing.order[:1])
    for relation, name in zip(standing.relations, standing.order[1:], strict=True):
        words += [relation, name]
    return " ".join(words)


def listed(names: Sequence[str], t: Catalogue) -> Phrase:
    """A、B 與 C; A, B and C."""
    last = t.given(dict.fromkeys(t.languages, names[-1]))
    if len(names) == 1:
        return last
    rest = [t.given(dict.fromkeys(t.languages, name)) for name in names[:-1]]
    return t("list.last", rest=together(rest, "list.names", t), last=last)
