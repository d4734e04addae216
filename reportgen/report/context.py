"""What the templates are filled with: a run's records turned into words, tables and figures."""

from __future__ import annotations

import base64
import datetime as dt
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup, escape

from reportgen.analysis.ranking import Ranking, rank
from reportgen.report import figures, formulas, numbers
from reportgen.report.catalogue import Catalogue, Phrase
from reportgen.report.listings import listing
from reportgen.report.svg import from_figure
from reportgen.runs.store import RunRecords

LOG_EPOCHS = 3
METRICS = ("training_accuracy", "validation_accuracy", "training_loss", "validation_loss")
CLASSES_IN_TABLES = 30  # with more classes, only totals and extremes are listed


def build(records: RunRecords, t: Catalogue) -> dict[str, Any]:
    """Everything that the templates name, for one run in the catalogue's languages."""
    manifest, experiment = records.manifest, records.manifest["experiment"]["settings"]
    comparison = stage(records.results, "comparison")
    tuned = stage(records.results, "tuned")
    ranking = rank(comparison) if len(comparison) else None
    setups = list(dict.fromkeys(comparison["setup"]))
    with figures.style():
        context = {
            **heading_facts(records, t),
            "notices": [t(f"notice.{name}") for name, on in experiment["defects"].items() if on],
            "findings": findings(comparison, tuned, ranking, t),
            "setups": [{"name": name, "color": figures.color(n)} for n, name in enumerate(setups)],
            "data": data_section(records, t),
            "samples": samples(records),
            "checks": {check["key"]: check for check in manifest["checks"]},
            "listings": {
                name: {"file": excerpt.file, "code": listing(excerpt.text, first_line=excerpt.line)}
                for name, excerpt in records.excerpts.items()
            },
            "formulas": {name: formulas.formula(name) for name in formulas.FORMULAS},
            "optimizers": [
                describe_optimizer(name, t) for name in dict.fromkeys(records.results["optimizer"])
            ],
            "initialization": initialization(experiment, t),
            "comparison": comparison_section(records, comparison, ranking, t) if len(comparison) else None,
            "tuned": tuned_section(records, tuned, t) if len(tuned) else None,
            "test": test_section(records, comparison, tuned, t),
            "appendix": appendix(records, t),
        }
    return context


def stage(results: pd.DataFrame, name: str) -> pd.DataFrame:
    """The rows of a stage."""
    return results[results["stage"] == name]


def finished(results: pd.DataFrame) -> pd.DataFrame:
    """The rows of the trials that did not diverge."""
    return results[results["status"] == "finished"]


# ---------------------------------------------------------------- title page


def heading_facts(records: RunRecords, t: Catalogue) -> dict[str, Any]:
    """Title, author, and the facts that identify the run."""
    manifest, experiment = records.manifest, records.manifest["experiment"]["settings"]
    moment = dt.datetime.fromisoformat(manifest["times"]["finished"])
    return {
        "title": t.given(experiment["title"]),
        "author": experiment["author"] and t.given(experiment["author"]),
        "course": experiment["course"] and t.given(experiment["course"]),
        "run": manifest["run"],
        "versions": manifest["versions"],
        "facts": [
            (t("ui.data"), source_name(manifest, t)),
            (t("ui.trials"), str(len(records.results))),
            (t("ui.generated"), numbers.date(moment, t.languages)),
            (t("ui.run"), Markup("<code>{}</code>").format(manifest["run"])),
        ],
    }


def source_name(manifest: dict[str, Any], t: Catalogue) -> Phrase:
    """What the data set is called in a sentence."""
    source, path = manifest["data"]["source"], manifest["experiment"]["settings"]["data"]["path"]
    name = Markup("<code>{}</code>").format(
        path.replace("\\", "/").rstrip("/").rpartition("/")[2] if path else ""
    )
    return t(f"source.{source}", **({"file": name} if path else {}))


def findings(
    comparison: pd.DataFrame, tuned: pd.DataFrame, ranking: Ranking | None, t: Catalogue
) -> list[Phrase]:
    """The sentences of the box on the first page."""
    found = ranking_sentences(comparison, ranking, t) if ranking else []
    if len(tuned):
        found += test_sentences(comparison, tuned, t) or [t("tuned.all_diverged")]
    return found


# ---------------------------------------------------------------- data


