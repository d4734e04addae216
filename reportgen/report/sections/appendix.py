"""The appendix: how to run it again, what it ran on, and every trial."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from reportgen.analysis.findings import FEW
from reportgen.analysis.results import of_stage, rows
from reportgen.experiment.stages import COMPARISON
from reportgen.records.manifest import Description, written
from reportgen.records.run_folder import RunRecords
from reportgen.report.page.listings import listing
from reportgen.report.sections.section import Claim, Section, claim_row
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase


def appendix_section(records: RunRecords, t: Catalogue, fingerprint: str) -> Section:
    """Return the appendix.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
        fingerprint: Of the records, as attachments.py computes it.
    """
    trials = list(trial_rows(records.results))
    return Section(
        "appendix",
        lambda: {
            "appendix": describe_appendix(records, trials, t, fingerprint),
            "appendices": further_appendices(records.results, t),
        },
        tuple(claim_trial(row, t) for row in trials),
    )


def further_appendices(results: pd.DataFrame, t: Catalogue) -> dict[str, Phrase]:
    """Return the names of the appendices that only reports of many optimizers have.

    Args:
        results: A row for each trial; the columns stage, setup and optimizer.
        t: The words, in the report's languages.

    Returns:
        By pairs and optimizers; none that the report does not have.
    """
    there = {
        "pairs": of_stage(results, COMPARISON)["setup"].nunique() > FEW,
        "optimizers": results["optimizer"].nunique() > FEW,
    }
    letters = [t("ui.third_appendix"), t("ui.fourth_appendix")]
    return dict(zip((name for name, shown in there.items() if shown), letters, strict=False))


def claim_trial(row: Mapping[str, Any], t: Catalogue) -> Claim:
    """Return the claim of a row of the table of trials.

    Args:
        row: Of trial_rows.
        t: The words, in the report's languages.
    """
    cells = [t("ui.diverged")] if row["diverged"] else row["cells"]
    return claim_row("trials", row["setup"], str(row["seed"]), *cells, row["seconds"])


def describe_appendix(
    records: RunRecords, trials: Sequence[Mapping[str, Any]], t: Catalogue, fingerprint: str
) -> dict[str, Any]:
    """Return how to run it again, what it ran on, and every trial.

    Args:
        records: Of the run.
        trials: Of trial_rows.
        t: The words, in the report's languages.
        fingerprint: Of the records, as attachments.py computes it.
    """
    manifest = records.manifest
    experiment, device, times = manifest.experiment, manifest.device, manifest.times
    digest = Markup("<code>{}</code>").format(manifest.data.digest)
    return {
        "command": shlex.join(["reportgen", "run", experiment.file, *experiment.options]),
        "file": experiment.file,
        "beside": beside(experiment.options, t),
        "experiment": listing(records.experiment_text, language="toml"),
        "environment": [
            (t("appendix.fingerprint"), Markup("<code>{}</code>").format(fingerprint)),
            (t("appendix.origin"), escape(manifest.data.origin)),
            (t("appendix.digest"), digest),
            (t("appendix.processor"), device.processor),
            (t("appendix.system"), device.system),
            (t("appendix.workers"), str(device.workers)),
            (t("appendix.started"), times.started.replace("T", " ").removesuffix("+00:00")),
            (t("appendix.duration"), f"{numbers.seconds(times.seconds)} s"),
            *kept_trials(manifest, t),
            *versions(manifest.versions, t),
        ],
        "trials": trials,
    }


def beside(options: Sequence[str], t: Catalogue) -> Phrase | None:
    """Return that the command takes its data from this folder; None where it names no data.

    Args:
        options: Of the command, each name followed by its value.
        t: The words, in the report's languages.
    """
    given = dict(zip(options[::2], options[1::2], strict=False))
    if "--data-path" not in given:
        return None
    return t("appendix.beside", file=Markup("<code>{}</code>").format(given["--data-path"]))


def kept_trials(run: Description, t: Catalogue) -> list[tuple[Phrase, str]]:
    """Return how many trials an earlier run had trained, and on what, where that was something else.

    Args:
        run: The description of this run.
        t: The words, in the report's languages.

    Returns:
        Rows of a name and a value; none where every trial was trained in this run.
    """
    if not any(run.reused):
        return []
    here = {**run.versions, **written(run.device)}
    others = [
        ", ".join(f"{name} {value}" for name, value in where.items() if here.get(name, value) != value)
        for where in run.trained_on
    ]
    return [
        (t("appendix.kept"), f"{sum(run.reused)} / {len(run.reused)}"),
        *((t("appendix.trained_on"), other) for other in others if other),
    ]


def versions(packages: dict[str, str], t: Catalogue) -> list[tuple[Phrase, str]]:
    """Return the versions of the packages, under their own names.

    Args:
        packages: The version of each package, by name.
        t: The words, in the report's languages.
    """
    return [(t.given(dict.fromkeys(t.languages, name)), version) for name, version in packages.items()]


def trial_rows(results: pd.DataFrame) -> Iterable[dict[str, Any]]:
    """Return a row for each trial; the first of each setup starts a group."""
    before = None
    for row in rows(results):
        yield {
            "first": (row["stage"], row["setup"]) != before,
            "setup": f"{row['setup']} ({row['stage']})",
            "seed": row["seed"],
            "diverged": row["status"] == "diverged",
            "cells": [
                numbers.whole(row["best_epoch"]),
                numbers.loss(row["training_loss"]),
                numbers.percent(row["training_accuracy"]),
                numbers.loss(row["validation_loss"]),
                numbers.percent(row["validation_accuracy"]),
                numbers.percent(row["test_accuracy"]),
            ],
            "seconds": numbers.seconds(row["seconds"]),
        }
        before = (row["stage"], row["setup"])
