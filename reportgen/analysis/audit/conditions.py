"""Whether compared setups had the same conditions: network, weights, batches, epochs, gradients, seeds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from reportgen.analysis.audit.facts import (
    AuditedData,
    AuditedTrial,
    Fact,
    Value,
    labels_of,
    name_of,
)

TOLERANCE = 1e-3
"""How far the measured length of a gradient may be off: the measurement is good to about 1e-7, but now and
then a ReLU changes sides on it. A batch divided by once too often is off by half at least."""

OWN = {"stage", "label", "optimizer", "hyperparameters", "hidden", "epochs", "reads_test"}
"""What may differ between compared setups, or is looked at by itself."""


def network(trials: Sequence[AuditedTrial]) -> Iterator[Fact]:
    """Yield whether every setup trained the same layers, with the same settings beside its own."""
    networks = dict.fromkeys((one.label, _layers(one.shapes), _parameters(one.shapes)) for one in trials)
    if len({network[1:] for network in networks}) == 1:
        _, layers, parameters = next(iter(networks))
        yield Fact("one_network", True, {"setups": len(networks), "layers": layers, "parameters": parameters})
    else:
        listed = "; ".join(f"{label} {layers} ({count:,})" for label, layers, count in networks)
        yield Fact("networks_differ", False, {"networks": listed})
    shared = [trial.setup.model_dump(exclude=OWN) for trial in trials]
    differing = [name for name in shared[0] if any(one[name] != shared[0][name] for one in shared)]
    if differing:
        yield Fact("settings_differ", False, {"names": ", ".join(differing)})
    else:
        yield Fact("settings_same", True)


def _layers(shapes: Mapping[str, Sequence[int]]) -> str:
    """3072-128-10."""
    weights = [shape for shape in shapes.values() if len(shape) == 2]
    return "-".join(str(size) for size in [weights[0][0], *(shape[1] for shape in weights)])


def _parameters(shapes: Mapping[str, Sequence[int]]) -> int:
    return sum(math.prod(shape) for shape in shapes.values())


def initial_weights(trials: Sequence[AuditedTrial]) -> Iterator[Fact]:
    """Yield whether, for each seed, every setup started from the same weights."""
    digests: dict[int, set[str]] = {}
    for trial in trials:
        digests.setdefault(trial.seed, set()).add(trial.evidence.initial_weights)
    differing = sum(len(weights) > 1 for weights in digests.values())
    if differing:
        yield Fact("weights_differ", False, {"differing": differing, "seeds": len(digests)})
    else:
        yield Fact("weights_same", True, {"seeds": len(digests)})


def batch_order(trials: Sequence[AuditedTrial]) -> Iterator[Fact]:
    """Yield whether, for each seed, trials of the same length saw the same batches.

    Who stopped early or diverged has seen fewer batches.
    """
    digests: dict[tuple[int, int], list[str]] = {}
    for trial in trials:
        digests.setdefault((trial.seed, trial.epochs), []).append(trial.evidence.batch_order)
    paired = {key: set(orders) for key, orders in digests.items() if len(orders) > 1}
    seeds = {seed for seed, _ in paired}
    differing = {seed for (seed, _), orders in paired.items() if len(orders) > 1}
    if differing:
        yield Fact("batches_differ", False, {"differing": len(differing), "seeds": len(seeds)})
    elif paired:
        yield Fact("batches_same", True, {"seeds": len(seeds)})
    alone = sum(len(orders) == 1 for orders in digests.values())
    if alone:
        yield Fact("batches_alone", None, {"trials": alone})


def lengths(trials: Sequence[AuditedTrial]) -> Iterator[Fact]:
    """Yield whether every setup was allowed the same number of epochs."""
    if len(labels_of(trials)) < 2:
        return
    lengths: dict[str, set[int]] = {}
    for trial in trials:
        # one that stopped early was allowed as many as the others, and one that diverged too
        whole = trial.finished and trial.setup.early_stopping is None
        lengths.setdefault(trial.label, set()).add(trial.epochs if whole else trial.setup.epochs)
    if len(set().union(*lengths.values())) == 1:
        yield Fact("epochs_same", True, {"epochs": next(iter(lengths[trials[0].label]))})
    else:
        listed = "; ".join(
            f"{label} {' / '.join(map(str, sorted(epochs)))}" for label, epochs in lengths.items()
        )
        yield Fact("epochs_differ", False, {"epochs": listed})


def whole_epochs(trials: Sequence[AuditedTrial], data: AuditedData) -> Iterator[Fact]:
    """Yield whether every epoch met every training image once, and every validation all validation images.

    Args:
        trials: Those that are audited.
        data: How many images each part of the data has.
    """

    def sizes(trial: AuditedTrial) -> tuple[int, int]:
        subset = trial.setup.subset
        if subset is None:
            return data.train, data.validation
        return subset * 4 // 5, subset - subset * 4 // 5

    met = [(trial, sizes(trial)[0], trial.evidence.distinct, trial.evidence.samples) for trial in trials]
    short = [row for row in met if not row[1] == row[2] == row[3]]
    if short:
        trial, images, distinct, samples = min(short, key=lambda row: row[2] / row[1])
        values: dict[str, Value] = {**name_of(trial), "distinct": distinct, "samples": samples}
        counts = {"images": images, "trials": len(short), "of": len(trials)}
        yield Fact("epochs_partial", False, values | counts)
    else:
        yield Fact("epochs_whole", True, {"trials": len(trials)})
    validated = [(trial, sizes(trial)[1], trial.evidence.validation_distinct) for trial in trials]
    narrow = [row for row in validated if row[1] != row[2]]
    if narrow:
        trial, images, distinct = min(narrow, key=lambda row: row[2] / row[1])
        yield Fact("validation_partial", False, {**name_of(trial), "distinct": distinct, "images": images})
    else:
        yield Fact("validation_whole", True)


def gradient_scale(trials: Sequence[AuditedTrial]) -> Iterator[Fact]:
    """Yield whether gradients are as long as those of the objective that is stated."""
    measured = [
        (trial, name, scale) for trial in trials for name, scale in trial.evidence.gradient_scale.items()
    ]
    off = [measurement for measurement in measured if not abs(measurement[2] - 1) <= TOLERANCE]
    if off:
        trial, name, scale = max(off, key=lambda measurement: _distance(measurement[2]))
        values: dict[str, Value] = {**name_of(trial), "parameter": name, "factor": fraction(scale)}
        yield Fact("gradient_off", False, {**values, "off": len(off), "of": len(measured)})
    elif measured:
        largest = max(abs(scale - 1) for _, _, scale in measured)
        yield Fact("gradient_true", True, {"parameters": len(measured), "largest": f"{largest:.0e}"})
    else:
        yield Fact("gradient_unknown", None)


def _distance(scale: float) -> float:
    """How far a factor is from 1, so that factors that are equal on paper are equal."""
    return round(abs(math.log(scale)), 2) if scale > 0 else math.inf


def fraction(factor: float) -> str:
    """Return 0.0625 as 1/16, where it is one over a whole number; else a plain number."""
    inverse = 1 / factor if factor else math.inf
    if 1.5 < inverse < 1e6 and abs(inverse - round(inverse)) <= TOLERANCE * inverse:
        return f"1/{round(inverse)}"
    return f"{factor:.4g}"
