"""The section that compares the optimizers."""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from reportgen.analysis.ranking import Ranking
from reportgen.report import figures, numbers
from reportgen.report.catalogue import Catalogue
from reportgen.report.sentences import ranking_sentences
from reportgen.report.settings import band, stage_settings, words
from reportgen.report.svg import from_figure
from reportgen.runs.store import RunRecords

METRICS = ("training_accuracy", "validation_accuracy", "training_loss", "validation_loss")


def comparison_section(
    records: RunRecords, results: pd.DataFrame, ranking: Ranking | None, t: Catalogue
) -> dict[str, Any]:
    """Settings, table, ranking and curves of the comparison."""
    settings = records.manifest["experiment"]["settings"]["comparison"]
    epochs = records.epochs[records.epochs["stage"] == "comparison"]
    seeds = settings["seeds"]
    caption = (
        t("comparison.results_caption_one", seeds=seeds[0])
        if len(seeds) == 1
        else t("comparison.results_caption_many", n=len(seeds))
    )
    return {
        "settings": stage_settings(settings, t, images=settings["subset"]),
        "caption": caption,
        "rows": comparison_rows(results),
        "ranking": ranking_sentences(results, ranking, t) if ranking else [],
        "band": band(seeds, t),
        "loss_curves": curves(epochs, "loss", t),
        "accuracy_curves": curves(epochs, "accuracy", t),
    }


def comparison_rows(results: pd.DataFrame) -> list[dict[str, Any]]:
    """A row for each setup: means over seeds; the best of each column is marked."""
    writers = {"training_loss": "loss", "validation_loss": "loss", "best_epoch": "whole"}
    columns = (*METRICS, "best_epoch", "test_accuracy")
    means = results.groupby("setup", sort=False)[list(columns)].mean()
    best = {name: means[name].min() if name.endswith("loss") else means[name].max() for name in columns}
    del best["best_epoch"]  # early is not better
    rows = []
    for number, (setup, trials) in enumerate(results.groupby("setup", sort=False)):
        cells = [
            {
                "text": numbers.with_spread(trials[column], writers.get(column, "percent")),
                "best": len(means) > 1 and means[column].iloc[number] == best.get(column),
            }
            for column in columns
        ]
        rows.append(
            {
                "setup": setup,
                "color": figures.color(number),
                "learning_rate": numbers.plain(trials["learning_rate"].iloc[0]),
                "hyperparameters": trials["hyperparameters"].iloc[0],
                "cells": cells,
            }
        )
    return rows


def curves(epochs: pd.DataFrame, metric: str, t: Catalogue) -> Markup:
    """A figure of the comparison's curves."""
    figure = figures.curves(epochs, metric, words(t))
    description = t(f"comparison.{metric}_caption", band="").plain()
    return from_figure(figure, prefix=f"comparison-{metric}", description=description)
