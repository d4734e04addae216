"""Whether validation is large enough that what it chooses is more than noise."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import pandas as pd

from reportgen.analysis.audit.facts import AuditedData, AuditedTrial, Fact, Value
from reportgen.analysis.search import mean_by_number, repeats_of

LARGEST_NOISE = 0.10
"""Settings whose true accuracies are so far apart have to be told apart: two standard errors of a difference
must not be more."""


def validation_size(
    trials: Sequence[AuditedTrial], data: AuditedData, search: pd.DataFrame
) -> Iterator[Fact]:
    """Yield, for each size of validation, what difference between two settings may be due to its images.

    Args:
        trials: Those that are audited.
        data: How many images each part has.
        search: The search that the settings came from, a row for each trial; no rows where there is none.
    """
    best: dict[int, float] = {}
    for trial in trials:
        if trial.validation_accuracy is not None:
            images = validation_images(trial, data)
            best[images] = max(best.get(images, 0.0), trial.validation_accuracy)
    if len(search) and best:
        means = [mean_by_number(rows).max() for _, rows in search.groupby(["setup", repeats_of(search)])]
        searched = validation_images(trials[0], data)
        best[searched] = max([best[searched], *(float(mean) for mean in means if not math.isnan(mean))])
    for images, accuracy in sorted(best.items()):
        noise = noise_of_difference(accuracy, images)
        enough = noise <= LARGEST_NOISE
        key = "validation_large" if enough else "validation_small"
        values: dict[str, Value] = {
            "images": images,
            "noise": f"{100 * noise:.1f}",
            "most": f"{100 * LARGEST_NOISE:.0f}",
        }
        yield Fact(key, enough, values)


def validation_images(trial: AuditedTrial, data: AuditedData) -> int:
    """Return how many images a trial was validated with, by what it was to have.

    Args:
        trial: One of the run's.
        data: How many images each part has.
    """
    subset = trial.setup.subset
    return data.validation if subset is None else subset - subset * 4 // 5


def noise_of_difference(accuracy: float, images: int) -> float:
    """Return two standard errors of the difference of two accuracies, each on this many images of its own.

    The share is drawn towards a half as Agresti and Coull (1998) do, since all right of ten is no proof of no
    error.

    Args:
        accuracy: Of the better setting, between 0 and 1.
        images: How many there are.
    """
    share = (accuracy * images + 2) / (images + 4)
    return 2 * math.sqrt(2 * share * (1 - share) / (images + 4))
