"""One experiment from its file to the records of a run."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen import checks
from reportgen.checks import Check
from reportgen.data import Dataset, Splits, duplicates, load, subset
from reportgen.errors import UserError
from reportgen.execution import environment, excerpts, tables
from reportgen.execution.code_digest import code_digest
from reportgen.execution.executors.local import DataSettings, load_splits, splits_for, splits_of
from reportgen.execution.trial_store import TrialStore
from reportgen.execution.trials import FinishedTrials, TrainingOptions, Watcher
from reportgen.experiment.model import Comparison, Experiment, ExperimentError
from reportgen.files.atomic import write_bytes
from reportgen.planning.plan import SEARCH, TUNED, check_optimizers, plan, refuse_too_many
from reportgen.planning.search import Searched, apply, possible_trials, search, search_table, studies
from reportgen.records import run_folder
from reportgen.records.claims import Claims
from reportgen.records.database import Database
from reportgen.records.history import History, describe
from reportgen.training import Record, Trial

SAMPLES_PER_CLASS = 6


@dataclass(frozen=True)
class Source:
    """The experiment of a run: its name, its text as it was read, and what it says.

    options: those of the command line that changed it, such as --seeds 7.
    """

    name: str
    file: Path
    text: str
    experiment: Experiment
    options: tuple[str, ...] = ()


def run(
    source: Source, output: Path, *, training: TrainingOptions, languages: Sequence[str], watcher: Watcher
) -> Path:
    """Train what is missing of an experiment and keep its records; returns the run's folder.

    Raises UserError for all that a user can mend. Whatever happens, no half-written run is left behind.
    """
    started = dt.datetime.now(dt.UTC)
    experiment = source.experiment
    dataset, settings = load_images(source)
    splits, classes = checked(source, settings)
    proofs = checks.run()
    failed = [check for check in proofs if not check.passed]
    if failed:
        raise UserError(f"{failed[0].line} {failed[0].evidence}; `reportgen check` shows every check")

    run_id = identify(started)
    device = {**environment.device(), "workers": training.workers, "threads_per_worker": 1}
    with (
        run_folder.partial_folder(output / source.name) as partial,
        finished_trials(dataset, settings, output, training, watcher) as finished_ones,
    ):
        searched = searched_settings(source, finished_ones)
        found = apply(experiment, searched) if searched else None
        trials = plan(experiment, classes, found)
        records = finished_ones.records(trials)
        if not finished_ones.own:
            watcher.notice(f"nothing to train: all {len(trials)} trials are kept from before")
        keep_models(records, finished_ones, partial / run_folder.RECORDS)
        images, labels = samples(splits, classes)
        finished = dt.datetime.now(dt.UTC)
        manifest = {
            "format": 1,
            "run": run_id,
            "experiment": describe_experiment(source),
            "languages": list(languages),
            "data": describe_data(dataset, splits, experiment.comparison),
            "trials": [asdict(trial) for trial in trials],
            "parameter_shapes": [record.parameter_shapes for record in records],
            "evidence": [asdict(record.evidence) for record in records],
            "reused": [finished_ones.key(trial) not in finished_ones.own for trial in trials],
            "kept_trials": sorted(finished_ones.used),
            "trained_on": finished_ones.environments(trials),
            "checks": [describe_check(check) for check in proofs],
            "code": code_digest(),
            "versions": environment.versions(),
            "device": device,
            "times": {
                "started": started.isoformat(timespec="seconds"),
                "finished": finished.isoformat(timespec="seconds"),
                "seconds": round((finished - started).total_seconds(), 3),
            },
        }
        history = History(finished_ones.store.database, output)
        history.take_in(source.name)
        before = history.before(source.name, describe(manifest))
        folder = run_folder.keep(
            run_folder.RunRecords(
                manifest=manifest,
                epochs=tables.epochs_table(records),
                results=tables.results_table(records),
                search=search_table(searched),
                confusion=tables.confusion_table(records, dataset.classes),
                history=before.scores,
                causes=before.causes,
                sample_images=images,
                sample_labels=labels,
                excerpts=excerpts.collect(trials),
                experiment_text=source.text,
            ),
            partial,
            run_id,
        )
        history.take_in(source.name)
        return folder


def load_images(source: Source) -> tuple[Dataset, DataSettings]:
    """The images of an experiment, and where every process finds these very ones."""
    settings = data_settings(source.experiment, source.file)
    try:
        dataset = load(settings.source, settings.path, classes=settings.classes)
    except UserError as error:
        raise type(error)(f"{source.file}: {error}") from error
    return dataset, replace(settings, digest=dataset.digest)


def checked(source: Source, settings: DataSettings) -> tuple[Splits, int]:
    """The data, after the experiment was found to be possible on it; UserError names its file."""
    experiment = source.experiment
    try:
        check_optimizers(experiment)
        splits, classes = load_splits(settings)
        searched = [trial for study in studies(experiment, classes) for trial in possible_trials(study)]
        planned = plan(experiment, classes)
        refuse_too_many(len(planned))
        refuse_large_batches([*planned, *searched], splits)
        for trial in planned:  # an ablation's other test images must be there too
            splits_for(trial, settings)
    except UserError as error:
        raise type(error)(f"{source.file}: {error}") from error
    return splits, classes


def searched_settings(source: Source, finished: FinishedTrials) -> list[Searched]:
    """Carry out the searches of an experiment, where it has any."""
    _, classes = load_splits(finished.data)
    try:
        return search(source.experiment, classes, finished)
    except ExperimentError as error:
        raise ExperimentError(f"{source.file}: {error}") from error


@contextlib.contextmanager
def finished_trials(
    dataset: Dataset, settings: DataSettings, output: Path, training: TrainingOptions, watcher: Watcher
) -> Iterator[FinishedTrials]:
    """What an output folder has of an experiment's trials, and the way to the others."""
    folder = output / run_folder.TRIALS
    with Database(output) as database, Claims(folder / "claims") as claims:
        yield FinishedTrials(
            data=settings,
            digest=data_digest(dataset, settings),
            store=TrialStore(database),
            claims=claims,
            folder=folder,
            training=training,
            watcher=watcher,
        )


