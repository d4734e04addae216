"""What a manifest says of a run, and the images that a report shows of its data."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.checks import Check
from reportgen.data import Dataset, Part, Splits, duplicates, near_copies, subset
from reportgen.execution import environment
from reportgen.execution.columns import describe_table
from reportgen.execution.compiler import compiler_versions
from reportgen.execution.devices import describe_accelerator
from reportgen.execution.engines import Engines, proofs_of
from reportgen.execution.prepare import Prepared, final_seeds
from reportgen.execution.trial_key import digest_of_all
from reportgen.execution.trials import FinishedTrial, FinishedTrials
from reportgen.execution.user_files import UserFiles
from reportgen.execution.worker import LoadedData, load_data
from reportgen.experiment.model import Comparison, Experiment
from reportgen.experiment.reading import Source
from reportgen.optim.about import Words
from reportgen.optim.registry import LEARNING_RATE
from reportgen.planning.optimizers_by_name import OptimizersByName
from reportgen.training import Record
from reportgen.training.engines.choice import COMPILED
from reportgen.training.engines.textbook import TEXTBOOK

SAMPLES_PER_CLASS = 6


def identify(started: dt.datetime) -> str:
    """Return a run's name: when it started (UTC), to the microsecond, so that names sort as the runs came."""
    return f"{started:%Y%m%d-%H%M%S-%f}"


