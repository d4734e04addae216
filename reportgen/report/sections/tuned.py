"""The section on the tuned setup."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
from markupsafe import Markup

from reportgen.analysis.best_epoch import chosen_by
from reportgen.analysis.results import finished, of_stage, with_diverged
from reportgen.experiment.search import FoundBy, Space
from reportgen.experiment.space_text import read_space
from reportgen.experiment.stages import TUNED
from reportgen.records.run_folder import RunRecords
from reportgen.report.figures import learning_curves
from reportgen.report.figures.svg import drawn
from reportgen.report.sections.code import claim_checks
from reportgen.report.sections.curve_figures import curves_of_search, loss_and_accuracy
from reportgen.report.sections.insight import weights_block
from reportgen.report.sections.search import claim_search, describe_search, effort
from reportgen.report.sections.section import Claim, Section, claim_row
from reportgen.report.sections.stage_settings import band, stage_settings
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase
from reportgen.report.words.labels import figure_labels

PARTS = ("schedule", "dropout", "augmentation", "averaging")
"""What a training may have besides, each with its code, its text and its proof."""


def tuned_section(records: RunRecords, t: Catalogue) -> Section:
    """Return the section on the tuned training; it is left out where a run has none.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
    """
    results = of_stage(records.results, TUNED)
    note = records.manifest.experiment.settings.found.tuned
    return Section(
        "tuned",
        lambda: {
            "tuned": describe_tuned(records, results, t) if len(results) else None,
            "tuned_parts": PARTS,
            "tuned_search": describe_search(records, TUNED, t),
            "found": found_elsewhere(note, t) if note else None,
        },
        (
            *claim_search(records, TUNED),
            *(claim_space(note, t) if note else ()),
            *claim_checks(records, *(part for part in PARTS if part in records.excerpts)),
        ),
        curves=lambda: {
            **curves_of_search(records, TUNED, t),
            "tuned": loss_and_accuracy(of_stage(records.epochs, TUNED), t),
        },
        shown=len(results) > 0,
    )


def found_elsewhere(note: FoundBy, t: Catalogue) -> dict[str, Any]:
    """Return what `reportgen tune` noted down of the search that the settings came from.

    Args:
        note: As the experiment's file has it.
        t: The words, in the report's languages.
    """
    return {
        "how": {"experiment": note.experiment, **effort(note, note.epochs, t)},
        "space": list(space_rows(note, t)),
        "as_noted": Markup("<code>{}</code>").format(note.space),
        "at_edge": bool(note.at_edge),
    }


def space_rows(note: FoundBy, t: Catalogue) -> Iterator[dict[str, Any]]:
    """Yield a row for each setting that was searched; none for a note of another form.

    Args:
        note: As the experiment's file has it.
        t: The words, in the report's languages.
    """
    at_edge = {edge.rpartition(": ")[2] for edge in note.at_edge}
    for name, space in (read_space(note.space) or {}).items():
        yield {
            "name": f"{name} *" if name in at_edge else name,
            "ends": [", ".join(map(_choice, space.choices))] if space.choices else _ends(space),
            "scale": t("tuned.choices" if space.choices else f"tuned.{space.scale}"),
        }


def _ends(space: Space) -> list[str]:
    return [numbers.plain(end) for end in (space.low, space.high) if end is not None]


def _choice(value: Any) -> str:
    """A value as it is told of elsewhere: hidden layers as 256-64."""
    if isinstance(value, list):
        return "-".join(map(str, value))
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return numbers.plain(value) if is_number else json.dumps(value, ensure_ascii=False)


def claim_space(note: FoundBy, t: Catalogue) -> Iterator[Claim]:
    """Yield the claims of the table of what was searched.

    Args:
        note: As the experiment's file has it.
        t: The words, in the report's languages.
    """
    for row in space_rows(note, t):
        yield claim_row("search space", row["name"], *row["ends"], row["scale"])


def shown_seed(results: pd.DataFrame) -> int:
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


def describe_tuned(records: RunRecords, results: pd.DataFrame, t: Catalogue) -> dict[str, Any]:
    """Return the settings, shapes and the curves of the tuned setup.

    Args:
        records: Of the run.
        results: The rows of results.csv of the tuned training.
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
    alt = t("alt.tuned", **tuned_ends(epochs))
    return {
        "settings": [
            (t("column.optimizer"), optimizer),
            *stage_settings(trial.setup, seeds, t),
            (t("column.parameters"), numbers.whole(row["parameters"])),
            (t("column.shapes"), ", ".join(f"{name} {list(shape)}" for name, shape in shapes.items())),
        ],
        "best": best_epochs(ended["best_epoch"], by, t) if len(ended) else None,
        "band": band(seeds, t, lost=bool(with_diverged(results))),
        "curves": drawn(
            learning_curves.loss_and_accuracy,
            epochs,
            figure_labels(t),
            prefix="tuned",
        ),
        "alt": alt,
        "weights": weights_block(records, shown_seed(results), t) if len(ended) else None,
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
