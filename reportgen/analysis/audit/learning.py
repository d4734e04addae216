"""Whether every optimizer learned anything: one that did not says nothing of how it compares."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from reportgen.analysis.audit.facts import AuditedData, AuditedTrial, Fact, Value, labels_of

NOISE = 3
"""Standard errors above the share of the largest class, below which nothing was learned."""


def learned(trials: Sequence[AuditedTrial], data: AuditedData, *, unseen: bool) -> Iterator[Fact]:
    """Yield whether the mean test accuracy of every setup is above what naming the largest class gives.

    Args:
        trials: Those that are audited, each with its test accuracy.
        data: With the test images of each class.
        unseen: Whether the settings come from a search of which there is no record: then what did not learn
            is told, and laid at the door of that search.
    """
    means = _means(trials)
    test = data.by_class.get("test")
    if not test or not means:
        return
    chance, least = levels(test)
    values: dict[str, Value] = {"chance": f"{chance:.1%}"}
    if short := _short(means, least):
        values |= {"names": short, "least": f"{least:.1%}"}
        key = "not_learned_unseen" if unseen else "not_learned"
        yield Fact(key, None if unseen else False, values)
        return
    lowest = min((mean, label) for label, mean in means.items() if mean is not None)
    yield Fact("all_learned", True, values | {"lowest": f"{lowest[1]} {lowest[0]:.1%}"})


def learned_before(trials: Sequence[AuditedTrial], data: AuditedData) -> Iterator[Fact]:
    """Yield who had learned nothing with the shared settings, where each was tuned afterwards.

    That is told and not counted: it is what the settings of their own have mended.

    Args:
        trials: Those with the shared settings.
        data: With the test images of each class.
    """
    test = data.by_class.get("test")
    if test and (short := _short(_means(trials), levels(test)[1])):
        yield Fact("not_learned_before", None, {"names": short})


def levels(images: Sequence[float]) -> tuple[float, float]:
    """Return what naming the largest class gives, and what that and its chance variation do not exceed.

    Args:
        images: Of each class.
    """
    chance = max(images) / sum(images)
    return chance, chance + NOISE * math.sqrt(chance * (1 - chance) / sum(images))


def _means(trials: Sequence[AuditedTrial]) -> dict[str, float | None]:
    """The mean test accuracy of every setup that is tested; None where it has none."""
    tested = [trial for trial in trials if trial.setup.reads_test]
    means: dict[str, float | None] = {}
    for label in labels_of(tested):
        scores = [trial.test_accuracy for trial in tested if trial.label == label and trial.finished]
        known = [score for score in scores if score is not None]
        means[label] = sum(known) / len(known) if known else None
    return means


def _short(means: Mapping[str, float | None], least: float) -> str:
    """Who has learned nothing, as it is written."""
    short = {label: mean for label, mean in means.items() if mean is None or mean <= least}
    written = {label: "–" if mean is None else f"{mean:.1%}" for label, mean in short.items()}
    return "; ".join(f"{label} {mean}" for label, mean in written.items())
