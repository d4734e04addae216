"""What a process does for one trial: load the images, take the parts that it is about, and train."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from reportgen.data import Splits, load, split, subset
from reportgen.errors import UserError
from reportgen.training import INSIGHT, EpochRow, Record, Trial

OnNotice = Callable[[str], None]


@dataclass(frozen=True)
class DataSettings:
    """What a process needs to load and split the data by itself.

    digest: of the data set that is meant; None for whatever is there.
    """

    source: str
    path: Path | None
    classes: tuple[str, ...] | None
    train: int | None
    validation: int | None
    test: int | None
    seed: int | None
    test_from_train: bool
    digest: str | None = None


@dataclass(frozen=True)
class Workplace:
    """A folder of a trial's own: for its checkpoints and, where it keeps one, its classifier.

    seconds_between: from one checkpoint to the next, at least; 0 for one after every epoch.
    """

    folder: Path
    keeps_model: bool
    seconds_between: float

    @property
    def model(self) -> Path:
        """The file of the best epoch's classifier."""
        return self.folder / "model.safetensors"

    @property
    def insight(self) -> Path:
        """What can be looked at of it; written beside it by training/trainer.py."""
        return self.folder / INSIGHT


@lru_cache(maxsize=2)  # an ablation has its test images from two places
def load_splits(settings: DataSettings) -> tuple[Splits, int]:
    """The splits of the data, and how many classes there are. Loaded once in a process."""
    dataset = load(settings.source, settings.path, classes=settings.classes)
    if settings.digest not in (None, dataset.digest):
        raise UserError(
            f"source {settings.source}: the images have changed since this run began: start again, and leave"
            " them as they are until it has ended"
        )
    splits = split(
        dataset,
        train=settings.train,
        validation=settings.validation,
        test=settings.test,
        seed=settings.seed,
        test_from_train=settings.test_from_train,
    )
    return splits, len(dataset.classes)


def splits_for(trial: Trial, data: DataSettings) -> tuple[Splits, int]:
    """The splits for a trial, whose test images an ablation may take from elsewhere, and how many classes."""
    splits, classes = load_splits(data)
    from_train = trial.defects.test_images_from_training_file
    if from_train != data.test_from_train:
        # the test part alone: what is trained on must not depend on it
        others, _ = load_splits(replace(data, test_from_train=from_train))
        splits = replace(splits, test=others.test)
    return splits, classes


def splits_of(trial: Trial, splits: Splits) -> Splits:
    """The part of the data that a trial is about: all of it, or the comparison's small data set."""
    return splits if trial.setup.subset is None else subset(splits, trial.setup.subset)


def train_trial(
    trial: Trial,
    data: DataSettings,
    workplace: Workplace,
    on_epoch: Callable[[EpochRow], None],
    on_notice: OnNotice,
) -> Record:
    """Train a trial in this process, or go on where its checkpoints stand.

    Args:
        trial: What is trained.
        data: Where the images are, and how they are split.
        workplace: The trial's own folder; a training that was begun there goes on.
        on_epoch: Called with the row of every epoch, once it is over.
        on_notice: Called with a line for the user about what went wrong without stopping anything.

    Returns:
        The record of the whole training, the epochs of before included.

    Raises:
        UserError: The images are not those that the run began with.
    """
    # torch is slow to import: only a process that trains does so
    import torch

    from reportgen.training import train
    from reportgen.training.checkpoints import Checkpoints

    torch.set_num_threads(1)
    splits, classes = splits_for(trial, data)
    if workplace.keeps_model:
        workplace.folder.mkdir(parents=True, exist_ok=True)
    return train(
        trial,
        splits_of(trial, splits),
        classes,
        on_epoch=on_epoch,
        save_to=workplace.model if workplace.keeps_model else None,
        checkpoints=Checkpoints(
            workplace.folder, seconds_between=workplace.seconds_between, on_notice=on_notice
        ),
    )
