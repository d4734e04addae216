"""The one table of a comparison's results: every setup at its best epoch, with its test accuracy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from reportgen.analysis.results import with_diverged
from reportgen.report.figures.marks import look
from reportgen.report.sections.section import Claim, claim_row
from reportgen.report.sections.verdicts import mean_rows
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, together
from reportgen.report.words.numbers import Unit

ACCURACY = Unit(share=True)
WRITERS: Mapping[str, Callable[[float], str]] = {
    "training_accuracy": numbers.percent,
    "validation_accuracy": numbers.percent,
    "training_loss": numbers.loss,
    "validation_loss": numbers.loss,
}
"""The columns whose means are told without their spread, which the interval of the test accuracy tells."""


def results_table(
    results: pd.DataFrame, summary: pd.DataFrame, may_be_best: Sequence[str], by: Phrase, t: Catalogue
) -> dict[str, Any]:
    """Return the rows of the table, best first, and its caption.

    Args:
        results: The rows of results.csv of one stage.
        summary: Rows of Comparison.summaries, of the test accuracy.
        may_be_best: The setups of which the test shows none to be better; none where no test was made.
        by: What is lowest or highest in a best epoch.
        t: The words, in the report's languages.
    """
    seeds = list(dict.fromkeys(results["seed"]))
    if len(seeds) == 1:
        sentences = [t("results.caption_one", by=by, seed=seeds[0])]
    else:
        bare = not summary["low"].notna().any()
        sentences = [t("results.caption_bare" if bare else "results.caption", by=by, n=len(seeds))]
    if with_diverged(results):
        sentences.append(t("results.lost"))
    if len(summary) > 1:
        sentences.append(t("verdict.bold" if may_be_best else "verdict.no_bold"))
    return {
        "rows": [
            {**row, "may_be_best": row["setup"] in may_be_best} for row in result_rows(results, summary)
        ],
        "caption": together(sentences, "list.sentences", t),
    }


def result_rows(results: pd.DataFrame, summary: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the means of every setup as they are written, in the order of the summary.

    Args:
        results: The rows of results.csv of one stage.
        summary: Rows of Comparison.summaries, of the test accuracy.
    """
    trials = {str(setup): rows for setup, rows in results.groupby("setup", sort=False)}
    return [
        {**row, "color": look(row["setup"], trials).color, **describe_setup(trials[row["setup"]])}
        for row in mean_rows(summary, ACCURACY)
    ]


def describe_setup(trials: pd.DataFrame) -> dict[str, Any]:
    """Return what a setup's row says besides its test accuracy.

    Args:
        trials: Its rows of results.csv.
    """
    means = [write(float(trials[name].mean())) for name, write in WRITERS.items()]
    return {
        "learning_rate": numbers.plain(trials["learning_rate"].iloc[0]),
        "hyperparameters": trials["hyperparameters"].iloc[0],
        "cells": [*means, numbers.whole_range(trials["best_epoch"])],
    }


def claim_results(results: pd.DataFrame, summary: pd.DataFrame, *, given: bool) -> Iterator[Claim]:
    """Yield the claims of the rows of the table.

    Args:
        results: The rows of results.csv of one stage.
        summary: Rows of Comparison.summaries, of the test accuracy.
        given: Whether the rows say the settings, which a search has not found.
    """
    for row in result_rows(results, summary):
        settings = [row["hyperparameters"], row["learning_rate"]] if given else []
        accuracy = [row[name] for name in ("mean", "interval", "trials", "unscored")]
        yield claim_row("means and intervals", row["setup"], *settings, *row["cells"], *accuracy)
