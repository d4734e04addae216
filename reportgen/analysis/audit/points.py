"""Whether the comparison of a run is a fair one: what that takes, point by point, each with its evidence."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from reportgen.analysis.results import of_stage
from reportgen.analysis.sign_flip import fewest_seeds
from reportgen.experiment.stages import COMPARISON, EQUALLY_TUNED, TUNED

TOLERANCE = 1e-3
"""How far the measured length of a gradient may be off: the measurement is good to about 1e-7, but now and
then a ReLU changes sides on it. A batch divided by once too often is off by half at least."""

ALPHA = 0.05
TEST_PARTS = {
    "cifar10": "test_official",
    "fashion-mnist": "test_official",
    "digits": "test_set_apart",
    "npz": "test_of_file",
    "folder": "test_of_folder",
}
"""By source of the data, the fact that says what its test images are."""

VALIDATION = ("validation_loss", "validation_accuracy")
OWN = ("stage", "label", "optimizer", "hyperparameters", "hidden", "epochs", "reads_test")
"""What may differ between compared setups, or is looked at by itself."""

Value = int | float | str


@dataclass(frozen=True)
class Fact:
    """One thing that was looked at.

    key: what was found, of which there is a sentence. passed: None where it speaks neither for fairness nor
    against it. values: what the sentence needs.
    """

    key: str
    passed: bool | None
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Point:
    """One thing that a fair comparison takes, and the facts about it."""

    key: str
    facts: tuple[Fact, ...]

    @property
    def passed(self) -> bool | None:
        """Whether every fact speaks for it; None where it does not apply to this run."""
        found = [fact.passed for fact in self.facts if fact.passed is not None]
        return all(found) if found else None


@dataclass(frozen=True)
class _Trial:
    """A trial as the records have it. epochs: how many it trained."""

    stage: str
    label: str
    seed: int
    setup: Mapping[str, Any]
    evidence: Mapping[str, Any]
    shapes: Mapping[str, Sequence[int]]
    finished: bool
    epochs: int

    @property
    def images(self) -> int | None:
        """The size of the small data set, None for all images."""
        size: int | None = self.setup["subset"]
        return size


def audit(manifest: Mapping[str, Any], results: pd.DataFrame, search: pd.DataFrame) -> tuple[Point, ...]:
    """Every point of the audit, from a run's manifest.json, results.csv and search.csv.

    Raises KeyError for the manifest of a run that kept no evidence.
    """
    trials = [
        trial
        for trial in _trials(manifest, results)
        if trial.stage in (COMPARISON, EQUALLY_TUNED, TUNED)  # an ablation is unfair on purpose
    ]
    compared = [trial for trial in trials if trial.stage != TUNED]
    last = [trial for trial in compared if trial.stage == EQUALLY_TUNED] or compared
    settings = manifest["experiment"]["settings"]
    of_comparison = of_stage(search, COMPARISON)
    points = {
        "same_network": _network(compared),
        "same_weights": _weights(compared),
        "same_batches": _batches(compared),
        "same_training": [*_lengths(compared), *_whole(trials, manifest["data"])],
        "same_budget": _budget(last, settings, of_comparison),
        "own_rate": _rates(last, settings, of_comparison),
        "true_gradient": _gradients(trials),
        "data_apart": _data(manifest["data"], settings),
        "choice": [*_choices(trials), *_readings(trials), *_search_seeds(trials, settings, search)],
        "enough_seeds": _seeds(last),
    }
    of_several = {"same_network", "same_weights", "same_batches", "same_budget", "own_rate", "enough_seeds"}
    if len(_labels(compared)) < 2:
        points |= {key: [Fact("nothing_compared", None)] for key in of_several}
    return tuple(Point(key, tuple(facts)) for key, facts in points.items())


def _trials(manifest: Mapping[str, Any], results: pd.DataFrame) -> Iterator[_Trial]:
    parts = (
        manifest["trials"],
        manifest["evidence"],
        manifest["parameter_shapes"],
        results.to_dict("records"),
    )
    for trial, evidence, shapes, row in zip(*parts, strict=True):
        setup = trial["setup"]
        finished = row["status"] == "finished"
        yield _Trial(
            setup["stage"],
            setup["label"],
            trial["seed"],
            setup,
            evidence,
            shapes,
            finished,
            int(row["epochs"]),
        )


def _labels(trials: Sequence[_Trial]) -> list[str]:
    return list(dict.fromkeys(trial.label for trial in trials))


def _network(trials: Sequence[_Trial]) -> Iterator[Fact]:
    networks = dict.fromkeys((one.label, _layers(one.shapes), _parameters(one.shapes)) for one in trials)
    if len({network[1:] for network in networks}) == 1:
        _, layers, parameters = next(iter(networks))
        yield Fact("one_network", True, {"setups": len(networks), "layers": layers, "parameters": parameters})
    else:
        listed = "; ".join(f"{label} {layers} ({count:,})" for label, layers, count in networks)
        yield Fact("networks_differ", False, {"networks": listed})
    shared = [{name: v for name, v in trial.setup.items() if name not in OWN} for trial in trials]
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


def _weights(trials: Sequence[_Trial]) -> Iterator[Fact]:
    digests: dict[int, set[str]] = {}
    for trial in trials:
        digests.setdefault(trial.seed, set()).add(trial.evidence["initial_weights"])
    differing = sum(len(found) > 1 for found in digests.values())
    if differing:
        yield Fact("weights_differ", False, {"differing": differing, "seeds": len(digests)})
    else:
        yield Fact("weights_same", True, {"seeds": len(digests)})


def _batches(trials: Sequence[_Trial]) -> Iterator[Fact]:
    """Of trials of the same length: who stopped early or diverged has seen fewer batches."""
    digests: dict[tuple[int, int], list[str]] = {}
    for trial in trials:
        digests.setdefault((trial.seed, trial.epochs), []).append(trial.evidence["batch_order"])
    paired = {key: set(found) for key, found in digests.items() if len(found) > 1}
    seeds = {seed for seed, _ in paired}
    differing = {seed for (seed, _), found in paired.items() if len(found) > 1}
    if differing:
        yield Fact("batches_differ", False, {"differing": len(differing), "seeds": len(seeds)})
    elif paired:
        yield Fact("batches_same", True, {"seeds": len(seeds)})
    alone = sum(len(found) == 1 for found in digests.values())
    if alone:
        yield Fact("batches_alone", None, {"trials": alone})


def _lengths(trials: Sequence[_Trial]) -> Iterator[Fact]:
    if len(_labels(trials)) < 2:
        return
    lengths: dict[str, set[int]] = {}
    for trial in trials:
        # one that stopped early was allowed as many as the others, and one that diverged too
        whole = trial.finished and trial.setup["early_stopping"] is None
        lengths.setdefault(trial.label, set()).add(trial.epochs if whole else trial.setup["epochs"])
    if len(set().union(*lengths.values())) == 1:
        yield Fact("epochs_same", True, {"epochs": next(iter(lengths[trials[0].label]))})
    else:
        listed = "; ".join(f"{label} {_listed(sorted(found))}" for label, found in lengths.items())
        yield Fact("epochs_differ", False, {"epochs": listed})


def _whole(trials: Sequence[_Trial], data: Mapping[str, Any]) -> Iterator[Fact]:
    """Whether every epoch met every training image once, and every validation all validation images."""

    def sizes(trial: _Trial) -> tuple[int, int]:
        if trial.images is None:
            return sum(data["images_by_class"]["train"]), sum(data["images_by_class"]["validation"])
        return trial.images * 4 // 5, trial.images - trial.images * 4 // 5

    met = [
        (trial, sizes(trial)[0], trial.evidence["distinct"], trial.evidence["samples"]) for trial in trials
    ]
    short = [one for one in met if not one[1] == one[2] == one[3]]
    if short:
        trial, images, distinct, samples = min(short, key=lambda one: one[2] / one[1])
        values = {"setup": _name(trial), "distinct": distinct, "samples": samples, "images": images}
        yield Fact("epochs_partial", False, {**values, "trials": len(short), "of": len(trials)})
    else:
        yield Fact("epochs_whole", True, {"trials": len(trials)})
    validated = [(trial, sizes(trial)[1], trial.evidence["validation_distinct"]) for trial in trials]
    narrow = [one for one in validated if one[1] != one[2]]
    if narrow:
        trial, images, distinct = min(narrow, key=lambda one: one[2] / one[1])
        yield Fact(
            "validation_partial", False, {"setup": _name(trial), "distinct": distinct, "images": images}
        )
    else:
        yield Fact("validation_whole", True)


def _name(trial: _Trial) -> str:
    return f"{trial.label} ({trial.stage})"


def _budget(trials: Sequence[_Trial], settings: Mapping[str, Any], search: pd.DataFrame) -> Iterator[Fact]:
    """How much was tried for each setup."""
    declared = settings["found"]["comparison"]
    if len(search):
        yield _searched_budget(_labels(trials), settings, search)
    elif declared is not None:
        values = {
            "settings": declared["trials"],
            "seeds": len(declared["seeds"]),
            "epochs": declared["epochs"],
        }
        yield Fact("budget_declared", True, {"experiment": declared["experiment"], **values})
    else:
        yield Fact("nothing_tuned", None)


def _searched_budget(labels: Sequence[str], settings: Mapping[str, Any], search: pd.DataFrame) -> Fact:
    tried = {label: search[search["setup"] == label] for label in labels}
    # what a setup's trials were like: how many settings, and with which seeds each
    efforts = {
        label: sorted(sorted(one["seed"]) for _, one in rows.groupby("number"))
        for label, rows in tried.items()
    }
    first = efforts[labels[0]]
    lengths = set(search.loc[search["status"] == "finished", "epochs"])
    stops_early = settings["comparison"]["early_stopping"] is not None
    same = all(effort == first for effort in efforts.values()) and len(first) > 0
    if same and (len(lengths) <= 1 or stops_early):
        asked = settings["search"]["comparison"]["epochs"] or settings["comparison"]["epochs"]
        trained = ", ".join(f"{label} {rows['epochs'].sum():,}" for label, rows in tried.items())
        values: dict[str, Value] = {"settings": len(first), "seeds": len(first[0]), "epochs": asked}
        return Fact("budget_same", True, {**values, "trained": trained})
    listed = "; ".join(
        f"{label} {len(efforts[label])} / {rows['epochs'].sum():,}" for label, rows in tried.items()
    )
    return Fact("budget_differs", False, {"budgets": listed})


def _rates(trials: Sequence[_Trial], settings: Mapping[str, Any], search: pd.DataFrame) -> Iterator[Fact]:
    """Whether every setup trained with a learning rate of its own that a search found, and not at an edge."""
    rates: dict[str, set[float]] = {}
    for trial in trials:
        rates.setdefault(trial.label, set()).add(float(trial.setup["hyperparameters"]["learning_rate"]))
    listed = ", ".join(f"{label} {rate:g}" for label, of_one in rates.items() for rate in sorted(of_one))
    declared = settings["found"]["comparison"]
    if len(search):
        chosen = {label: search[(search["setup"] == label) & search["chosen"]] for label in rates}
        searched = {label for label, rows in chosen.items() if _tried_rates(search, label) > 1 and len(rows)}
        untrained = [label for label in searched if set(chosen[label]["learning_rate"]) != rates[label]]
        edges = [(label, edge) for label in searched for edge in _edges(chosen[label])]
    elif declared is not None:
        spaces = declared["space"].split("; ")
        searched = {label for label in rates if any(_has_rate(space, label) for space in spaces)}
        untrained = []
        edges = [(label, edge) for label, _, edge in (e.rpartition(": ") for e in declared["at_edge"])]
    elif len(shared := set().union(*rates.values())) == 1:
        yield Fact("rate_shared", False, {"rate": shared.pop()})
        return
    else:
        yield Fact("rates_given", False, {"rates": listed})
        return
    lacking = [label for label in rates if label not in searched]
    at_edge = [label for label, edge in edges if edge == "learning_rate"]
    for key, names in (
        ("rates_not_searched", lacking),
        ("rates_not_trained", untrained),
        ("rates_at_edge", at_edge),
    ):
        if names:
            yield Fact(key, False, {"names": _listed([label for label in rates if label in names])})
    if not lacking and not untrained and not at_edge:
        yield Fact("rates_found", True, {"rates": listed})
    others = [f"{label} {edge}" for label, edge in edges if edge != "learning_rate"]
    if others:
        yield Fact("others_at_edge", None, {"names": _listed(sorted(others))})


def _tried_rates(search: pd.DataFrame, label: str) -> int:
    """How many learning rates a search tried for a setup; 0 where it left the learning rate alone."""
    settings = [json.loads(text) for text in search.loc[search["setup"] == label, "settings"]]
    return len({one["learning_rate"] for one in settings if "learning_rate" in one})


def _edges(chosen: pd.DataFrame) -> list[str]:
    return [edge for edge in str(chosen["at_edge"].iloc[0]).split(", ") if edge]


def _has_rate(space: str, label: str) -> bool:
    """Whether "SGD: learning_rate from 0.0001 to 1 (log)" is about this setup's learning rate."""
    return space.startswith(f"{label}: ") and "learning_rate " in space