def samples(splits: Splits, classes: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Choose the images that a report shows of its data: the first training images of every class.

    Args:
        splits: Of the data.
        classes: How many there are.

    Returns:
        The images (N, H, W, C), class by class, and their labels (N,); none of a table.
    """
    if splits.columns:
        return np.zeros((0, 1, 1, 1), dtype=np.uint8), np.zeros(0, dtype=np.int64)
    places = np.concatenate(
        [np.flatnonzero(splits.train.labels == label)[:SAMPLES_PER_CLASS] for label in range(classes)]
    )
    return np.array(splits.train.inputs[places]), np.array(splits.train.labels[places])


def describe_run(
    run_id: str,
    prepared: Prepared,
    finished: Sequence[FinishedTrial],
    *,
    kept: FinishedTrials,
    proofs: Sequence[Check],
    found: Mapping[str, Mapping[str, Any]],
    languages: Sequence[str],
    started: dt.datetime,
    ended: dt.datetime,
) -> dict[str, Any]:
    """Describe a run as its manifest.json does, see records/manifest.py.

    Args:
        run_id: Its name, which `identify` gives.
        prepared: What was run.
        finished: Its trials, in the order of results.csv.
        kept: The output folder's trials, which knows what all were trained on.
        proofs: The checks that were made before.
        found: The records of searches that its settings came from, by stage.
        languages: Of the report, in their order.
        started: When the run began (UTC).
        ended: When its last trial was there (UTC).
    """
    loaded = load_data(prepared.data)
    records = [trial.record for trial in finished]
    return {
        "format": 1,
        "run": run_id,
        "experiment": describe_experiment(prepared.source),
        "languages": list(languages),
        "data": describe_data(loaded, prepared.source.experiment)
        | {
            "parts_digest": prepared.digest,
            "near_copies": near_copies_of(
                loaded.splits, prepared.source.experiment.comparison, prepared.digest
            ),
        },
        "trials": [asdict(record.trial) for record in records],
        "parameter_shapes": [record.parameter_shapes for record in records],
        "evidence": [asdict(record.evidence) for record in records],
        "reused": [trial.reused for trial in finished],
        "kept_trials": sorted(kept.used),
        **describe_environments(kept.environments(finished)),
        "engines": describe_engines(kept.engines, records),
        "checks": [describe_check(check) for check in [*proofs, *proofs_of(records)]],
        "layers": describe_layers(prepared.files),
        "code": digest_of_all([record.trial for record in records]),
        "optimizers": describe_optimizers(prepared.files.optimizers, records),
        "found_searches": dict(found),
        "versions": {
            **environment.versions(),
            **(compiler_versions() if COMPILED in {record.trial.setup.engine for record in records} else {}),
        },
        "device": {
            **environment.device(),
            **describe_accelerator(kept.training.device),
            "executor": kept.training.executor.name,
            "workers": kept.training.executor.side_by_side,
            "threads_per_worker": 1,
        },
        "times": {
            "started": started.isoformat(timespec="seconds"),
            "finished": ended.isoformat(timespec="seconds"),
            "seconds": round((ended - started).total_seconds(), 3),
        },
    }


def describe_environments(environments: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Describe what trials were trained on, each environment once, and for each trial which it was.

    Args:
        environments: Of each trial.
    """
    distinct: list[dict[str, Any]] = []
    for environment_of_trial in environments:
        if environment_of_trial not in distinct:
            distinct.append(environment_of_trial)
    return {"trained_on": distinct, "trained_at": [distinct.index(known) for known in environments]}


def describe_experiment(source: Source) -> dict[str, Any]:
    """Describe the experiment, every default written out."""
    settings = json.loads(source.experiment.model_dump_json(by_alias=True))
    if settings["data"]["path"] is not None:  # a report is passed on; the writer's folders are not
        settings["data"]["path"] = Path(settings["data"]["path"]).name
    return {
        "name": source.name,
        "file": source.file.name,
        "options": list(source.options),
        "settings": settings,
    }


def describe_data(loaded: LoadedData, experiment: Experiment) -> dict[str, Any]:
    """Describe the data: where from, its digest, how many images of each class in each part.

    Args:
        loaded: The data set and its parts.
        experiment: Its comparison may have a small data set of its own, whose images in two parts are counted
            by themselves; where every seed has its own split, the most that any has in two parts are counted.
    """
    dataset, splits = loaded.dataset, loaded.splits
    in_two_parts: dict[str, int] = {}
    for of_seed in loaded.splits_of_seeds(final_seeds(experiment)):
        for parts, count in duplicates_of(of_seed, experiment.comparison).items():
            in_two_parts[parts] = max(count, in_two_parts.get(parts, 0))
    comparison = experiment.comparison
    small = None if comparison is None or comparison.subset is None else subset(splits, comparison.subset)
    of_small = {} if small is None else {"train": small.train, "validation": small.validation}
    return {
        "source": dataset.source,
        "origin": dataset.origin,
        "digest": dataset.digest,
        "classes": list(dataset.classes),
        **(
            describe_table(splits, of_all=loaded.settings.resplit)
            if splits.columns
            else {"image_shape": list(dataset.train_inputs.shape[1:])}
        ),
        "images_by_class": {name: count_classes(part, dataset) for name, part in splits.by_name().items()},
        "subset_images_by_class": {name: count_classes(part, dataset) for name, part in of_small.items()},
        "duplicates": in_two_parts,
        "notes": [asdict(remark) for remark in loaded.notes],
    }


def duplicates_of(splits: Splits, comparison: Comparison | None) -> dict[str, int]:
    """Count the images that are in two parts, those of the comparison's small data set by themselves.

    Args:
        splits: All of the data.
        comparison: Says whether there is a small data set.
    """
    in_two_parts = duplicates(splits)
    if comparison is not None and comparison.subset is not None:
        of_subset = duplicates(subset(splits, comparison.subset))
        in_two_parts["subset train-validation"] = of_subset["train-validation"]
    return in_two_parts


def near_copies_of(splits: Splits, comparison: Comparison | None, digest: str) -> dict[str, int]:
    """Count the images that are nearly the same as one in another part, as `duplicates_of` does.

    Args:
        splits: All of the data; the first split, where every seed has its own.
        comparison: Says whether there is a small data set.
        digest: Of the data and of their split.
    """
    counts = near_copies(splits, digest)
    if counts and comparison is not None and comparison.subset is not None:
        of_subset = near_copies(subset(splits, comparison.subset), digest)
        counts["subset train-validation"] = of_subset["train-validation"]
    return counts


def count_classes(part: Part, dataset: Dataset) -> list[int]:
    """Return how many images of each class a part has."""
    return np.bincount(part.labels, minlength=len(dataset.classes)).tolist()  # type: ignore[no-any-return]


def describe_engines(engines: Engines, records: Sequence[Record]) -> dict[str, Any]:
    """Describe what trained each setup, and why it was the textbook where another engine might have been.

    Args:
        engines: That decided.
        records: Of the trials.
    """
    setups: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        setups.setdefault((record.trial.setup.stage, record.trial.setup.label), []).append(record)
    described = []
    for (stage, label), (first, *others) in setups.items():
        setup = first.trial.setup
        # of seeds that were trained at several times, the proof that came nearest to its limit
        proofs = [record.engine_proof for record in (first, *others) if record.engine_proof is not None]
        described.append(
            {
                "stage": stage,
                "setup": label,
                "engine": setup.engine,
                "reason": engines.reason(first.trial) if setup.engine == TEXTBOOK else "",
                "proof": asdict(max(proofs, key=lambda proof: proof.share)) if proofs else None,
            }
        )
    return {"asked": engines.asked, "setups": described}


def describe_layers(files: UserFiles) -> dict[str, Any] | None:
    """Describe the user's layers that trained; None where they are this program's.

    Args:
        files: The code that the experiment brings along.
    """
    return None if files.layers is None else {"file": files.layers.code.file, "classes": files.layer_names}


def describe_optimizers(optimizers: OptimizersByName, records: Sequence[Record]) -> dict[str, Any]:
    """Describe the optimizers that trained, by name: whose code they are, and what their files say of them.

    Args:
        optimizers: What the names mean.
        records: Of the trials.
    """
    described = {}
    for name in dict.fromkeys(record.trial.setup.optimizer for record in records):
        kind = optimizers.find(name)
        about = kind.about
        described[name] = {
            "origin": kind.origin,
            "heading": about.heading and words(about.heading),
            "text": about.text and words(about.text),
            "formulas": [
                {"latex": formula.latex, "spoken": words(formula.spoken)} for formula in about.formulas
            ],
            "source": about.source,
            "defaults": {key: value for key, value in kind.hyperparameters.items() if key != LEARNING_RATE},
        }
    return described


def words(text: Words) -> dict[str, str]:
    """Return a text in both languages, by language."""
    return {"zh-Hant": text.zh_hant, "en": text.en}


def describe_check(check: Check) -> dict[str, Any]:
    """Describe a check as it is printed."""
    return {
        "key": check.key,
        "line": check.line,
        "passed": check.passed,
        "evidence": check.evidence,
        "printed": list(check.printed),
        "mistakes": [asdict(mistake) for mistake in check.mistakes],
        "remark": check.remark,
        "kept": check.kept,
    }
