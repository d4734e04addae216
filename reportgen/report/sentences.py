"""The computed sentences: ranking and test accuracy in words."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from reportgen.analysis.ranking import Ranking, best_on_validation
from reportgen.report import numbers
from reportgen.report.catalogue import Catalogue, Phrase
from reportgen.report.tables import finished


def findings(
    comparison: pd.DataFrame, tuned: pd.DataFrame, ranking: Ranking | None, t: Catalogue
) -> list[Phrase]:
    """The sentences of the box on the first page."""
    found = ranking_sentences(comparison, ranking, t) if ranking else []
    if len(tuned):
        found += test_sentences(comparison, tuned, t) or [t("tuned.all_diverged")]
    return found


def ranking_sentences(results: pd.DataFrame, ranking: Ranking | None, t: Catalogue) -> list[Phrase]:
    """The order, how sure it is, who diverged, and whether the networks differ."""
    if ranking is None:
        return []
    order = Markup("<b>{}</b>").format(ranking.text())
    seeds = ", ".join(map(str, sorted(results["seed"].unique())))
    if not ranking.order:
        sentences = [t("ranking.all_diverged")]
    elif len(ranking.order) == 1:
        sentences = [t("ranking.single", name=ranking.order[0])] if results["setup"].nunique() > 1 else []
    elif len(ranking.seeds) <= 1:
        sentences = [t("ranking.one_seed", order=order, seeds=seeds)]
    else:
        sentences = [t("ranking.many_seeds", order=order, n=len(ranking.seeds))]
    if ranking.order:
        sentences += [t("ranking.diverged", name=name, n=n) for name, n in ranking.diverged.items()]
    counts = results.groupby("setup", sort=False)["parameters"].first()
    if counts.nunique() > 1:
        listed = ", ".join(f"{setup} {numbers.whole(count)}" for setup, count in counts.items())
        sentences.append(t("ranking.networks_differ", counts=listed))
    return sentences


def test_sentences(comparison: pd.DataFrame, tuned: pd.DataFrame, t: Catalogue) -> list[Phrase]:
    """The test accuracy, and how far it is from the best of the comparison; none where all diverged."""
    results = finished(tuned)
    if results.empty:
        return []
    accuracy = results["test_accuracy"]
    images = numbers.whole(results["test_images"].iloc[0])
    shown = Markup("<b>{}</b>").format(numbers.percent(float(accuracy.mean())))
    if len(results) == 1:
        correct = numbers.whole(results["test_correct"].iloc[0])
        sentences = [t("test.one_seed", accuracy=shown, images=images, correct=correct)]
    else:
        sentences = [
            t(
                "test.many_seeds",
                accuracy=shown,
                images=images,
                n=len(results),
                spread=f"{100 * accuracy.std(ddof=1):.2f}",
                lowest=numbers.percent(accuracy.min()),
                highest=numbers.percent(accuracy.max()),
            )
        ]
    compared = best_on_validation(comparison)
    if compared is not None and (results["stage"] == "tuned").all():
        name, reached = compared
        points = numbers.points(accuracy.mean() - reached)
        sentences.append(t("test.gain", name=name, compared=numbers.percent(reached), points=points))
    return sentences
