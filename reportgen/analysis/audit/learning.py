"""Whether every optimizer learned anything: one that did not says nothing of how it compares."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from reportgen.analysis.audit.facts import AuditedData, AuditedTrial, Fact, labels_of

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
    test = data.by_class.get("test")
    tested = [trial for trial in trials if trial.setup.reads_test]
    if not test or not tested:
        return
    chance = max(test) / sum(test)
    least = chance + NOISE * math.sqrt(chance * (1 - chance) / sum(test))
    means: dict[str, float | None] = {}
    for label in labels_of(tested):
        scores = [trial.test_accuracy for trial in tested if trial.label == label and trial.finished]
        known = [score for score in scores if score is not None]
        means[label] = sum(known) / len(known) if known else None
    short = {label: mean for label, mean in means.items() if mean is None or mean <= least}
    if short:
        written = {label: "–" if mean is None else f"{mean:.1%}" for label, mean in short.items()}
        names = ", ".join(f"{label} {mean}" for label, mean in written.items())
        values = {"names": names, "chance": f"{chance:.1%}", "least": f"{least:.1%}"}
        key = "not_learned_unseen" if unseen else "not_learned"
        yield Fact(key, None if unseen else False, values)
        return
    lowest = min((mean, label) for label, mean in means.items() if mean is not None)
    yield Fact("all_learned", True, {"lowest": f"{lowest[1]} {lowest[0]:.1%}", "chance": f"{chance:.1%}"})
