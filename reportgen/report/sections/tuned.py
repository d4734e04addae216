"""The section on the tuned setup."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from reportgen.analysis.best_epoch import chosen_by, costs
from reportgen.analysis.results import finished, of_stage, rows
from reportgen.experiment.stages import TUNED
from reportgen.records.run_folder import RunRecords
from reportgen.report.figures import learning_curves
from reportgen.report.figures.svg import drawn
from reportgen.report.sections.code import claim_checks
from reportgen.report.sections.insight import weights_block
from reportgen.report.sections.search import claim_search, describe_search, found_elsewhere
from reportgen.report.sections.section import Claim, Section
from reportgen.report.sections.stage_settings import band, stage_settings
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase
from reportgen.report.words.labels import figure_labels

LOG_EPOCHS = 3
PARTS = ("schedule", "dropout", "augmentation", "averaging")
"""What a training may have besides, each with its code, its text and its proof."""


def tuned_section(records: RunRecords, t: Catalogue) -> Section:
    """Return the section on the tuned training; it is left out where a run has none.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
    """
    results = of_stage(records.results, TUNED)
    log = trial_log(records, results) if len(results) else []
    note = records.manifest.experiment.settings.found.tuned
    return Section(
        "tuned",
        lambda: {
            "tuned": describe_tuned(records, results, log, t) if len(results) else None,
            "tuned_parts": PARTS,
            "tuned_search": describe_search(records, TUNED, t),
            "found": found_elsewhere(note, t),
        },
        (
            *claim_search(records, TUNED),
            *claim_checks(records, *(part for part in PARTS if part in records.excerpts)),
            *(Claim("last epochs", line) for line in log),
        ),
        shown=len(results) > 0,
    )


def trial_log(records: RunRecords, results: pd.DataFrame) -> list[str]:
    """Return the log of the last epochs of one of these trials.

    Args:
        records: Of the run.
        results: The rows of results.csv of the tuned training.
    """
    epochs = of_stage(records.epochs, TUNED)
    trial = records.manifest.trials[place_of(records, results)]
    return last_epochs(epochs[epochs["seed"] == logged_seed(results)], chosen_by(trial))


def logged_seed(results: pd.DataFrame) -> int:
    """Return the seed of the first of these trials that finished; of the first where none did."""
    ended = finished(results)
    return int((ended if len(ended) else results)["seed"].iloc[0])


def place_of(records: RunRecords, results: pd.DataFrame) -> int:
    """Return the place of the first of these trials among all of the run.

    Args:
        records: Of the run.
        results: Some rows of its results.csv.
    """
    return list(records.results.index).index(results.index[0])


def describe_tuned(
    records: RunRecords, results: pd.DataFrame, log: Sequence[str], t: Catalogue
) -> dict[str, Any]:
    """Return the settings, shapes, the last epochs and the curves of the tuned setup.

    Args:
        records: Of the run.
        results: The rows of results.csv of the tuned training.
        log: Of trial_log.
        t: The words, in the report's languages.
    """
    seeds = list(results["seed"])
    epochs = of_stage(records.epochs, TUNED)
    row = results.iloc[0]
    optimizer = f"{row['optimizer']} (learning_rate={numbers.plain(row['learning_rate'])}"
    optimizer += f" {row['hyperparameters']})" if row["hyperparameters"] else ")"
    index = place_of(records, results)
    shapes = records.manifest.parameter_shapes[index]
    trial = records.manifest.trials[index]  # as it ran: a search may have found its settings
    by = chosen_by(trial)
    ended = finished(results)
    log_seed = logged_seed(results)
    logged = epochs[epochs["seed"] == log_seed]
    alt = t("alt.tuned", **tuned_ends(epochs))
    return {
        "settings": [
            (t("column.optimizer"), optimizer),
            *stage_settings(trial.setup, seeds, t),
            (t("column.parameters"), numbers.whole(row["parameters"])),
        ],
        "shapes": [f"{name} {list(shape)}" for name, shape in shapes.items()],
        "log": log,
        "log_title": (
            t("tuned.log", n=LOG_EPOCHS, seed=log_seed)
            if len(logged) > LOG_EPOCHS
            else t("tuned.log_whole", seed=log_seed)
        ),
        "best": best_epochs(ended["best_epoch"], by, t) if len(ended) else None,
        "band": band(seeds, t),
        "curves": drawn(
            learning_curves.loss_and_accuracy,
            epochs,
            figure_labels(t),
            prefix="tuned",
            description=alt.plain(),
        ),
        "alt": alt,
        "weights": weights_block(records, log_seed, t) if len(ended) else None,
    }


def best_epochs(epochs: pd.Series[float], by: str, t: Catalogue) -> Phrase:
    """Return at which epochs the trials that finished were best, in the middle of a sentence.

    Args:
        epochs: The best epoch of each of these trials.
        by: What is lowest or highest there, as best_epoch.chosen_by says.
        t: The words, in the report's languages.
    """
    what, first, last = t(f"tuned_best.{by}"), int(epochs.min()), int(epochs.max())
    if first == last:
        return t("tuned_best.epoch", by=what, epoch=first)
    return t("tuned_best.epochs", by=what, first=first, last=last, median=numbers.plain(epochs.median()))


def tuned_ends(epochs: pd.DataFrame) -> dict[str, str]:
    """Return mean loss and accuracy at the first and the last epoch, for who cannot see the curves."""
    means = epochs.groupby("epoch").mean(numeric_only=True)
    writers: dict[str, Callable[[float], str]] = {"loss": numbers.loss, "accuracy": numbers.percent}
    return {
        f"{part}_{metric}": f"{write(means[f'{part}_{metric}'].iloc[0])} → "
        f"{write(means[f'{part}_{metric}'].iloc[-1])}"
        for part in ("training", "validation")
        for metric, write in writers.items()
    }


def last_epochs(epochs: pd.DataFrame, by: str) -> list[str]:
    """Return the log of a trial's last epochs, three lines each, as the homework prints it.

    Args:
        epochs: The rows of metrics.csv of one trial.
        by: What is lowest or highest in a best epoch, as best_epoch.chosen_by says.
    """
    values = costs(epochs, by)
    best_so_far = values < values.cummin().shift(fill_value=math.inf)
    lines = []
    for row, best in list(zip(rows(epochs), best_so_far, strict=True))[-LOG_EPOCHS:]:
        saved = " [MODEL SAVED]" if best else ""
        training, validation = (
            f"{numbers.percent(row[f'{part}_accuracy'])}, loss: {numbers.loss(row[f'{part}_loss'])}"
            for part in ("training", "validation")
        )
        lines += [
            f"Epoch {row['epoch']}:{saved}",
            f"  Training accuracy: {training}",
            f"  Validation accuracy: {validation}",
        ]
    return lines