def data_section(records: RunRecords, t: Catalogue) -> dict[str, Any]:
    """Shapes, and how many images of each class are in each part."""
    data = records.manifest["data"]
    counts = data["images_by_class"]
    parts = ("train", "validation", "test")
    height, width, channels = data["image_shape"]
    section = {
        "source": source_name(records.manifest, t),
        "classes": data["classes"],
        "shape": f"{height} × {width} × {channels}" if channels > 1 else f"{height} × {width}",
        "size": numbers.whole(height * width * channels),
        "split_rows": [
            {"name": name, "counts": [numbers.whole(counts[part][label]) for part in parts]}
            for label, name in enumerate(data["classes"])
            if len(data["classes"]) <= CLASSES_IN_TABLES
        ],
        "totals": [numbers.whole(sum(counts[part])) for part in parts],
        "subset": None,
    }
    settings = records.manifest["experiment"]["settings"]["comparison"]
    if settings and settings["subset"]:
        size = settings["subset"]
        train = size * 4 // 5
        section["subset"] = {
            "subset": numbers.whole(size),
            "train": numbers.whole(train),
            "validation": numbers.whole(size - train),
        }
    return section


def samples(records: RunRecords) -> Markup:
    """A row of images for each class."""
    rows = []
    for label, name in enumerate(records.manifest["data"]["classes"][:CLASSES_IN_TABLES]):
        images = records.sample_images[records.sample_labels == label]
        if len(images):
            png = base64.b64encode(figures.image_strip(images)).decode("ascii")
            rows.append(
                Markup(
                    '<div class="strip"><span>{0}</span><img alt="{0}" src="data:image/png;base64,{1}"></div>'
                ).format(name, png)
            )
    return Markup('<div class="strips">{}</div>').format(Markup("").join(rows))


# ---------------------------------------------------------------- optimizers and network


def describe_optimizer(name: str, t: Catalogue) -> dict[str, Any]:
    """An optimizer's text and formulas; one that the catalogue does not know has only its code."""
    known = t.has(f"optimizers.{name}")
    return {
        "name": name,
        "text": t(f"optimizers.{name}" if known else "optimizers.other"),
        "formulas": formulas.OF_OPTIMIZER.get(name, ()),
    }


def initialization(experiment: dict[str, Any], t: Catalogue) -> Phrase:
    """How the weights start, in the middle of a sentence."""
    settings = experiment["comparison"] or experiment["tuned"]
    return initial_weights(settings["initial_std"], t)


def initial_weights(std: float | None, t: Catalogue) -> Phrase:
    """He initialization, or a fixed standard deviation."""
    return t("network.he") if std is None else t("network.normal", std=numbers.plain(std))


# ---------------------------------------------------------------- comparison


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
    several = len(means) > 1
    rows = []
    for number, (setup, trials) in enumerate(results.groupby("setup", sort=False)):
        cells = []
        for column in columns:
            best = means[column].min() if column.endswith("loss") else means[column].max()
            marked = several and column != "best_epoch" and means.loc[setup, column] == best
            cells.append(
                {"text": numbers.with_spread(trials[column], writers.get(column, "percent")), "best": marked}
            )
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


def stage_settings(settings: dict[str, Any], t: Catalogue, images: int | None) -> list[tuple[Phrase, object]]:
    """The settings of a stage, name by name."""
    return [
        (t("column.hidden"), ", ".join(map(str, settings["hidden"])) or t("ui.none")),
        (t("column.batch_size"), str(settings["batch_size"])),
        (t("column.epochs"), str(settings["epochs"])),
        (t("column.l2"), numbers.plain(settings["l2"])),
        (t("column.seeds"), ", ".join(map(str, settings["seeds"]))),
        (t("column.subset"), numbers.whole(images) if images else t("ui.all_images")),
        (t("column.initial_std"), initial_weights(settings["initial_std"], t)),
        (t("column.dtype"), settings["dtype"]),
    ]


def band(seeds: Sequence[int], t: Catalogue) -> Phrase:
    """What the bands in a figure are."""
    return t("comparison.band", n=len(seeds)) if len(seeds) > 1 else t("comparison.no_band")


def words(t: Catalogue) -> dict[str, str]:
    """The labels of the figures."""
    names = ("epoch", "loss", "accuracy", "training", "validation", "predicted", "true")
    return {name: t(f"figure.{name}").plain() for name in names}


