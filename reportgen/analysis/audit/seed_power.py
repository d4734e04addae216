"""Whether there are seeds enough: for a verdict at all, and to see a difference as large as the margin."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from reportgen.analysis.audit.facts import AuditedTrial, Fact, Value, labels_of
from reportgen.analysis.audit.same_optimizer import families
from reportgen.analysis.power import MOST_SEEDS, detectable_ratio, seeds_needed
from reportgen.analysis.sign_flip import fewest_seeds, p_value

ALPHA = 0.05

NEVER = f"> {MOST_SEEDS}"
"""Where more seeds than can be computed would be needed."""


def enough_seeds(
    trials: Sequence[AuditedTrial], margin: float, searches: Mapping[int, int]
) -> Iterator[Fact]:
    """Yield whether the seeds that all finished could tell every pair apart, and by how small a difference.

    Args:
        trials: Those that are audited, each with its test accuracy.
        margin: The difference of accuracy below which none matters, as the experiment declares it.
        searches: Of each seed, the search that found its settings. Where several seeds share one, their mean
            counts as one value.
    """
    labels = labels_of(trials)
    pairs = math.comb(len(labels), 2)
    scores = _scores(trials, searches)
    seeds = len(set.intersection(*(set(scores[label]) for label in labels))) if labels else 0
    level = ALPHA / max(pairs, 1)
    needed = fewest_seeds(level)
    passed = seeds >= needed
    key = "seeds_enough" if passed else "seeds_too_few"
    yield Fact(key, passed, {"seeds": seeds, "needed": needed, "setups": len(labels), "pairs": pairs})
    if passed:
        yield from _for_margin(list(_differences(families(trials), scores)), margin, seeds, level)


def _for_margin(
    of_pairs: Sequence[NDArray[np.float64]], margin: float, seeds: int, level: float
) -> Iterator[Fact]:
    """Yield whether the seeds would have shown the margin wherever they have shown nothing.

    What is told apart had seeds enough, whatever its spread. The spread is that of all pairs that are not,
    taken together, since that of a single one is known badly from so few seeds.
    """
    if not all(np.isfinite(differences).all() for differences in of_pairs):
        return
    open_pairs = [differences for differences in of_pairs if p_value(differences) > level]
    if not open_pairs:
        yield Fact("seeds_decide", True)
        return
    spread = math.sqrt(sum(float(differences.var(ddof=1)) for differences in open_pairs) / len(open_pairs))
    shown = detectable_ratio(seeds, level) * spread
    most = seeds_needed(margin / spread, level) if spread else seeds
    values: dict[str, Value] = {
        "seeds": seeds,
        "margin": f"{100 * margin:g}",
        "shown": f"{100 * shown:.2f}",
        "needed": NEVER if most is None else str(max(most, 2)),
    }
    passed = shown <= margin
    yield Fact("seeds_show_margin" if passed else "seeds_miss_margin", passed, values)


def _scores(trials: Sequence[AuditedTrial], searches: Mapping[int, int]) -> dict[str, dict[int, float]]:
    """By label, the test accuracy of each seed, or of each search that seeds share; without diverged ones."""
    shared = len(set(searches.values())) not in {1, len(searches)}
    scores: dict[str, dict[int, list[float]]] = {}
    diverged: set[tuple[str, int]] = set()
    for trial in trials:
        unit = searches.get(trial.seed, trial.seed) if shared else trial.seed
        if not trial.finished:
            diverged.add((trial.label, unit))
        accuracy = math.nan if trial.test_accuracy is None else trial.test_accuracy
        scores.setdefault(trial.label, {}).setdefault(unit, []).append(accuracy)
    return {
        label: {unit: float(np.mean(values)) for unit, values in own.items() if (label, unit) not in diverged}
        for label, own in scores.items()
    }


def _differences(
    members: Mapping[str, Sequence[str]], scores: Mapping[str, Mapping[int, float]]
) -> Iterator[NDArray[np.float64]]:
    """Yield, for each pair of optimizers, the differences of their test accuracies by seed (n,).

    Entries of one optimizer are tries at it, and no pair.
    """
    for one, other in itertools.combinations(members.values(), 2):
        for first, second in itertools.product(one, other):
            own, others = scores[first], scores[second]
            yield np.array([own[seed] - others[seed] for seed in own if seed in others])
