"""Whether what decides was kept apart from what is decided: images, best epochs, seeds of a search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from reportgen.analysis.audit.facts import AuditedTrial, Fact, comma_separated

TEST_PARTS = {
    "cifar10": "test_official",
    "fashion-mnist": "test_official",
    "digits": "test_set_apart",
    "npz": "test_of_file",
    "folder": "test_of_folder",
}
"""By source of the data, the fact that says what its test images are."""

VALIDATION = ("validation_loss", "validation_accuracy")


def overlaps(data: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[Fact]:
    """Whether an image stands in two parts of the data, and what the test part is."""
    found = data.get("duplicates")
    if found is None:
        yield Fact("duplicates_unknown", None)
    else:
        within = found.get("subset train-validation", 0)
        between = {
            key.replace("-", "_"): found[key] for key in ("train-validation", "train-test", "validation-test")
        }
        if any(between.values()):
            yield Fact("parts_overlap", False, between)
        if within:
            yield Fact("subset_overlaps", False, {"images": within})
        if not within and not any(between.values()):
            images = sum(sum(counts) for counts in data["images_by_class"].values())
            yield Fact("parts_disjoint", True, {"images": images})
    yield describe_test_part(data, settings)


def describe_test_part(data: Mapping[str, Any], settings: Mapping[str, Any]) -> Fact:
    """What the test images are: not every source has a test set of its own.

    data, settings: as manifest.json has them.
    """
    images = {"images": sum(data["images_by_class"]["test"])}
    if settings["defects"]["test_images_from_training_file"]:
        return Fact("test_from_training", False, images)
    return Fact(TEST_PARTS[data["source"]], True, images)


def best_epoch_choices(trials: Sequence[AuditedTrial]) -> Iterator[Fact]:
    """A fact for every way in which best epochs were chosen."""
    choices = [(trial.evidence["chosen_by"], trial.setup["best_epoch_by"]) for trial in trials]
    for by, stated in dict.fromkeys(choices):
        trials_so = choices.count((by, stated))
        if by == stated and by in VALIDATION:
            yield Fact(f"chosen_by_{by}", True, {"trials": trials_so})
        elif by == "objective":
            yield Fact("chosen_by_objective", False, {"trials": trials_so})
        else:
            yield Fact("chosen_otherwise", False, {"trials": trials_so, "by": by, "stated": stated})


def test_set_readings(trials: Sequence[AuditedTrial]) -> Iterator[Fact]:
    """A finished trial reads the test set once, a diverged one never."""
    expected = [1 if trial.finished and trial.setup["reads_test"] else 0 for trial in trials]
    readings = [trial.evidence["test_readings"] for trial in trials]
    wrong = [found for found, right in zip(readings, expected, strict=True) if found != right]
    if wrong:
        worst = max(wrong, key=lambda found: abs(found - 1))
        yield Fact("test_read_otherwise", False, {"trials": len(wrong), "readings": f"{worst:g}"})
    else:
        yield Fact("test_read_once", True, {"trials": sum(trial.finished for trial in trials)})


def search_seeds(
    trials: Sequence[AuditedTrial], settings: Mapping[str, Any], search: pd.DataFrame
) -> Iterator[Fact]:
    """Whether settings were searched with other seeds than those of the final trials."""
    found = [of_stage for of_stage in settings["found"].values() if of_stage is not None]
    searched = {int(seed) for seed in search["seed"]} | {seed for one in found for seed in one["seeds"]}
    final = {trial.seed for trial in trials}
    if not searched:
        return
    if shared := sorted(searched & final):
        yield Fact("search_seeds_shared", False, {"seeds": comma_separated(shared)})
    else:
        yield Fact("search_seeds_apart", True, {"searched": len(searched), "final": len(final)})
