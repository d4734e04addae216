"""What a process does for one trial: load the images, take the parts that it is about, and train."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from reportgen.data import (
    Dataset,
    Note,
    Splits,
    TableKeys,
    encoded,
    load,
    resplit,
    split,
    subset,
    unseen_categories,
)
from reportgen.errors import UserError
from reportgen.training import INSIGHT, EpochRow, Record, Trial
from reportgen.user_code.source import UserCode

OnNotice = Callable[[str], None]


@dataclass(frozen=True)
class DataSettings:
    """What a process needs to load and split the data by itself.

    resplit: whether a trial's seed draws its split; seed is then that of the split that stands for all.
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
    shares: tuple[float, float, float] | None = None
    resize: tuple[int, int] | None = None
    columns: TableKeys | None = None
    resplit: bool = False
    digest: str | None = None


@dataclass(frozen=True)
class Workplace:
    """A folder of a trial's own: for its checkpoints and, where it keeps one, its classifier.

    seconds_between: from one checkpoint to the next, at least; 0 for one after every epoch. code: the users'
    files that setups may be of.
    """

    folder: Path
    keeps_model: bool
    seconds_between: float
    code: tuple[UserCode, ...] = ()

    @property
    def model(self) -> Path:
        """The file of the best epoch's classifier."""
        return self.folder / "model.safetensors"

    @property
    def insight(self) -> Path:
        """What can be looked at of it; written beside it by training/trainer.py."""
        return self.folder / INSIGHT


@dataclass(frozen=True, eq=False)
class LoadedData:
    """A data set, and its parts where they are asked for.

    settings: how it is loaded and split, with the digest of what was found there.
    """

    settings: DataSettings
    dataset: Dataset

    @cached_property
    def splits(self) -> Splits:
        """The parts; where every seed has its own, those of the settings' seed."""
        settings = self.settings
        if settings.resplit:
            return self._drawn_by(settings.seed or 0)
        return split(
            self.dataset,
            train=settings.train,
            validation=settings.validation,
            test=settings.test,
            shares=settings.shares,
            seed=settings.seed,
            test_from_train=settings.test_from_train,
        )

    def _drawn_by(self, seed: int) -> Splits:
        """The parts that a trial's seed draws. They are not kept: images in another order are a copy."""
        settings = self.settings
        return resplit(
            self.dataset,
            seed,
            train=settings.train,
            validation=settings.validation,
            test=settings.test,
            shares=settings.shares,
        )

    def splits_of_seeds(self, seeds: Iterable[int]) -> Iterator[Splits]:
        """Yield every split that trials of these seeds have, one after the other."""
        if not self.settings.resplit:
            yield self.splits
            return
        for seed in dict.fromkeys(seeds):
            yield self.splits if seed == self.settings.seed else self._drawn_by(seed)

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was done to the data, or left out of them."""
        seed = self.settings.seed
        by_seed = (Note("resplit", {"seed": seed}),) if self.settings.resplit and seed is not None else ()
        return (*self.dataset.notes, *self.splits.notes, *by_seed, *unseen_categories(self.splits))


MOST_HELD = 2
"""So many are held: an ablation has its test images from two places."""
held: dict[DataSettings, LoadedData] = {}
"""What this process has loaded last, by its settings with the digest."""


def load_data(settings: DataSettings) -> LoadedData:
    """Load a data set, or take what this process holds of these very images.

    Args:
        settings: Where the images are. Without a digest they are read anew, whatever they are now.

    Returns:
        The data set, its splits, and the settings by which every process finds the same.

    Raises:
        UserError: The images cannot be read, or are not those of the digest.
    """
    if settings in held:
        return held[settings]
    dataset = load(
        settings.source,
        settings.path,
        classes=settings.classes,
        resize=settings.resize,
        columns=settings.columns,
    )
    if settings.digest not in (None, dataset.digest):
        raise UserError(
            f"source {settings.source}: the {dataset.things} have changed since this run began: start again,"
            " and leave them as they are until it has ended"
        )
    loaded = LoadedData(replace(settings, digest=dataset.digest), dataset)
    while len(held) >= MOST_HELD:
        del held[next(iter(held))]
    held[loaded.settings] = loaded
    return loaded


def splits_for(trial: Trial, data: DataSettings) -> Splits:
    """Return the splits for a trial, whose test images an ablation may take from elsewhere.

    Args:
        trial: Its defects say where from, and its seed which split, where every seed has its own.
        data: Where the images are.
    """
    (splits,) = load_data(data).splits_of_seeds([trial.seed])
    from_train = trial.defects.test_images_from_training_file
    if from_train != data.test_from_train:
        # the test part alone: what is trained on must not depend on it
        others = load_data(replace(data, test_from_train=from_train)).splits
        splits = replace(splits, test=others.test)
    return splits


def splits_of(trial: Trial, splits: Splits) -> Splits:
    """Return the part of the data that a trial is about: all of it, or the comparison's small data set.

    Args:
        trial: Its setup says how small.
        splits: All of the data.
    """
    return splits if trial.setup.subset is None else subset(splits, trial.setup.subset)


def inputs_of(trial: Trial, data: DataSettings) -> tuple[Splits, int]:
    """Return what a trial is trained, validated and tested on, and how many classes there are.

    Args:
        trial: Any of those that are to be trained.
        data: Where the images are, and how they are split.

    Raises:
        UserError: The images are not those that the run began with.
    """
    splits = encoded(splits_of(trial, splits_for(trial, data)), of_all=data.resplit)
    return splits, len(load_data(data).dataset.classes)


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
        UserError: The images are not those that the run began with, or a user's code went wrong.
    """
    splits, classes = inputs_of(trial, data)
    if trial.setup.optimizer_code or trial.setup.layers_code:
        from reportgen.execution.guarded_training import train_guarded

        return train_guarded(
            trial, splits, classes, workplace=workplace, on_epoch=on_epoch, on_notice=on_notice
        )
    # torch is slow to import: only a process that trains does so
    import torch

    from reportgen.training import train
    from reportgen.training.checkpoints import Checkpoints

    torch.set_num_threads(1)
    if workplace.keeps_model:
        workplace.folder.mkdir(parents=True, exist_ok=True)
    return train(
        trial,
        splits,
        classes,
        on_epoch=on_epoch,
        save_to=workplace.model if workplace.keeps_model else None,
        checkpoints=Checkpoints(
            workplace.folder, seconds_between=workplace.seconds_between, on_notice=on_notice
        ),
    )
