"""An experiment before it is trained: its data loaded, and all found to be possible on it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from reportgen.data import Dataset, Splits, load
from reportgen.errors import UserError
from reportgen.execution.worker import DataSettings, load_splits, splits_for, splits_of
from reportgen.experiment.model import Experiment
from reportgen.experiment.reading import Source
from reportgen.experiment.stages import SEARCH
from reportgen.planning.plan import check_optimizers, plan, refuse_too_many
from reportgen.planning.search import possible_trials, studies
from reportgen.training import Trial


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
