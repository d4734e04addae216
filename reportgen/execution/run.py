"""One experiment, prepared, to the records of a run."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

from reportgen.checks import Check
from reportgen.execution import excerpts, tables
from reportgen.execution.answers import collect_answers
from reportgen.execution.executors.choosing import choose_executor
from reportgen.execution.found import find_searches
from reportgen.execution.manifest import describe_run, identify, samples
from reportgen.execution.prepare import Prepared
from reportgen.execution.proving import prove, refuse_failures
from reportgen.execution.trial_store import TrialStore
from reportgen.execution.trials import FinishedTrial, FinishedTrials, TrainingOptions
from reportgen.execution.watcher import Silent, Watcher
from reportgen.execution.worker import load_data
from reportgen.experiment.refusals import ExperimentError
from reportgen.experiment.stages import TUNED
from reportgen.files.atomic import write_bytes
from reportgen.planning.search import Searched, search, search_table
from reportgen.records import run_folder
from reportgen.records.claims import Claims
from reportgen.records.database import Database
from reportgen.records.history import History
from reportgen.records.looks import find_looks
from reportgen.records.manifest import read_description
from reportgen.records.run import Run


def run(
    prepared: Prepared,
    output: Path,
    *,
    training: TrainingOptions,
    languages: Sequence[str],
    proofs: Sequence[Check] | None = None,
    watcher: Watcher | None = None,
) -> Run:
    """Train what is missing of an experiment and keep its records.

    Whatever happens, no half-written run is left behind.

    Args:
        prepared: The experiment, and what there is to train.
        output: The folder of all runs, and of what they share.
        training: How trials are trained.
        languages: Those that the run's report is written in, in their order.
        proofs: Those of the code that trains; None to prove it now.
        watcher: Hears how training gets on; None where nobody wants to know.

    Returns:
        The run as it is kept, read once.

    Raises:
        UserError: Whatever a user can mend.
    """
    started = dt.datetime.now(dt.UTC)
    run_id = identify(started)
    if proofs is None:
        (proofs,) = prove([prepared])
        refuse_failures(proofs, prepared.files)
    watcher = watcher or Silent()
    source = prepared.source
    with (
        run_folder.partial_folder(output / source.name) as partial,
        open_trials(prepared, output, training, watcher) as kept,
    ):
        with kept.workers():
            searched = search_settings(prepared, kept)
            trials = prepared.trials_with(searched)
            finished = kept.finish(trials)
        records = [trial.record for trial in finished]
        if not kept.own:
            watcher.notice(f"nothing to train: all {len(trials)} trials are kept from before")
        keep_models(finished, kept, partial / run_folder.RECORDS)
        images, labels = samples(load_data(prepared.data).splits, len(prepared.classes))
        manifest = describe_run(
            run_id,
            prepared,
            finished,
            kept=kept,
            proofs=proofs,
            found=find_searches(prepared, kept.store.database),
            languages=languages,
            started=started,
            ended=dt.datetime.now(dt.UTC),
        )
        history = History(kept.store.database, output)
        history.take_in(source.name)
        description = read_description(manifest)
        before = history.before(source.name, description)
        results = tables.results_table(records)
        manifest["looks"] = find_looks(history.runs(source.name), description, results)
        folder = run_folder.keep(
            run_folder.RunRecords(
                manifest_json=manifest,
                epochs=tables.epochs_table(records),
                results=results,
                search=search_table(searched),
                confusion=tables.confusion_table(records, prepared.classes),
                history=before.scores,
                causes=before.causes,
                sample_images=images,
                sample_labels=labels,
                excerpts=excerpts.collect(trials, prepared.files),
                experiment_text=source.text,
                words=prepared.words,
                answers=collect_answers(records, load_data(prepared.data)),
            ),
            partial,
            run_id,
        )
        made = Run.read(folder)
        history.add(made)
        return made


def search_settings(prepared: Prepared, kept: FinishedTrials) -> list[Searched]:
    """Carry out the searches of an experiment, where it has any.

    Args:
        prepared: The experiment.
        kept: Whoever trains what is tried, and keeps it.

    Returns:
        Every search with all that it has tried.

    Raises:
        ExperimentError: Every setting of a setup diverged.
    """
    try:
        return search(prepared.studies, kept.records)
    except ExperimentError as error:
        raise ExperimentError(f"{prepared.source.file}: {error}") from error


@contextlib.contextmanager
def open_trials(
    prepared: Prepared, output: Path, training: TrainingOptions, watcher: Watcher
) -> Iterator[FinishedTrials]:
    """Open what an output folder has of an experiment's trials, and the way to the others.

    Args:
        prepared: The experiment.
        output: The folder of all runs.
        training: How trials are trained.
        watcher: Hears how that gets on.

    Yields:
        The trials, for as long as their database and their claims are open.
    """
    folder = output / run_folder.TRIALS
    with Database(output) as database, Claims(folder / "claims") as claims:
        yield FinishedTrials(
            data=prepared.data,
            digest=prepared.digest,
            store=TrialStore(database),
            claims=claims,
            folder=folder,
            training=training,
            watcher=watcher,
            executor=choose_executor(training.executor),
            code=prepared.files.codes,
        )


def keep_models(finished: Sequence[FinishedTrial], kept: FinishedTrials, folder: Path) -> None:
    """Copy the classifiers of the tuned trials to the run's own folder, and what the first one shows.

    Args:
        finished: All trials of the run.
        kept: Where the output folder keeps classifiers.
        folder: The run's own.
    """
    trained = [
        trial for trial in finished if trial.record.trial.setup.stage == TUNED and not trial.record.diverged
    ]
    for trial in trained:
        name = f"{TUNED}-seed{trial.record.trial.seed}.safetensors"
        write_bytes(folder / name, kept.model(trial.key).read_bytes())
    for trial in trained[:1]:
        write_bytes(folder / run_folder.INSIGHT, kept.insight(trial.key).read_bytes())
