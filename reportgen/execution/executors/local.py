"""Run trials side by side, one process and one thread each."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import lru_cache
from multiprocessing.connection import wait as wait_for_sentinel
from pathlib import Path
from typing import Any

from reportgen.data import Splits, load, split, subset
from reportgen.errors import UserError
from reportgen.training import INSIGHT, EpochRow, Record, Trial

OnEpoch = Callable[[int, EpochRow], None]
OnRecord = Callable[[int, Record], None]
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


def execute(
    trials: Sequence[Trial],
    data: DataSettings,
    *,
    workers: int,
    workplaces: Sequence[Workplace],
    on_epoch: OnEpoch,
    on_record: OnRecord,
    on_notice: OnNotice,
) -> list[Record]:
    """Train all trials and return their records in the order of the trials.

    workers: how many processes at once. workplaces: one for each trial; one that was begun there is gone
    on with. on_epoch: called with a trial's place in the list and its newest row. on_record: called with
    its place and its record, once it is done and all its rows are reported. on_notice: called with a line
    for the user about what went wrong without stopping anything.
    """
    records: dict[int, Record] = {}
    heard = [0] * len(trials)

    def hand_on(place: int, row: EpochRow) -> None:
        if row.epoch > heard[place]:
            heard[place] = row.epoch
            on_epoch(place, row)

    if workers == 1 or len(trials) <= 1:
        for place, trial in enumerate(trials):
            records[place] = _train(
                trial,
                data,
                workplaces[place],
                lambda row, place=place: on_epoch(place, row),  # type: ignore[misc]
                on_notice,
            )
            on_record(place, records[place])
        return list(records.values())
    context = multiprocessing.get_context("spawn")
    events = context.Queue()
    # the longest first, so that no process is left with a long one at the end
    longest_first = sorted(range(len(trials)), key=lambda place: -_work(trials[place], data))
    pool = ProcessPoolExecutor(
        min(workers, len(trials)), mp_context=context, initializer=_start_worker, initargs=(events,)
    )
    try:
        with _interrupts_held():
            futures = {
                pool.submit(_train_in_worker, place, trials[place], data, workplaces[place]): place
                for place in longest_first
            }
        waiting = set(futures)
        while waiting:
            done, waiting = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
            _pass_on(events, hand_on, on_notice)
            for future in done:
                place = futures[future]
                records[place] = future.result()
                for row in records[place].epochs:  # a worker's last words may come after its record
                    hand_on(place, row)
                on_record(place, records[place])
    except BrokenProcessPool as error:
        raise UserError(
            "a training process ended without a word, probably for lack of memory: try --workers 1"
        ) from error
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    pool.shutdown()
    return [records[place] for place in range(len(trials))]


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Let Ctrl-C wait, which reaches the whole group: processes started meanwhile never hear of it.

    The parent alone answers it.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(trial: Trial, data: DataSettings) -> float:
    """Roughly how much arithmetic a trial is, to sort by."""
    splits, _ = load_splits(data)
    images = len(splits_of(trial, splits).train)
    first_hidden = trial.setup.hidden[0] if trial.setup.hidden else 10
    return trial.setup.epochs * images * first_hidden / trial.setup.batch_size


def _pass_on(events: Any, on_epoch: OnEpoch, on_notice: OnNotice) -> None:
    """Hand on what the workers have reported so far."""
    while True:
        try:
            place, said = events.get_nowait()
        except queue.Empty:
            return
        if isinstance(said, str):
            on_notice(said)
        else:
            on_epoch(place, said)


def _train(
    trial: Trial,
    data: DataSettings,
    workplace: Workplace,
    on_epoch: Callable[[EpochRow], None],
    on_notice: OnNotice,
) -> Record:
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


_worker_events: Any = None


def _start_worker(events: Any) -> None:
    """Once in every worker process."""
    global _worker_events  # noqa: PLW0603 - a queue cannot travel with a task, only with the process
    _worker_events = events
    events.cancel_join_thread()  # a record holds every row: nobody waits for the last to be heard
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker whose parent was killed has nobody to work for."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for_sentinel([parent.sentinel])
        os._exit(1)


def _train_in_worker(place: int, trial: Trial, data: DataSettings, workplace: Workplace) -> Record:
    def say(what: EpochRow | str) -> None:
        _worker_events.put((place, what))

    return _train(trial, data, workplace, say, say)
