"""The performance profile of a table of several problems: its figure, or why there is none."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from reportgen.analysis.comparison import Comparison
from reportgen.analysis.findings import FEW
from reportgen.analysis.profiles import NegativeCostError, NoCommonSeedError, performance_profile
from reportgen.report.figures.profiles import profiles
from reportgen.report.figures.style import NARROW
from reportgen.report.figures.svg import drawn
from reportgen.report.sections.findings import listed
from reportgen.report.sections.verdicts import metric_name
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, together
from reportgen.report.words.labels import figure_labels
from reportgen.report.words.numbers import Unit


def profile_block(
    comparison: Comparison, scores: pd.DataFrame, unit: Unit, t: Catalogue
) -> dict[str, Any] | None:
    """Return what the template shows of all problems together; None where there is one alone.

    Where the scores have no ratio, `why` says so, and there is no figure.

    Args:
        comparison: The comparison.
        scores: Of scores.checked.
        unit: How the scores are written.
        t: The words, in the report's languages.
    """
    if len(comparison.problems) < 2:
        return None
    metric = metric_name(comparison.metric, t)
    costs, ratio = _costs(comparison, scores["score"], unit, metric, t)
    table = scores.assign(cost=costs)[["problem", "optimizer", "seed", "cost"]]
    left_out: list[str] = []
    profile = None
    while profile is None:
        try:
            profile = performance_profile(table)
        except NegativeCostError:
            return {"why": t("scores.profile_negative", metric=metric)}
        except NoCommonSeedError as error:
            left_out.append(error.problem)
            table = table[table["problem"] != error.problem]
            if table.empty:
                return {"why": t("scores.profile_no_seeds")}
    best = profile[profile["tau"] == profile["tau"].min()].groupby("optimizer", sort=False)["share"].max()
    values = "; ".join(f"{name} {numbers.percent(share, 0)}" for name, share in best.items())
    alt = t("alt.profile", values=values)
    return {
        "why": None,
        "ratio": ratio,
        "metric": metric,
        "caption": together(
            [
                t("scores.profile_caption", ratio=ratio),
                *([t("search.panels")] if len(comparison.optimizers) > FEW else []),
                *([t("scores.profile_without", problems=listed(left_out, t))] if left_out else []),
            ],
            "list.sentences",
            t,
        ),
        "figure": drawn(
            profiles,
            profile,
            figure_labels(t),
            list(comparison.optimizers),
            prefix="profile",
            narrow=partial(profiles, width=NARROW) if len(comparison.optimizers) <= FEW else None,
        ),
        "alt": alt,
    }


def _costs(
    comparison: Comparison, scores: pd.Series[float], unit: Unit, metric: Phrase, t: Catalogue
) -> tuple[pd.Series[float], Phrase]:
    """Costs whose ratio to the least is how far a score is from the best one, and that ratio in words."""
    if not comparison.higher_is_better:
        return scores, t("scores.ratio_lower", metric=metric)
    if unit.share and scores.dropna().between(0, 1).all():
        return 1 - scores, t("scores.ratio_error", metric=metric)
    # of what is better when higher, the best over the own; a score of 0 is infinitely far
    with np.errstate(divide="ignore"):
        return 1 / (scores + 0.0), t("scores.ratio_higher", metric=metric)
