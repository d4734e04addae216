"""Run trials side by side, one process and one thread each."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for_sentinel
from typing import Any

from reportgen.errors import UserError
from reportgen.execution.worker import DataSettings, OnNotice, Workplace, load_data, splits_of, train_trial
from reportgen.training import EpochRow, Record, Trial

OnEpoch = Callable[[int, EpochRow], None]
OnRecord = Callable[[int, Record], None]


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
    """Train trials side by side.

    Args:
        trials: All that are trained.
        data: Where the images are, and how they are split.
        workers: How many processes at once; with one, the trials are trained in this process.
        workplaces: One for each trial; a training that was begun there goes on.
        on_epoch: Called with a trial's place in the list and its newest row.
        on_record: Called with its place and its record, once it is done and all its rows are reported.
        on_notice: Called with a line for the user about what went wrong without stopping anything.

    Returns:
        The records, in the order of the trials.

    Raises:
        UserError: A process died, or the images are no longer those that the run began with.
    """
    records: dict[int, Record] = {}
    heard = [0] * len(trials)

    def hand_on(place: int, row: EpochRow) -> None:
        if row.epoch > heard[place]:
            heard[place] = row.epoch
            on_epoch(place, row)

    if workers == 1 or len(trials) <= 1:
        for place, trial in enumerate(trials):
            records[place] = train_trial(
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
        with _interrupts_held(), _main_left_out():
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


@contextlib.contextmanager
def _main_left_out() -> Iterator[None]:
    """Start processes that do not run the caller's program once more: they need nothing that it defines."""
    main = sys.modules["__main__"]
    kept: dict[str, Any] = {
        name: main.__dict__[name] for name in ("__file__", "__spec__") if name in main.__dict__
    }
    main.__dict__.pop("__file__", None)
    main.__spec__ = None
    try:
        yield
    finally:
        main.__dict__.update(kept)


def _work(trial: Trial, data: DataSettings) -> float:
    """Estimate how much arithmetic a trial is, to sort by."""
    images = len(splits_of(trial, load_data(data).splits).train)
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


_worker_events: Any = None


def _start_worker(events: Any) -> None:
    """Begin a worker process."""
    global _worker_events  # noqa: PLW0603 - a queue cannot travel with a task, only with the process
    _worker_events = events
    events.cancel_join_thread()  # a record holds every row: nobody waits for the last to be heard
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this worker with its parent: where that was killed, it has nobody to work for."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for_sentinel([parent.sentinel])
        os._exit(1)


def _train_in_worker(place: int, trial: Trial, data: DataSettings, workplace: Workplace) -> Record:
    def say(what: EpochRow | str) -> None:
        _worker_events.put((place, what))

    return train_trial(trial, data, workplace, say, say)
