"""Train several trials as one program, each to the record that it would have by itself."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from reportgen.data import Splits
from reportgen.training.checkpoints import Checkpoints
from reportgen.training.engines.batched import Member, Stack
from reportgen.training.engines.choice import BATCHED
from reportgen.training.parts import make_optimizer
from reportgen.training.trainer import Training, computing_as
from reportgen.training.trial import EpochRow, Record, Setup, Trial

MOST_TOGETHER = 64
"""The weights, the gradients and the optimizers' states of all of them are in the device's memory at once."""

OF_ONE_TRIAL = (
    "stage", "label", "optimizer", "hyperparameters", "l2", "schedule", "epochs", "initial_std",
    "early_stopping", "average_epochs", "best_epoch_by", "reads_test",
)  # fmt: skip
"""What may differ between the setups of trials that are trained together."""
OF_ONE_STEP = ("optimizer", "hyperparameters", "l2", "schedule", "epochs")
"""What must be equal where optimizers are to step as one: it decides about every step."""


@dataclass(frozen=True)
class Place:
    """Where a trial among several is kept and heard of.

    on_epoch, on_record: called with the row of every epoch and, once it has ended, with the record. save_to,
    checkpoints: as in `train`.
    """

    on_epoch: Callable[[EpochRow], None] = lambda _: None
    on_record: Callable[[Record], None] = lambda _: None
    save_to: Path | None = None
    checkpoints: Checkpoints | None = None


def groups(trials: Sequence[Trial], *, split_by_seed: bool) -> list[list[int]]:
    """Return the places of those trials that one program trains, group by group.

    Args:
        trials: Of any engine; those of another one are in no group.
        split_by_seed: Whether every seed has images of its own.
    """
    together: dict[str, list[int]] = {}
    for place, trial in enumerate(trials):
        if trial.setup.engine != BATCHED:
            continue
        shared = {name: value for name, value in asdict(trial.setup).items() if name not in OF_ONE_TRIAL}
        key = [shared, asdict(trial.defects), trial.seed if split_by_seed else None]
        together.setdefault(json.dumps(key), []).append(place)
    return [
        places[start : start + MOST_TOGETHER]
        for places in together.values()
        for start in range(0, len(places), MOST_TOGETHER)
    ]


def train_together(
    trials: Sequence[Trial], splits: Splits, classes: int, places: Sequence[Place] | None = None
) -> list[Record]:
    """Train the trials of a group; see `train`, which trains one.

    All train epoch by epoch, those behind first: some are, where a kill came between the checkpoints of two.
    One that has ended makes room, and the others go on.

    Args:
        trials: As `groups` puts them together.
        splits: The images of all of them.
        classes: How many there are.
        places: One for each trial.

    Returns:
        The records, in the order of the trials.
    """
    places = places or [Place() for _ in trials]
    records: dict[int, Record] = {}
    with computing_as(trials[0].setup):
        trainings: dict[int, Training] = {}
        # those that may step as one side by side
        for number in sorted(range(len(trials)), key=lambda number: _settings(trials[number].setup)):
            beside = next(iter(trainings.values()), None)
            trainings[number] = _begin(trials[number], splits, classes, places[number], beside)
        cohort: list[int] = []
        stack: Stack | None = None
        while True:
            for number in [number for number, training in trainings.items() if training.ended]:
                records[number] = trainings.pop(number).record(places[number].save_to)
                places[number].on_record(records[number])
            if not trainings:
                break
            fewest = min(len(training.rows) for training in trainings.values())
            behind = [number for number, training in trainings.items() if len(training.rows) == fewest]
            if stack is None or behind != cohort:
                cohort, stack = behind, Stack([_member(trainings[number]) for number in behind])
            _train_epoch(stack, [(trainings[number], places[number]) for number in cohort])
    return [records[number] for number in range(len(trials))]


def _settings(setup: Setup) -> str:
    """What decides about every step of a trial, as a text."""
    plain = asdict(setup)
    return json.dumps([plain[name] for name in OF_ONE_STEP])


def _begin(trial: Trial, splits: Splits, classes: int, place: Place, beside: Training | None) -> Training:
    """A training that stands where its checkpoints stand."""
    training = Training(trial, splits, classes, beside=beside)
    newest = place.checkpoints.newest() if place.checkpoints else None
    if newest is not None:
        training.go_on_from(newest)
        for row in training.rows:
            place.on_epoch(row)
    return training


def _member(training: Training) -> Member:
    setup = training.trial.setup
    settings: Hashable = _settings(setup)
    return Member(
        training.classifier,
        training.optimizer,
        training.training,
        training.order,
        settings,
        lambda: make_optimizer(setup),
    )


def _train_epoch(stack: Stack, members: Sequence[tuple[Training, Place]]) -> None:
    """Train all members of a stack for an epoch, and keep those that it is time for."""
    started = time.perf_counter()
    all_stats = stack.epoch([training.learning_rates() for training, _ in members])
    share = (time.perf_counter() - started) / len(members)
    for (training, place), stats in zip(members, all_stats, strict=True):
        place.on_epoch(training.end_epoch(stats, share))
        if place.checkpoints is not None and place.checkpoints.due and not training.ended:
            place.checkpoints.write(training.checkpoint())