def curves(epochs: pd.DataFrame, metric: str, t: Catalogue) -> Markup:
    """A figure of the comparison's curves."""
    figure = figures.curves(epochs, metric, words(t))
    description = t(f"comparison.{metric}_caption", band="").plain()
    return from_figure(figure, prefix=f"comparison-{metric}", description=description)


# ---------------------------------------------------------------- tuned setup and test


def tuned_section(records: RunRecords, results: pd.DataFrame, t: Catalogue) -> dict[str, Any]:
    """Settings, shapes, the last epochs and the curves of the tuned setup."""
    settings = records.manifest["experiment"]["settings"]["tuned"]
    epochs = records.epochs[records.epochs["stage"] == "tuned"]
    row = results.iloc[0]
    optimizer = f"{row['optimizer']} (learning_rate={numbers.plain(row['learning_rate'])}"
    optimizer += f" {row['hyperparameters']})" if row["hyperparameters"] else ")"
    place = list(records.results.index).index(results.index[0])
    shapes = records.manifest["parameter_shapes"][place]
    ended = finished(results)
    log_seed = int((ended if len(ended) else results)["seed"].iloc[0])
    log = last_epochs(epochs[epochs["seed"] == log_seed])
    figure = figures.loss_and_accuracy(epochs, words(t))
    return {
        "settings": [
            (t("column.optimizer"), optimizer),
            *stage_settings(settings, t, images=None),
            (t("column.parameters"), numbers.whole(row["parameters"])),
        ],
        "shapes": [f"{name} {list(shape)}" for name, shape in shapes.items()],
        "log": log,
        "log_epochs": len(log) // 3,
        "log_seed": log_seed,
        "finished": len(ended) > 0,
        "best_epochs": ", ".join(f"{epoch:.0f}" for epoch in ended["best_epoch"]),
        "band": band(settings["seeds"], t),
        "curves": from_figure(figure, prefix="tuned", description=t("tuned.curves_caption", band="").plain()),
    }


def last_epochs(epochs: pd.DataFrame) -> list[str]:
    """The log of a trial's last epochs, three lines each, as the homework prints it."""
    best_so_far = epochs["validation_loss"].cummin().shift(fill_value=math.inf)
    lines = []
    for row, best in list(zip(epochs.itertuples(), best_so_far, strict=True))[-LOG_EPOCHS:]:
        saved = " [MODEL SAVED]" if row.validation_loss < best else ""
        lines += [
            f"Epoch {row.epoch}:{saved}",
            f"  Training accuracy: {numbers.percent(row.training_accuracy)}, loss: {numbers.loss(row.training_loss)}",
            f"  Validation accuracy: {numbers.percent(row.validation_accuracy)},"
            f" loss: {numbers.loss(row.validation_loss)}",
        ]
    return lines


def test_section(
    records: RunRecords, comparison: pd.DataFrame, tuned: pd.DataFrame, t: Catalogue
) -> dict[str, Any] | None:
    """The test result of the tuned setup (or of the best one compared, where nothing was tuned)."""
    results = finished(tuned if len(tuned) else comparison)
    if results.empty:
        return None
    if not len(tuned):
        best = results.groupby("setup")["validation_accuracy"].mean().idxmax()
        results = results[results["setup"] == best]
    classes = records.manifest["data"]["classes"]
    matrix = confusion_matrix(records.confusion, results, classes)
    figure = figures.confusion(matrix, classes, words(t))
    per_class = class_rows(matrix, classes)
    return {
        "sentences": test_sentences(comparison, results, t),
        "lines": [
            f"Seed {row.seed}: got {row.test_correct:.0f} correct predictions in {row.test_images:.0f} test images,"
            f" accuracy: {numbers.percent(row.test_accuracy)}"
            for row in results.itertuples()
        ],
        "per_class": per_class[:CLASSES_IN_TABLES],
        "extremes": extremes(matrix, classes),
        "confused": most_confused(matrix, classes),
        "confusion": from_figure(figure, prefix="confusion", description=t("test.confusion_caption").plain()),
    }


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
    compared = finished(comparison).groupby("setup")["test_accuracy"].mean()
    if len(compared) and (results["stage"] == "tuned").all():
        points = numbers.points(accuracy.mean() - compared.max())
        best = str(compared.idxmax())
        sentences.append(t("test.gain", name=best, compared=numbers.percent(compared.max()), points=points))
    return sentences


