"""One experiment from its file to the records of a run."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from reportgen import checks
from reportgen.data import Dataset
from reportgen.errors import UserError
from reportgen.execution import environment, excerpts, tables
from reportgen.execution.code_digest import code_digest
from reportgen.execution.manifest import describe_check, describe_data, describe_experiment, identify, samples
from reportgen.execution.prepare import checked, data_digest, load_images
from reportgen.execution.trial_store import TrialStore
from reportgen.execution.trials import FinishedTrials, TrainingOptions, Watcher
from reportgen.execution.worker import DataSettings, load_splits
from reportgen.experiment.reading import ExperimentError, Source
from reportgen.experiment.stages import TUNED
from reportgen.files.atomic import write_bytes
from reportgen.planning.plan import plan
from reportgen.planning.search import Searched, apply, search, search_table
from reportgen.records import run_folder
from reportgen.records.claims import Claims
from reportgen.records.database import Database
from reportgen.records.history import History, describe
from reportgen.training import Record


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


def searched_settings(source: Source, finished: FinishedTrials) -> list[Searched]:
    """Carry out the searches of an experiment, where it has any."""
    _, classes = load_splits(finished.data)
    try:
        return search(source.experiment, classes, finished.records)
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
