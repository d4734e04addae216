"""The section that compares the optimizers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
from markupsafe import Markup

from reportgen.analysis.best_epoch import chosen_by
from reportgen.analysis.comparison import Comparison, compare
from reportgen.analysis.findings import FEW, Finding, of_comparison
from reportgen.analysis.looks import count_looks, level_of_look
from reportgen.analysis.pairs import Lost
from reportgen.analysis.results import mean_by_search, of_stage, scores, with_diverged
from reportgen.experiment.stages import COMPARISON, joined
from reportgen.records.manifest import Look
from reportgen.records.run_folder import RunRecords
from reportgen.report.figures import learning_curves
from reportgen.report.figures.svg import drawn
from reportgen.report.sections.curve_figures import curves_of_stage
from reportgen.report.sections.findings import in_words
from reportgen.report.sections.learning_curves import of_accuracy, of_loss
from reportgen.report.sections.results_table import claim_results, results_table
from reportgen.report.sections.section import Section
from reportgen.report.sections.sentences import networks
from reportgen.report.sections.stage_settings import band, stage_settings
from reportgen.report.sections.verdicts import claim_pairs, verdict_block
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, together
from reportgen.report.words.labels import figure_labels
from reportgen.report.words.numbers import Unit

UNIT = Unit(share=True)


@dataclass(frozen=True)
class Compared:
    """A stage's optimizers compared by their test accuracy, by which nothing was chosen.

    Attributes:
        stage: Its name.
        where: SHARED or EACH_TUNED of analysis/findings.
        scores: The table that was compared.
        found: The comparison.
        findings: What can be said of it.
        searches: Of each seed, the search that found its settings; None where these were not searched.
        look: The how manieth look at the same comparison this is, with other seeds each time.
    """

    stage: str
    where: str
    scores: pd.DataFrame
    found: Comparison
    findings: tuple[Finding, ...]
    searches: Mapping[int, int] | None = None
    look: int = 1


def compared(
    results: pd.DataFrame,
    where: str,
    searches: Mapping[int, int] | None = None,
    *,
    margin: float | None = None,
    looks: Sequence[Look] = (),
) -> Compared | None:
    """Return the comparison of a stage's results; None where there are none.

    Args:
        results: The rows of results.csv of one stage.
        where: SHARED or EACH_TUNED of analysis/findings.
        searches: Of each seed, the search that found its settings; None where these were not searched.
        margin: Up to where a difference of accuracy is as good as none.
        looks: The earlier runs that compared the same with other seeds.
    """
    if results.empty:
        return None
    stage = str(results["stage"].iloc[0])
    table = scores(results) if searches is None else mean_by_search(scores(results), searches)
    look = count_looks([one.seeds for one in looks], table["optimizer"].nunique())
    alpha = level_of_look(look)
    comparison = compare(table, metric="test_accuracy", alpha=alpha, margin=margin, lost=Lost.DIVERGED)
    findings = tuple(of_comparison(comparison, stage, where))
    return Compared(stage, where, table, comparison, findings, searches, look)


def comparison_section(records: RunRecords, shared: Compared | None, t: Catalogue) -> Section:
    """Return the section that compares the optimizers at the settings of the file.

    Args:
        records: Of the run.
        shared: Of Headlines; the section is left out without.
        t: The words, in the report's languages.
    """
    if shared is None:
        return Section("comparison", lambda: {"comparison": None}, shown=False)
    results = of_stage(records.results, COMPARISON)
    return Section(
        "comparison",
        lambda: {"comparison": describe_comparison(records, shared, t)},
        (
            *claim_results(results, shared.found.summaries, given=True),
            *claim_pairs(shared.found, UNIT, t),
        ),
        curves=lambda: curves_of_stage(of_stage(records.epochs, shared.stage), joined(shared.stage, "-"), t),
    )


def describe_comparison(records: RunRecords, compared: Compared, t: Catalogue) -> dict[str, Any]:
    """Return the settings, table, verdicts and curves of a comparison.

    Args:
        records: Of the run.
        compared: The comparison.
        t: The words, in the report's languages.
    """
    settings = records.manifest.experiment.settings.comparison
    assert settings is not None, "its trials are there"
    key = joined(compared.stage, "-")
    results = of_stage(records.results, compared.stage)
    epochs = of_stage(records.epochs, compared.stage)
    seeds = settings.seeds
    many = results["setup"].nunique() > FEW
    diverged = with_diverged(results)
    first = next(trial for trial in records.manifest.trials if trial.setup.stage == compared.stage)
    by = t(f"tuned_best.{chosen_by(first)}")
    verdicts = verdict_block(
        compared.found,
        compared.stage,
        compared.scores,
        UNIT,
        t,
        setups=list(dict.fromkeys(results["setup"])),
        prefix=f"{key}-scores",
        where=compared.where,
    )
    may_be_best = [row["setup"] for row in verdicts["rows"] if row["may_be_best"]]
    return {
        "settings": stage_settings(settings, seeds, t),
        "results": results_table(results, compared.found.summaries, may_be_best, by, t),
        "key": key,
        "verdicts": verdicts,
        "sentences": [*in_words(compared.findings, UNIT, t), *networks(results, t)],
        "alt": {metric: curves_alt(epochs, metric, t) for metric in ("loss", "accuracy")},
        "band": together(
            [*([t("comparison.panels")] if many else []), band(seeds, t, lost=bool(diverged))],
            "list.sentences",
            t,
        ),
        "loss_text": partial(of_loss, epochs, t, diverged=diverged),
        "accuracy_text": partial(of_accuracy, epochs, t, diverged=diverged),
        "loss_curves": curves(epochs, "loss", t, key),
        "accuracy_curves": curves(epochs, "accuracy", t, key),
    }


def curves(epochs: pd.DataFrame, metric: str, t: Catalogue, key: str) -> Markup:
    """Return a figure of a comparison's curves.

    Args:
        epochs: The rows of metrics.csv of one stage.
        metric: "loss" or "accuracy".
        t: The words, in the report's languages.
        key: What the figure's ids begin with.
    """
    return drawn(learning_curves.curves, epochs, metric, figure_labels(t), prefix=f"{key}-{metric}")


def curves_alt(epochs: pd.DataFrame, metric: str, t: Catalogue) -> Phrase:
    """Return what curves say to who cannot see them: each setup's mean at the first and at the last epoch.

    Args:
        epochs: The rows of metrics.csv of one stage.
        metric: "loss" or "accuracy".
        t: The words, in the report's languages.
    """
    write = numbers.percent if metric == "accuracy" else numbers.loss
    descriptions = []
    for setup, rows in epochs.groupby("setup", sort=False):
        means = rows.groupby("epoch")[[f"training_{metric}", f"validation_{metric}"]].mean()
        ends = [f"{write(means[name].iloc[0])} → {write(means[name].iloc[-1])}" for name in means]
        descriptions.append(f"{setup} {ends[0]}, {ends[1]}")
    return t(f"alt.{metric}", values="; ".join(descriptions))