def keep_models(records: Sequence[Record], finished: FinishedTrials, folder: Path) -> None:
    """Copy the classifiers of the tuned trials to the run's own folder, and what the first one shows."""
    trained = [
        record.trial for record in records if record.trial.setup.stage == TUNED and not record.diverged
    ]
    for trial in trained:
        name = f"{trial.setup.stage}-seed{trial.seed}.safetensors"
        write_bytes(folder / name, finished.model(trial).read_bytes())
    for trial in trained[:1]:
        write_bytes(folder / run_folder.INSIGHT, finished.insight(trial).read_bytes())


def data_digest(dataset: Dataset, settings: DataSettings) -> str:
    """The SHA-256 of the data and of how it is split, which follows the source where nothing is said."""
    parts = ("train", "validation", "test", "seed", "test_from_train")
    split = {name: value for name, value in asdict(settings).items() if name in parts}
    split |= {name: value for name, value in vars(dataset).items() if name.startswith("default_")}
    return hashlib.sha256(f"{dataset.digest} {json.dumps(split)}".encode()).hexdigest()


def data_settings(experiment: Experiment, file: Path) -> DataSettings:
    """Where the data is, paths taken relative to the experiment's file."""
    data = experiment.data
    return DataSettings(
        source=data.source,
        path=None if data.path is None else file.parent / Path(data.path).expanduser(),
        # only an .npz file may lack names of its own
        classes=data.classes if data.source == "npz" else None,
        train=data.train,
        validation=data.validation,
        test=data.test,
        seed=data.seed,
        test_from_train=experiment.defects.test_images_from_training_file,
    )


def refuse_large_batches(trials: Sequence[Trial], splits: Splits) -> None:
    """A batch larger than the training part would not be the batch that was asked for."""
    for trial in trials:
        parts = splits_of(trial, splits)
        images, kind = len(parts.train), "training"
        if trial.defects.batches_slide_by_one and len(parts.validation) < images:
            images, kind = len(parts.validation), "validation"  # they only count in whole batches
        if trial.setup.batch_size > images:
            stage = "search.tuned.space" if trial.setup.stage == SEARCH else trial.setup.stage
            raise UserError(
                f"{stage}.batch_size = {trial.setup.batch_size}: must be at most {images},"
                f" the number of {kind} images"
            )


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
