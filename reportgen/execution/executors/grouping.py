"""Tasks that one program trains together, in this process: those of the batched engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reportgen.execution.executors.executor import Task, Trained, environment_of
from reportgen.execution.worker import inputs_of
from reportgen.training import EpochRow
from reportgen.training.checkpoints import Checkpoints


def group(tasks: Sequence[Task]) -> tuple[list[list[Task]], list[Task]]:
    """Return those tasks that are trained together, group by group, and all others.

    Args:
        tasks: All on the same data.
    """
    if not tasks:
        return [], []
    from reportgen.training.engines.together import groups

    places = groups([task.trial for task in tasks], split_by_seed=tasks[0].data.resplit)
    grouped = {place for places_of_group in places for place in places_of_group}
    return (
        [[tasks[place] for place in places_of_group] for places_of_group in places],
        [task for place, task in enumerate(tasks) if place not in grouped],
    )


def carry_out_together(
    tasks: Sequence[Task],
    say: Callable[[Task, EpochRow | str], None],
    end: Callable[[Task, Trained], None],
) -> None:
    """Train the tasks of a group in this process, each on from where its checkpoints stand.

    Args:
        tasks: Those of a group.
        say: Called with a task and the row of each of its epochs, and with every line for the user.
        end: Called with a task and what comes of it, as soon as its trial has ended.
    """
    import torch

    from reportgen.training.engines.together import Place, train_together

    torch.set_num_threads(1)
    splits, classes = inputs_of(tasks[0].trial, tasks[0].data)

    def place_of(task: Task) -> Place:
        workplace = task.workplace
        if workplace.keeps_model:
            workplace.folder.mkdir(parents=True, exist_ok=True)
        return Place(
            on_epoch=lambda row: say(task, row),
            on_record=lambda record: end(task, Trained(record, environment_of(task))),
            save_to=workplace.model if workplace.keeps_model else None,
            checkpoints=Checkpoints(
                workplace.folder,
                seconds_between=workplace.seconds_between,
                on_notice=lambda line: say(task, line),
            ),
        )

    train_together([task.trial for task in tasks], splits, classes, [place_of(task) for task in tasks])
