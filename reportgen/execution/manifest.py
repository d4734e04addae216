"""What a manifest says of an experiment, its data and its checks, and the images that a report shows."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.checks import Check
from reportgen.data import Dataset, Splits, duplicates, subset
from reportgen.experiment.model import Comparison
from reportgen.experiment.reading import Source

SAMPLES_PER_CLASS = 6


def identify(started: dt.datetime) -> str:
    """A run's name: when it started (UTC), to the microsecond, so that names sort as the runs came."""
    return f"{started:%Y%m%d-%H%M%S-%f}"


def samples(splits: Splits, classes: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The first training images of every class, class by class, with their labels."""
    places = np.concatenate(
        [np.flatnonzero(splits.train.labels == label)[:SAMPLES_PER_CLASS] for label in range(classes)]
    )
    return np.array(splits.train.images[places]), np.array(splits.train.labels[places])


def describe_experiment(source: Source) -> dict[str, Any]:
    """The experiment for the manifest, every default written out."""
    settings = json.loads(source.experiment.model_dump_json(by_alias=True))
    if settings["data"]["path"] is not None:  # a report is passed on; the writer's folders are not
        settings["data"]["path"] = Path(settings["data"]["path"]).name
    return {
        "name": source.name,
        "file": source.file.name,
        "options": list(source.options),
        "settings": settings,
    }


def describe_data(dataset: Dataset, splits: Splits, comparison: Comparison | None) -> dict[str, Any]:
    """The data for the manifest: where from, its digest, how many images of each class in each part.

    duplicates: how many images stand in two parts; those of the comparison's small data set by themselves.
    """
    found = duplicates(splits)
    if comparison is not None and comparison.subset is not None:
        of_subset = duplicates(subset(splits, comparison.subset))
        found["subset train-validation"] = of_subset["train-validation"]
    return {
        "source": dataset.source,
        "origin": dataset.origin,
        "digest": dataset.digest,
        "classes": list(dataset.classes),
        "image_shape": list(dataset.train_images.shape[1:]),
        "images_by_class": {
            name: np.bincount(part.labels, minlength=len(dataset.classes)).tolist()
            for name, part in vars(splits).items()
        },
        "duplicates": found,
    }


def describe_check(check: Check) -> dict[str, Any]:
    """A check for the manifest, as it is printed."""
    return {
        "key": check.key,
        "line": check.line,
        "passed": check.passed,
        "evidence": check.evidence,
        "printed": list(check.printed),
    }
