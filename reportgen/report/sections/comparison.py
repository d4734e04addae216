"""The section that compares the optimizers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
from markupsafe import Markup

from reportgen.analysis.any_time.of_problem import compare_curves
from reportgen.analysis.best_epoch import chosen_by
from reportgen.analysis.comparison import Comparison, compare
from reportgen.analysis.findings import FEW, Finding, of_comparison
from reportgen.analysis.looks import count_looks, level_of_look
from reportgen.analysis.pairs import Lost
from reportgen.analysis.results import curves as curves_of
from reportgen.analysis.results import mean_by_search, of_stage, scores
from reportgen.experiment.stages import COMPARISON, joined
from reportgen.records.manifest import Look
from reportgen.records.run_folder import RunRecords
from reportgen.report.figures import learning_curves
from reportgen.report.figures.marks import color
from reportgen.report.figures.svg import drawn
from reportgen.report.sections.any_time_block import Shown, any_time_block, claim_any_time
from reportgen.report.sections.findings import in_words
from reportgen.report.sections.learning_curves import of_accuracy, of_loss
from reportgen.report.sections.section import Section, claim_row
from reportgen.report.sections.sentences import networks
from reportgen.report.sections.stage_settings import band, stage_settings
from reportgen.report.sections.step_sizes import steps_block
from reportgen.report.sections.targets import claim_targets, target_block
from reportgen.report.sections.verdicts import claim_comparison, verdict_block
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, together
from reportgen.report.words.labels import figure_labels
from reportgen.report.words.numbers import Unit

METRICS = ("training_accuracy", "validation_accuracy", "training_loss", "validation_loss")


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
    results = comparison_rows(of_stage(records.results, COMPARISON))
    epochs = of_stage(records.epochs, shared.stage)
    whole = shown_curves(shared, epochs, t)
    return Section(
        "comparison",
        lambda: {"comparison": describe_comparison(records, shared, results, whole, t)},
        (
            *(
                claim_row(
                    "results of the comparison",
                    *(row["setup"], row["hyperparameters"], row["learning_rate"]),
                    *(cell["text"] for cell in row["cells"]),
                )
                for row in results
            ),
            *claim_comparison(shared.found, UNIT, t),
            *claim_targets(epochs),
            *(claim_any_time(whole, t) if whole else ()),
        ),
    )


def describe_comparison(
    records: RunRecords,
    compared: Compared,
    rows: Sequence[Mapping[str, Any]],
    whole: Shown | None,
    t: Catalogue,
) -> dict[str, Any]:
    """Return the settings, table, verdicts and curves of a comparison.

    Args:
        records: Of the run.
        compared: The comparison.
        rows: Of comparison_rows.
        whole: Of shown_curves.
        t: The words, in the report's languages.
    """
    settings = records.manifest.experiment.settings.comparison
    assert settings is not None, "its trials are there"
    key = joined(compared.stage, "-")
    results = of_stage(records.results, compared.stage)
    epochs = of_stage(records.epochs, compared.stage)
    seeds = settings.seeds
    many = results["setup"].nunique() > FEW
    first = next(trial for trial in records.manifest.trials if trial.setup.stage == compared.stage)
    caption = (
        t("comparison.results_caption_one", seeds=seeds[0])
        if len(seeds) == 1
        else t("comparison.results_caption_many", n=len(seeds))
    )
    return {
        "settings": stage_settings(settings, seeds, t),
        "caption": together([caption, t("comparison.results_bold")], "list.sentences", t)
        if results["setup"].nunique() > 1
        else caption,
        "by": t(f"tuned_best.{chosen_by(first)}"),
        "rows": rows,
        "key": key,
        "verdicts": verdict_block(
            compared.found,
            compared.stage,
            compared.scores,
            UNIT,
            t,
            setups=list(dict.fromkeys(results["setup"])),
            prefix=f"{key}-scores",
            where=compared.where,
        ),
        "sentences": [*in_words(compared.findings, UNIT, t), *networks(results, t)],
        "target": target_block(epochs, t, key=key),
        "any_time": whole and any_time_block(whole, t, key=f"any-time-{key}"),
        "steps": steps_block(epochs, t, key=key),
        "alt": {metric: curves_alt(epochs, metric, t) for metric in ("loss", "accuracy")},
        "band": together([*([t("comparison.panels")] if many else []), band(seeds, t)], "list.sentences", t),
        "band_of_steps": band(seeds, t, drawn=not many),
        "loss_text": partial(of_loss, epochs, t),
        "accuracy_text": partial(of_accuracy, epochs, t),
        "loss_curves": curves(epochs, "loss", t, key),
        "accuracy_curves": curves(epochs, "accuracy", t, key),
    }


def shown_curves(
    compared: Compared, epochs: pd.DataFrame, t: Catalogue, *, again: bool = False
) -> Shown | None:
    """Return what the validation accuracies of a stage support over its epochs; None where nothing does.

    Nor is there anything where several seeds share one of several searches, and so its luck: the comparison
    goes by search then, and curves of single seeds would look more certain than they are.

    Args:
        compared: The comparison of the stage.
        epochs: The rows of metrics.csv of the stage.
        t: The words, in the report's languages.
        again: Whether curves were shown before, and how they are read.
    """
    if compared.scores["seed"].nunique() < epochs["seed"].nunique():
        return None
    found = compare_curves(curves_of(epochs), compared.found)
    setups = tuple(dict.fromkeys(epochs["setup"]))
    if not found:
        return None
    return Shown(found[compared.stage], setups, UNIT, t("any_time.validation_accuracy"), again)


def comparison_rows(results: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a row for each setup: means over seeds; the best of each column is marked."""
    writers = {"training_loss": "loss", "validation_loss": "loss"}
    columns = (*METRICS, "best_epoch", "test_accuracy")
    means = results.groupby("setup", sort=False)[list(columns)].mean()
    best = {name: means[name].min() if name.endswith("loss") else means[name].max() for name in columns}
    del best["best_epoch"]  # early is not better
    rows = []
    for number, (setup, trials) in enumerate(results.groupby("setup", sort=False)):
        cells = [
            {
                "text": numbers.whole_range(trials[column])
                if column == "best_epoch"
                else numbers.with_spread(trials[column], writers.get(column, "percent")),
                "best": len(means) > 1 and means[column].iloc[number] == best.get(column),
            }
            for column in columns
        ]
        rows.append(
            {
                "setup": setup,
                "color": color(number),
                "learning_rate": numbers.plain(trials["learning_rate"].iloc[0]),
                "hyperparameters": trials["hyperparameters"].iloc[0],
                "cells": cells,
            }
        )
    return rows


def curves(epochs: pd.DataFrame, metric: str, t: Catalogue, key: str) -> Markup:
    """Return a figure of a comparison's curves.

    Args:
        epochs: The rows of metrics.csv of one stage.
        metric: "loss" or "accuracy".
        t: The words, in the report's languages.
        key: What the figure's ids begin with.
    """
    alt = curves_alt(epochs, metric, t).plain()
    return drawn(
        learning_curves.curves, epochs, metric, figure_labels(t), prefix=f"{key}-{metric}", description=alt
    )


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