def _gradients(trials: Sequence[_Trial]) -> Iterator[Fact]:
    measured = [
        (trial, name, scale) for trial in trials for name, scale in trial.evidence["gradient_scale"].items()
    ]
    off = [one for one in measured if not abs(one[2] - 1) <= TOLERANCE]
    if off:
        trial, name, scale = max(off, key=lambda one: _distance(one[2]))
        values: dict[str, Value] = {"setup": _name(trial), "parameter": name, "factor": fraction(scale)}
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
    """0.0625 as 1/16, where it is one over a whole number; else a plain number."""
    inverse = 1 / factor if factor else math.inf
    if 1.5 < inverse < 1e6 and abs(inverse - round(inverse)) <= TOLERANCE * inverse:
        return f"1/{round(inverse)}"
    return f"{factor:.4g}"


def _data(data: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[Fact]:
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


def _choices(trials: Sequence[_Trial]) -> Iterator[Fact]:
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


def _readings(trials: Sequence[_Trial]) -> Iterator[Fact]:
    """A finished trial reads the test set once, a diverged one never."""
    expected = [1 if trial.finished and trial.setup["reads_test"] else 0 for trial in trials]
    readings = [trial.evidence["test_readings"] for trial in trials]
    wrong = [found for found, right in zip(readings, expected, strict=True) if found != right]
    if wrong:
        worst = max(wrong, key=lambda found: abs(found - 1))
        yield Fact("test_read_otherwise", False, {"trials": len(wrong), "readings": f"{worst:g}"})
    else:
        yield Fact("test_read_once", True, {"trials": sum(trial.finished for trial in trials)})


def _search_seeds(
    trials: Sequence[_Trial], settings: Mapping[str, Any], search: pd.DataFrame
) -> Iterator[Fact]:
    found = [of_stage for of_stage in settings["found"].values() if of_stage is not None]
    searched = {int(seed) for seed in search["seed"]} | {seed for one in found for seed in one["seeds"]}
    final = {trial.seed for trial in trials}
    if not searched:
        return
    if shared := sorted(searched & final):
        yield Fact("search_seeds_shared", False, {"seeds": _listed(shared)})
    else:
        yield Fact("search_seeds_apart", True, {"searched": len(searched), "final": len(final)})


def _seeds(trials: Sequence[_Trial]) -> Iterator[Fact]:
    """Whether the sign-flip test could tell every pair apart with the seeds that all setups finished."""
    labels = _labels(trials)
    pairs = math.comb(len(labels), 2)
    finished = [
        {trial.seed for trial in trials if trial.label == label and trial.finished} for label in labels
    ]
    seeds = len(set.intersection(*finished)) if finished else 0
    needed = fewest_seeds(ALPHA / max(pairs, 1))
    passed = seeds >= needed
    key = "seeds_enough" if passed else "seeds_too_few"
    yield Fact(key, passed, {"seeds": seeds, "needed": needed, "setups": len(labels), "pairs": pairs})


def _listed(things: Sequence[object]) -> str:
    return ", ".join(map(str, things))