def confusion_matrix(confusion: pd.DataFrame, results: pd.DataFrame, classes: Sequence[str]) -> Any:
    """The confusion matrix (K, K) added up over the trials in results."""
    chosen = confusion[
        (confusion["stage"] == results["stage"].iloc[0]) & (confusion["setup"] == results["setup"].iloc[0])
    ]
    table = chosen.pivot_table(index="true", columns="predicted", values="images", aggfunc="sum")
    return table.loc[list(classes), list(classes)].to_numpy(dtype=np.int64)


def class_rows(matrix: Any, classes: Sequence[str]) -> list[dict[str, str]]:
    """Each class's number of test images, right answers and accuracy."""
    return [
        {
            "name": name,
            "images": numbers.whole(total),
            "correct": numbers.whole(right),
            "accuracy": numbers.percent(right / total if total else math.nan),
        }
        for name, right, total in zip(classes, matrix.diagonal(), matrix.sum(axis=1), strict=True)
    ]


def extremes(matrix: Any, classes: Sequence[str]) -> dict[str, str]:
    """The class that is told best and the one that is told worst, of those with test images."""
    totals = matrix.sum(axis=1)
    there = np.flatnonzero(totals)
    shares = matrix.diagonal()[there] / totals[there]
    best, worst = there[shares.argmax()], there[shares.argmin()]
    return {
        "best": classes[best],
        "best_accuracy": numbers.percent(shares.max()),
        "worst": classes[worst],
        "worst_accuracy": numbers.percent(shares.min()),
    }


def most_confused(matrix: Any, classes: Sequence[str]) -> dict[str, str] | None:
    """The most frequent mistake, or None where there is none."""
    wrong = matrix.copy()
    np.fill_diagonal(wrong, 0)
    if not wrong.any():
        return None
    true, predicted = np.unravel_index(wrong.argmax(), wrong.shape)
    return {"true": classes[true], "predicted": classes[predicted], "images": numbers.whole(wrong.max())}


# ---------------------------------------------------------------- appendix


def appendix(records: RunRecords, t: Catalogue) -> dict[str, Any]:
    """How to run it again, what it ran on, and every trial."""
    manifest = records.manifest
    data, device, times = manifest["data"], manifest["device"], manifest["times"]
    origin, digest = escape(data["origin"]), Markup("<code>{}</code>").format(data["digest"])
    return {
        "command": manifest["experiment"]["file"],
        "file": manifest["experiment"]["file"],
        "overridden": ", ".join(manifest["experiment"]["overridden"]),
        "experiment": listing(records.experiment_text, language="toml"),
        "environment": [
            (t("appendix.origin"), origin),
            (t("appendix.digest"), digest),
            (t("appendix.processor"), device["processor"]),
            (t("appendix.system"), device["system"]),
            (t("appendix.workers"), str(device["workers"])),
            (t("appendix.started"), times["started"].replace("T", " ").removesuffix("+00:00")),
            (t("appendix.duration"), f"{numbers.seconds(times['seconds'])} s"),
            *versions(manifest["versions"], t),
        ],
        "trials": list(trial_rows(records.results)),
    }


def versions(found: dict[str, str], t: Catalogue) -> list[tuple[Phrase, str]]:
    """The versions of the packages, under their own names."""
    return [(t.given(dict.fromkeys(t.languages, name)), version) for name, version in found.items()]


def trial_rows(results: pd.DataFrame) -> Iterable[dict[str, Any]]:
    """A row for each trial; the first of each setup starts a group."""
    before = None
    for row in results.itertuples():
        yield {
            "first": (row.stage, row.setup) != before,
            "setup": f"{row.setup} ({row.stage})",
            "seed": row.seed,
            "diverged": row.status == "diverged",
            "cells": [
                numbers.whole(row.best_epoch),
                numbers.loss(row.training_loss),
                numbers.percent(row.training_accuracy),
                numbers.loss(row.validation_loss),
                numbers.percent(row.validation_accuracy),
                numbers.percent(row.test_accuracy),
            ],
            "seconds": numbers.seconds(row.seconds),
        }
        before = (row.stage, row.setup)
