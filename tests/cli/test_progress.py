"""What a run says while it trains."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from reportgen.cli.progress import Bars, Lines, name_of, watch
from reportgen.experiment.reading import Source
from reportgen.planning.plan import plan
from reportgen.training import EpochRow, Trial

ROW = EpochRow(
    epoch=1,
    training_loss=1.5,
    training_accuracy=0.25,
    validation_loss=1.25,
    validation_accuracy=0.5,
    l2_term=0.0,
    seconds=0.1,
)
DIVERGED = replace(ROW, training_loss=float("nan"))


@pytest.fixture
def trials(source: Callable[..., Source]) -> list[Trial]:
    return plan(source().experiment, classes=10)


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=200)


def test_away_from_a_terminal_every_trial_ends_with_a_line(trials: list[Trial], console: Console) -> None:
    with watch(console) as lines:
        assert isinstance(lines, Lines)
        lines.planned(trials, 0)
        for place, trial in enumerate(trials):
            for epoch in range(1, trial.setup.epochs + 1):
                lines.epoch(place, replace(ROW, epoch=epoch))
            lines.ended(place)
    said = console.file.getvalue().splitlines()
    assert said[0] == "training: 5 trials, 11 epochs"
    assert len(said) == 1 + 5
    assert said[1] == (
        "comparison SGD seed 0: epoch 2/2, training loss 1.5000 accuracy 0.2500,"
        " validation loss 1.2500 accuracy 0.5000 (1/5 trials done)"
    )
    assert said[5].startswith("tuned SGD_Momentum seed 0: epoch 3/3,")
    assert said[5].endswith("(5/5 trials done)")


def test_a_diverged_or_early_stopped_trial_is_done_as_well(trials: list[Trial], console: Console) -> None:
    with watch(console) as lines:
        lines.planned(trials, 0)
        lines.epoch(0, DIVERGED)
        lines.ended(0)
        lines.epoch(1, ROW)  # and not the second epoch
        lines.ended(1)
    said = console.file.getvalue().splitlines()
    assert said[1].startswith("comparison SGD seed 0: diverged at epoch 1/2, training loss nan")
    assert said[1].endswith("(1/5 trials done)")
    assert said[2].startswith("comparison SGD seed 1: epoch 1/2, training loss 1.5")
    assert said[2].endswith("(2/5 trials done)")


def test_the_next_round_is_counted_from_the_start(trials: list[Trial], console: Console) -> None:
    with watch(console) as lines:
        for these in (trials[:1], trials[1:3]):
            lines.planned(these, 0)
            for place, _ in enumerate(these):
                lines.epoch(place, ROW)
                lines.ended(place)
    said = console.file.getvalue().splitlines()
    assert [line for line in said if line.startswith("training:")] == [
        "training: 1 trials, 2 epochs",
        "training: 2 trials, 4 epochs",
    ]
    assert [line[line.rindex("(") :] for line in said if "trials done" in line] == [
        "(1/1 trials done)",
        "(1/2 trials done)",
        "(2/2 trials done)",
    ]


def test_on_a_terminal_the_bars_fill_whether_trials_end_stop_early_or_diverge(
    trials: list[Trial], tmp_path: Path
) -> None:
    with (tmp_path / "terminal").open("w", encoding="utf-8") as file:
        console = Console(file=file, force_terminal=True, width=120)
        with watch(console) as bars:
            assert isinstance(bars, Bars)
            bars.planned(trials, 0)
            total = bars.progress.tasks[0]
            counted = []
            epochs_of = {0: [DIVERGED], 1: [ROW]}  # of two each: one diverges, one stops early
            for place, trial in enumerate(trials):
                all_rows = [replace(ROW, epoch=epoch) for epoch in range(1, trial.setup.epochs + 1)]
                for row in epochs_of.get(place, all_rows):
                    bars.epoch(place, row)
                bars.ended(place)
                counted.append(total.completed)
            assert counted == [2, 4, 6, 8, 11]
            assert total.total == 11
            by_name = {task.description: task for task in bars.progress.tasks}
            assert by_name["comparison SGD seed 0"].fields["note"] == "diverged"
            assert not any(by_name[f"{name_of(trial)}"].visible for trial in trials)
