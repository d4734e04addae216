"""Whether what decides was kept apart from what is decided: images, best epochs, seeds of a search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from reportgen.analysis.audit.facts import AuditedData, AuditedTrial, Fact, Value, list_in_line
from reportgen.experiment.model import Experiment

TEST_PARTS = {
    "cifar10": "test_official",
    "fashion-mnist": "test_official",
    "digits": "test_set_apart",
    "npz": "test_of_file",
    "folder": "test_of_folder",
    "table": "test_of_column",
}
"""By source of the data, the fact that says what its test images are."""

MOST_NEAR = 0.05
"""A part may have this share of near copies of an earlier one: CIFAR-10's own test set has about 3 %."""

VALIDATION = ("validation_loss", "validation_accuracy")


def overlaps(data: AuditedData, settings: Experiment) -> Iterator[Fact]:
    """Yield whether an image stands in two parts of the data, and what the test part is.

    Args:
        data: The parts of the data, and how many images stand in two of them.
        settings: The experiment that was run.
    """
    duplicates = data.duplicates
    if duplicates is None:
        yield Fact("duplicates_unknown", None)
    else:
        within = duplicates.get("subset train-validation", 0)
        between = {
            key.replace("-", "_"): duplicates[key]
            for key in ("train-validation", "train-test", "validation-test")
        }
        if any(between.values()):
            yield Fact("parts_overlap", False, between)
        if within:
            yield Fact("subset_overlaps", False, {"images": within})
        if not within and not any(between.values()):
            images = data.train + data.validation + data.test
            yield Fact("parts_disjoint", True, {"images": images})
    yield from near_ones(data)
    yield describe_test_part(data, settings)


def near_ones(data: AuditedData) -> Iterator[Fact]:
    """Yield how many images are nearly the same as one in an earlier part, those that are the same left out.

    Args:
        data: With the near copies and the exact ones.
    """
    if not data.near_copies:
        return
    whole = {
        "train-validation": data.validation,
        "train-test": data.test,
        "validation-test": data.test,
        "subset train-validation": sum(data.by_class.get("subset validation", ())),
    }
    near = {
        parts: max(count - (data.duplicates or {}).get(parts, 0), 0)
        for parts, count in data.near_copies.items()
    }
    values: dict[str, Value] = {
        parts.replace("-", "_").replace(" ", "_"): near.get(parts, 0) for parts in whole
    }
    many = any(count > MOST_NEAR * whole[parts] for parts, count in near.items())
    if many:
        yield Fact("near_copies", False, values)
    elif any(near.values()):
        yield Fact("near_copies_few", None, values)
    else:
        yield Fact("near_copies_none", True)


def describe_test_part(data: AuditedData, settings: Experiment) -> Fact:
    """Return what the test images are: not every source has a test set of its own.

    Args:
        data: The source of the data, and how many test images there are.
        settings: The experiment that was run; its defects may take the test images from the training file.
    """
    images = {"images": data.test}
    if settings.defects.test_images_from_training_file:
        return Fact("test_from_training", False, images)
    if data.test_drawn:
        return Fact("test_drawn", True, images)
    return Fact(TEST_PARTS[data.source], True, images)


def best_epoch_choices(trials: Sequence[AuditedTrial]) -> Iterator[Fact]:
    """Yield a fact for every way in which best epochs were chosen."""
    # a trial that diverged has no best epoch
    choices = [(trial.evidence.chosen_by, trial.setup.best_epoch_by) for trial in trials if trial.finished]
    for by, stated in dict.fromkeys(choices):
        trials_so = choices.count((by, stated))
        if by == stated and by in VALIDATION:
            yield Fact(f"chosen_by_{by}", True, {"trials": trials_so})
        elif by == "objective":
            yield Fact("chosen_by_objective", False, {"trials": trials_so})
        else:
            yield Fact("chosen_otherwise", False, {"trials": trials_so, "by": by, "stated": stated})


def test_set_readings(trials: Sequence[AuditedTrial]) -> Iterator[Fact]:
    """Yield whether each finished trial read the test set once, and each diverged one never."""
    expected = [1 if trial.finished and trial.setup.reads_test else 0 for trial in trials]
    readings = [trial.evidence.test_readings for trial in trials]
    wrong = [count for count, right in zip(readings, expected, strict=True) if count != right]
    if wrong:
        worst = max(wrong, key=lambda count: abs(count - 1))
        yield Fact("test_read_otherwise", False, {"trials": len(wrong), "readings": f"{worst:g}"})
    else:
        yield Fact("test_read_once", True, {"trials": sum(trial.finished for trial in trials)})


def search_seeds(
    trials: Sequence[AuditedTrial], settings: Experiment, search: pd.DataFrame
) -> Iterator[Fact]:
    """Yield whether settings were searched with other seeds than those of the final trials.

    Args:
        trials: The final trials.
        settings: The experiment that was run, with what it notes of a search made elsewhere.
        search: The run's own search, a row for each trial; the column seed.
    """
    notes = [note for note in (settings.found.comparison, settings.found.tuned) if note is not None]
    searched = {int(seed) for seed in search["seed"]} | {seed for note in notes for seed in note.seeds}
    final = {trial.seed for trial in trials}
    if not searched:
        return
    if shared := sorted(searched & final):
        yield Fact("search_seeds_shared", False, {"seeds": list_in_line(shared)})
    else:
        yield Fact("search_seeds_apart", True, {"searched": len(searched), "final": len(final)})
