"""What a run says while it trains."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from reportgen.progress import Bars, Lines, watch
from reportgen.runs.plan import plan
from reportgen.runs.run import Source
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
        lines.planned(trials)
        for place, trial in enumerate(trials):
            for epoch in range(1, trial.setup.epochs + 1):
                lines.epoch(place, replace(ROW, epoch=epoch))
    said = console.file.getvalue().splitlines()
    assert said[0] == "training: 5 trials, 11 epochs"
    assert len(said) == 1 + 5
    assert said[1] == (
        "comparison SGD seed 0: epoch 2/2, training loss 1.5000 accuracy 0.2500,"
        " validation loss 1.2500 accuracy 0.5000 (1/5 trials done)"
    )
    assert said[5].startswith("tuned SGD_Momentum seed 0: epoch 3/3,")
    assert said[5].endswith("(5/5 trials done)")


def test_a_diverged_trial_is_done_as_well(trials: list[Trial], console: Console) -> None:
    with watch(console) as lines:
        lines.planned(trials)
        lines.epoch(0, DIVERGED)
    said = console.file.getvalue().splitlines()
    assert said[1].startswith("comparison SGD seed 0: diverged at epoch 1/2, training loss nan")
    assert said[1].endswith("(1/5 trials done)")


def test_on_a_terminal_the_bars_fill_whether_trials_end_or_diverge(
    trials: list[Trial], tmp_path: Path
) -> None:
    with (tmp_path / "terminal").open("w", encoding="utf-8") as file:
        console = Console(file=file, force_terminal=True, width=120)
        with watch(console) as bars:
            assert isinstance(bars, Bars)
            bars.planned(trials)
            bars.epoch(0, DIVERGED)
            for place, trial in list(enumerate(trials))[1:]:
                for epoch in range(1, trial.setup.epochs + 1):
                    bars.epoch(place, replace(ROW, epoch=epoch))
            total = bars.progress.tasks[0]
            assert (total.completed, total.total) == (11, 11)
            by_name = {task.description: task for task in bars.progress.tasks}
            assert by_name["comparison SGD seed 0"].fields["note"] == "diverged"
            assert not by_name["comparison Adam seed 0"].visible
