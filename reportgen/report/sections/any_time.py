"""The section of a table of scores with epochs: its curves, and the any-time comparison of each problem."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from reportgen.analysis.any_time.of_problem import AnyTime, compare_areas, compare_curves
from reportgen.analysis.any_time.runtime_profiles import epochs_apart
from reportgen.analysis.any_time.trial_curves import lay_out
from reportgen.analysis.comparison import Comparison
from reportgen.analysis.findings import FEW, over_problems
from reportgen.analysis.pairs import Pair
from reportgen.report.figures.any_time import profile_gaps, score_curves
from reportgen.report.figures.svg import drawn
from reportgen.report.sections.any_time_block import (
    Shown,
    any_time_block,
    claim_any_time,
    written_epoch,
    written_lead,
    written_stretches,
)
from reportgen.report.sections.curve_figures import compared_rows, curves_of_problem
from reportgen.report.sections.scores import is_percentage
from reportgen.report.sections.section import Claim, Section, claim_row
from reportgen.report.sections.targets import claim_times, race, times_block
from reportgen.report.sections.verdicts import (
    difference_heading,
    metric_name,
    pair_row,
    versus,
)
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, together
from reportgen.report.words.numbers import Unit

MOST_DRAWN = 6
"""So many problems have their curves drawn; of more, the areas under them are counted."""

PAIR_COLUMNS = ("pair", "difference", "interval", "p", "verdict", "lead", "ahead", "behind")


def any_time_section(comparison: Comparison, curves: pd.DataFrame | None, t: Catalogue) -> Section:
    """Return the section on the curves of a table of scores; it is left out where there are none to compare.

    Args:
        comparison: Of the scores.
        curves: The columns problem, optimizer, seed, epoch and score; None where there are no epochs.
        t: The words, in the report's languages.
    """
    left_out = Section("any_time", lambda: {"any_time": None}, shown=False)
    if curves is None:
        return left_out
    if curves["problem"].nunique() > MOST_DRAWN:
        return _counted(comparison, curves, t) or left_out
    found = compare_curves(curves, comparison)
    if not found:
        return left_out
    unit, metric = Unit(is_percentage(comparison)), metric_name(comparison.metric, t)
    shown = [
        Shown(of_problem, comparison.optimizers, unit, metric, again=number > 0)
        for number, of_problem in enumerate(found.values())
    ]
    claims: list[Claim] = []
    for problem in shown:
        claims += [
            *claim_times(race(problem.found.times, problem.setups)),
            *claim_any_time(problem, t),
            *(
                claim_row("curves of a pair", *(row[name] for name in PAIR_COLUMNS))
                for row in _pairs(problem, t)
            ),
        ]
    return Section(
        "any_time",
        lambda: {
            "any_time": {
                "counts": None,
                "problems": [
                    _describe(problem, curves, t, key=f"any-time-{number}", several=len(shown) > 1)
                    for number, problem in enumerate(shown)
                ],
            }
        },
        tuple(claims),
        curves=lambda: {
            name: figure
            for number, problem in enumerate(shown)
            for name, figure in curves_of_problem(problem, curves, f"any-time-{number}", t).items()
        },
    )


def _describe(shown: Shown, curves: pd.DataFrame, t: Catalogue, *, key: str, several: bool) -> dict[str, Any]:
    """What the template shows of one problem, which may be one of several."""
    found = shown.found
    times = race(found.times, shown.setups, paired=found.curves.paired)
    target_facts = {
        "metric": shown.metric,
        "target": shown.unit.value(times.target) if times else "",
        "reference": t("target.reference_scores"),
        "test": t("target.test_paired" if found.curves.paired else "scores.deals"),
    }
    return {
        "title": t.same(found.curves.problem),
        "several": several,
        "key": key,
        "metric": shown.metric,
        "curves": _curves(shown, curves, t, key),
        "target": times
        and times_block(times, t, key=f"{key}-target", text="text_scores", facts=target_facts),
        "block": any_time_block(shown, t, key=key),
        "pairs": _pairs(shown, t),
        "difference": difference_heading(shown.unit, shown.metric, t),
        "gaps": _gaps(shown, t, key),
    }


def _curves(shown: Shown, curves: pd.DataFrame, t: Catalogue, key: str) -> dict[str, Any]:
    """The figure of the mean curves, over the epochs that are compared."""
    of_problem = shown.found.curves
    epochs = of_problem.epochs
    rows = compared_rows(shown, curves)
    values = []
    for name, trials in of_problem.trials.items():
        whole = trials.scores[~trials.diverged]
        ends = whole[:, [0, -1]].mean(axis=0) if len(whole) else np.full(2, np.nan)
        values.append(f"{name} {shown.unit.value(float(ends[0]))} → {shown.unit.value(float(ends[1]))}")
    first, last = (written_epoch(float(epochs[index])) for index in (0, -1))
    alt = t("alt.any_time_curves", first=first, last=last, values="; ".join(values))
    column = "accuracy" if shown.unit.share else "score"
    many = len(of_problem.trials) > FEW
    caption = t("any_time.curves_caption", metric=shown.metric)
    return {
        "figure": drawn(
            score_curves,
            rows[["optimizer", "seed", "epoch"]].assign(**{column: rows["score"].astype(float)}),
            column,
            shown.setups,
            {"epoch": t("figure.epoch").label(), "score": shown.metric.label()},
            shown.unit.share,
            prefix=f"{key}-curves",
        ),
        "alt": alt,
        "caption": together([caption, *([t("search.panels")] if many else [])], "list.sentences", t),
    }


def _gaps(shown: Shown, t: Catalogue, key: str) -> dict[str, Any] | None:
    """The figure of the differences of profiles; None where there are none, or too many pairs for panels."""
    found = shown.found
    if found.differences.empty or len(found.curves.trials) > FEW:
        return None
    pairs = [(pair.first, pair.second) for pair in _area_pairs(found)]
    values = []
    for first, second in pairs:
        stretches = [
            written_stretches(epochs_apart(found.differences, *pair))
            for pair in ((first, second), (second, first))
        ]
        values.append(f"{versus(first, second)}: {stretches[0]} / {stretches[1]}")
    alt = t("alt.any_time_gaps", values="; ".join(values))
    words = {name: t(f"figure.{name}").label() for name in ("epoch", "gap")}
    bands = "gaps_caption" if found.differences["low"].notna().any() else "gaps_caption_bare"
    return {
        "figure": drawn(
            profile_gaps,
            found.differences,
            pairs,
            shown.setups,
            words,
            versus,
            prefix=f"{key}-gaps",
        ),
        "alt": alt,
        "caption": t(f"any_time.{bands}"),
    }


def _area_pairs(found: AnyTime) -> list[Pair]:
    """The pairs of the comparison of areas on this problem."""
    return [pair for pair in found.areas.pairs if pair.problem == found.curves.problem]


def _pairs(shown: Shown, t: Catalogue) -> list[dict[str, Any]]:
    """The rows of the table of pairs, as they are written."""
    found = shown.found
    return [
        {
            **pair_row(pair, shown.unit, t),
            "lead": written_lead(found.lead(pair.first, pair.second)),
            "ahead": written_stretches(epochs_apart(found.differences, pair.first, pair.second)),
            "behind": written_stretches(epochs_apart(found.differences, pair.second, pair.first)),
        }
        for pair in _area_pairs(found)
    ]


def _counted(comparison: Comparison, curves: pd.DataFrame, t: Catalogue) -> Section | None:
    """The section on too many problems to be drawn: verdicts on the areas under the curves, counted."""
    laid_out = lay_out(curves, higher_is_better=comparison.higher_is_better, paired=comparison.paired)
    if not laid_out:
        return None
    rows = [
        {
            "pair": versus(row["first"], row["second"]),
            **{
                name: numbers.whole(row[name])
                for name in ("problems", "better", "worse", "not_separable", "none")
            },
        }
        for row in over_problems(compare_areas(laid_out, comparison))
    ]
    return Section(
        "any_time",
        lambda: {
            "any_time": {
                "counts": rows,
                "facts": {
                    "n": numbers.whole(len(laid_out)),
                    "most": MOST_DRAWN,
                    "metric": metric_name(comparison.metric, t),
                },
            }
        },
        tuple(_claim_counts(rows)),
    )


def _claim_counts(rows: list[dict[str, str]]) -> Iterator[Claim]:
    for row in rows:
        yield claim_row("areas counted", *row.values())
