"""Have trials trained by an executor, whichever it is, and see to what its workers leave undone."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait

from reportgen.errors import UserError
from reportgen.execution.executors.executor import Executor, Task, Trained, carry_out
from reportgen.execution.executors.grouping import carry_out_together, group
from reportgen.execution.executors.local import LocalExecutor
from reportgen.execution.worker import DataSettings, OnNotice, Workplace, load_data, splits_of
from reportgen.training import EpochRow, Record, Trial

OnEpoch = Callable[[int, EpochRow], None]
OnTrained = Callable[[int, Trained], None]

SECONDS_BETWEEN_LOOKS = 0.2
"""So often it is looked for what workers have said."""
_places = itertools.count()
"""Of tasks: what a worker says late of an earlier one is not taken for what is said of another."""


def execute(
    trials: Sequence[Trial],
    data: DataSettings,
    *,
    executor: Executor | None,
    workplaces: Sequence[Workplace],
    on_epoch: OnEpoch,
    on_trained: OnTrained,
    on_notice: OnNotice,
) -> list[Record]:
    """Train trials side by side. One whose worker died is tried once more, going on from its checkpoint.

    Those that one program can train together are trained so, in this process, unless a cluster trains.

    Args:
        trials: All that are trained.
        data: Where the images are, and how they are split.
        executor: Who trains them; None for this process, one after the other.
        workplaces: One for each trial; a training that was begun there goes on.
        on_epoch: Called with a trial's place in the list and its newest row.
        on_trained: Called with its place and its record, once it is done and all its rows are reported.
        on_notice: Called with a line for the user about what went wrong without stopping anything.

    Returns:
        The records, in the order of the trials.

    Raises:
        UserError: The workers of some trials died twice: the others are all trained by then. Or a training
            cannot go on, such as with other images than those that the run began with.
    """
    tasks = [
        Task(next(_places), trial, data, workplace)
        for trial, workplace in zip(trials, workplaces, strict=True)
    ]
    driven = _Driven(tasks, on_epoch, on_trained, on_notice)
    here = executor is None or isinstance(executor, LocalExecutor)
    groups, alone = group(tasks) if here else ([], tasks)
    for together in groups:
        carry_out_together(together, lambda task, said: driven.hear(task.place, said), driven.end)
    if executor is None:
        for task in alone:
            driven.end(task, carry_out(task, lambda said, task=task: driven.hear(task.place, said)))  # type: ignore[misc]
    else:
        _drive(alone, executor, driven)
    driven.refuse_losses()
    return [driven.records[place] for place in range(len(tasks))]


class _Driven:
    """The tasks that are driven, and what has come of them."""

    def __init__(
        self, tasks: Sequence[Task], on_epoch: OnEpoch, on_trained: OnTrained, on_notice: OnNotice
    ) -> None:
        self.places = {task.place: place for place, task in enumerate(tasks)}
        self.epochs = [0] * len(tasks)
        self.on_epoch, self.on_trained, self.on_notice = on_epoch, on_trained, on_notice
        self.records: dict[int, Record] = {}
        self.deaths: dict[int, str] = {}
        self.lost: dict[int, str] = {}

    def hear(self, task: int, said: EpochRow | str) -> None:
        """Hand on what was said of a task, every epoch once; one begun again repeats some."""
        place = self.places.get(task)
        if isinstance(said, str):
            self.on_notice(said)
        elif place is not None and said.epoch > self.epochs[place]:
            self.epochs[place] = said.epoch
            self.on_epoch(place, said)

    def end(self, task: Task, trained: Trained) -> None:
        """Hand on what has come of a task."""
        place = self.places[task.place]
        for row in trained.record.epochs:  # a worker's last words may come after its record
            self.hear(task.place, row)
        self.records[place] = trained.record
        self.on_trained(place, trained)

    def may_try_again(self, task: Task, death: str) -> bool:
        """Whether a task whose worker died is tried once more; else it is lost."""
        name = f"{task.trial.setup.label}, seed {task.trial.seed}"
        if task.place in self.deaths:
            self.lost[task.place] = f"{name} ({death})"
            self.on_notice(f"{name}: {death} once more: the trial is given up, and the others go on")
            return False
        self.deaths[task.place] = death
        self.on_notice(f"{name}: {death}: the trial is tried once more")
        return True

    def refuse_losses(self) -> None:
        """Raise an error that names all that is lost, where anything is."""
        if not self.lost:
            return
        trials = "a trial was" if len(self.lost) == 1 else f"{len(self.lost)} trials were"
        names = "; ".join(self.lost[place] for place in sorted(self.lost))
        raise UserError(
            f"{trials} given up, whose worker ended twice: {names}. All others are kept: the"
            " same command trains only what is missing, with fewer --workers if memory is short"
        )


def _drive(tasks: Sequence[Task], executor: Executor, driven: _Driven) -> None:
    try:
        # the longest first, so that no worker is left with a long one at the end
        futures: dict[Future[Trained], Task] = {
            executor.submit(task): task for task in sorted(tasks, key=lambda task: -_work(task))
        }
        waiting = set(futures)
        while waiting:
            done, waiting = wait(waiting, timeout=SECONDS_BETWEEN_LOOKS, return_when=FIRST_COMPLETED)
            for place, said in executor.heard():
                driven.hear(place, said)
            for future in done:
                task, error = futures.pop(future), future.exception()
                if error is None:
                    driven.end(task, future.result())
                    continue
                death = executor.explain_death(error)
                if death is None:
                    raise error
                if driven.may_try_again(task, death):
                    again = executor.submit(task)
                    futures[again] = task
                    waiting.add(again)
    except BaseException:
        executor.cancel()
        raise


def _work(task: Task) -> float:
    """Estimate how much arithmetic a trial is, to sort by."""
    setup = task.trial.setup
    images = len(splits_of(task.trial, load_data(task.data).splits).train)
    first_hidden = setup.hidden[0] if setup.hidden else 10
    return setup.epochs * images * first_hidden / setup.batch_size
