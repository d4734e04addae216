"""The tuning curves of a search, and what holds of their order: how much tuning decides."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pandas as pd

from reportgen.analysis.findings import FEW
from reportgen.analysis.search import repeats_of
from reportgen.analysis.tuning_curves import (
    Apart,
    TuningCurve,
    bands_apart,
    rankings,
    tuning_curves,
)
from reportgen.experiment.search import StageSearch
from reportgen.report.figures import tuning_curves as figures
from reportgen.report.figures.svg import drawn
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, in_a_row, together
from reportgen.report.words.labels import figure_labels

HIGHEST = 3
"""Of many curves, how many of the order are named."""
MOST_ORDERS = 4
"""The most changes of the order that are told one by one."""


def tuning_block(trials: pd.DataFrame, how: StageSearch, key: str, t: Catalogue) -> dict[str, Any]:
    """Return the figure of a search's tuning curves and the sentences about it.

    Args:
        trials: The rows of search.csv of one stage.
        how: The search's settings.
        key: What the figure's ids begin with.
        t: The words, in the report's languages.
    """
    curves = tuning_curves(trials, how.method)
    repeated = int(repeats_of(trials).max()) > 0
    alt = curves_alt(curves, t)
    shade = "spread" if repeated else "band" if how.method == "random" else "bare"
    caption = [t(f"tuning.{how.method}_caption"), t(f"tuning.{shade}_caption")] if shade != "bare" else []
    if len(curves) > FEW:
        caption = [*(caption or [t(f"tuning.{how.method}_caption")]), t("search.panels")]
    sentences = [t(f"tuning.{how.method}"), *([t(f"tuning.{shade}")] if shade != "bare" else [])]
    if len(curves) > 1:
        sentences.append(order_phrase(curves, t))
        if shade == "band":
            sentences.append(apart_phrase(bands_apart(curves), t))
    return {
        "figure": drawn(
            figures.tuning_curves,
            curves,
            figure_labels(t),
            how.method,
            prefix=f"{key}-course",
        ),
        "alt": alt,
        "caption": together(caption or [t(f"tuning.{how.method}_caption")], "list.sentences", t),
        "text": lambda figure: t("tuning.text", figure=figure, said=together(sentences, "list.sentences", t)),
    }


def curves_alt(curves: Sequence[TuningCurve], t: Catalogue) -> Phrase:
    """Return where each curve begins and ends, for who cannot see the figure.

    Args:
        curves: A setup each.
        t: The words, in the report's languages.
    """
    ends = [
        f"{curve.setup} 1: {numbers.percent(curve.best[0])}, "
        f"{len(curve.best)}: {numbers.percent(curve.best[-1])}"
        for curve in curves
    ]
    return t("alt.course", values="; ".join(ends))


def order_phrase(curves: Sequence[TuningCurve], t: Catalogue) -> Phrase:
    """Return how the order of the curves depends on the number of trials; of many, that of the highest.

    Args:
        curves: A setup each, two or more.
        t: The words, in the report's languages.
    """
    many = len(curves) > FEW
    orders, trials = rankings(curves, HIGHEST if many else None), len(curves[0].best)
    written = {order: " > ".join([*order.order, *(["…"] if many else [])]) for order in orders}
    last = orders[-1]
    names = written[last]
    if len(orders) == 1:
        return t("tuning.one_order", order=names, trials=trials)
    if len(orders) > MOST_ORDERS:
        return t("tuning.last_order", changes=len(orders) - 1, order=names, k=last.trials, trials=trials)
    before = [
        t("tuning.order", order=written[order], ks=span(order.trials, following.trials - 1))
        for order, following in itertools.pairwise(orders)
    ]
    last_one = t("tuning.order", order=names, ks=span(last.trials, trials))
    return t("tuning.orders", orders=together([*before, last_one], "list.clauses", t))


def apart_phrase(pairs: Sequence[Apart], t: Catalogue) -> Phrase:
    """Return whose bands do not touch, and at how many trials.

    Args:
        pairs: Of bands_apart.
        t: The words, in the report's languages.
    """
    if not pairs:
        return t("tuning.none_apart")
    listed = [
        t("tuning.pair", higher=pair.higher, lower=pair.lower, ks=spans(pair.trials, t)) for pair in pairs
    ]
    return t("tuning.apart", pairs=together(listed, "list.clauses", t))


def spans(trials: Sequence[int], t: Catalogue) -> Phrase:
    """Return numbers that rise, runs of them as spans: 1, 3 to 5 as 1, 3–5."""
    ends: list[list[int]] = []
    for number in trials:
        if ends and number == ends[-1][1] + 1:
            ends[-1][1] = number
        else:
            ends.append([number, number])
    return in_a_row([span(first, last) for first, last in ends], t)


def span(first: int, last: int) -> str:
    """Return the numbers from first to last."""
    return str(first) if first == last else f"{first}–{last}"
