"""The keys of a stage that say how it trains: accepted, their defaults, what reaches the trials, refusals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reportgen.experiment.reading import read
from reportgen.experiment.refusals import ExperimentError
from reportgen.optim import Schedule
from reportgen.planning.plan import check_optimizers, plan
from reportgen.training import Augmentation, Setup

TEXT = """
title = "Keys"
[data]
source = "digits"
[{stage}]
hidden = [4]
batch_size = 8
epochs = 10
{optimizer}
{lines}
"""
OPTIMIZER = '{ name = "SGD", learning_rate = 0.1 }'
STAGES = {"comparison": "optimizers = [{}]", "tuned": "optimizer = {}"}

SetupOf = Callable[..., Setup]


@pytest.fixture(params=STAGES)
def stage(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def setup_of(tmp_path: Path, stage: str) -> SetupOf:
    """The setup that a stage with these lines, and this optimizer, asks for."""

    def make(
        lines: str = "", *, optimizer: str = OPTIMIZER, overrides: dict[str, Any] | None = None
    ) -> Setup:
        path = tmp_path / "mine.toml"
        text = TEXT.format(stage=stage, optimizer=STAGES[stage].format(optimizer), lines=lines)
        path.write_text(text, encoding="utf-8")
        experiment = read(path, {stage: overrides or {}})
        check_optimizers(experiment)
        (trial,) = plan(experiment, classes=10)
        return trial.setup

    return make


def test_what_is_left_unsaid_trains_as_ever(setup_of: SetupOf) -> None:
    setup = setup_of()
    assert setup.schedule == Schedule("constant", warmup_epochs=0, at=())
    assert setup.augmentation == Augmentation(flip=False, shift=0)
    assert (setup.normalization, setup.best_epoch_by) == ("none", "validation_loss")
    assert (setup.label_smoothing, setup.dropout, setup.input_dropout) == (0, 0, 0)
    assert (setup.early_stopping, setup.average_epochs) == (None, 0)
    assert setup.hyperparameters["weight_decay"] == 0


ACCEPTED = {
    'schedule = "cosine"': ("schedule", Schedule("cosine")),
    'schedule = { name = "cosine", warmup_epochs = 1.5 }': ("schedule", Schedule("cosine", 1.5)),
    'schedule = { name = "constant", warmup_epochs = 2 }': ("schedule", Schedule("constant", 2.0)),
    'schedule = { name = "step", at = [3, 7.5] }': ("schedule", Schedule("step", 0.0, (3, 7.5), 0.1)),
    'schedule = { name = "step", at = [4], factor = 0.5, warmup_epochs = 1 }': (
        "schedule",
        Schedule("step", 1.0, (4,), 0.5),
    ),
    'normalization = "none"': ("normalization", "none"),
    'normalization = "per-channel"': ("normalization", "per-channel"),
    "label_smoothing = 0.1": ("label_smoothing", 0.1),
    "dropout = 0": ("dropout", 0),
    "dropout = 0.999": ("dropout", 0.999),
    "input_dropout = 0.2": ("input_dropout", 0.2),
    "early_stopping = 1": ("early_stopping", 1),
    "early_stopping = 50": ("early_stopping", 50),  # more than the epochs: never
    "average_epochs = 0": ("average_epochs", 0),
    "average_epochs = 10": ("average_epochs", 10),  # all of them
    'best_epoch_by = "validation_loss"': ("best_epoch_by", "validation_loss"),
    'best_epoch_by = "validation_accuracy"': ("best_epoch_by", "validation_accuracy"),
    "augmentation = { flip = true }": ("augmentation", Augmentation(flip=True)),
    "augmentation = { shift = 64 }": ("augmentation", Augmentation(shift=64)),
    "augmentation = { flip = true, shift = 2 }": ("augmentation", Augmentation(flip=True, shift=2)),
}


@pytest.mark.parametrize("line", ACCEPTED)
def test_a_key_reaches_the_trials_and_changes_nothing_else(setup_of: SetupOf, line: str) -> None:
    name, value = ACCEPTED[line]
    setup = setup_of(line)
    assert getattr(setup, name) == value
    unsaid = setup_of()
    assert {key for key, there in vars(setup).items() if there != getattr(unsaid, key)} <= {name}


@pytest.mark.parametrize("name", ["SGD", "SGD_Momentum", "Adam"])
def test_every_optimizer_takes_a_weight_decay(setup_of: SetupOf, name: str) -> None:
    setup = setup_of(optimizer=f'{{ name = "{name}", learning_rate = 0.1, weight_decay = 5e-4 }}')
    assert setup.hyperparameters["weight_decay"] == 5e-4


def refused(setup_of: SetupOf, **changes: Any) -> str:
    with pytest.raises(ExperimentError) as caught:
        setup_of(**changes)
    message = str(caught.value)
    assert "\n" not in message
    return message.rpartition("mine.toml: ")[2]


REFUSED = {
    'schedule = "cosin"': ('.schedule.name = "cosin"', "'constant', 'step' or 'cosine'"),
    "schedule = 3": (".schedule = 3", "must be a table with name, warmup_epochs, at, factor"),
    "schedule = {}": (".schedule.name is missing", ""),
    'schedule = { name = "cosine", warmup = 1 }': (
        "unknown key {stage}.schedule.warmup; did you mean warmup_epochs?",
        "",
    ),
    'schedule = { name = "cosine", warmup_epochs = -1 }': (".schedule.warmup_epochs = -1", "or equal to 0"),
    'schedule = { name = "cosine", warmup_epochs = nan }': (".schedule.warmup_epochs = nan", "finite"),
    'schedule = { name = "cosine", warmup_epochs = "1" }': ('.schedule.warmup_epochs = "1"', "number"),
    'schedule = { name = "cosine", warmup_epochs = 10 }': (
        "schedule.warmup_epochs = 10",
        "leaves nothing of the 10 epochs",
    ),
    'schedule = { name = "cosine", warmup_epochs = 11.5 }': ("schedule.warmup_epochs = 11.5", "10 epochs"),
    'schedule = "step"': (".schedule", 'a "step" schedule needs at = [...]'),
    'schedule = { name = "step", at = [] }': (".schedule", 'a "step" schedule needs at = [...]'),
    'schedule = { name = "step", at = 3 }': (".schedule.at = 3", "must be a list"),
    'schedule = { name = "step", at = [3, 0] }': (".schedule.at[1] = 0", "greater than 0"),
    'schedule = { name = "step", at = [-3] }': (".schedule.at[0] = -3", "greater than 0"),
    'schedule = { name = "step", at = [3], factor = 0 }': (".schedule.factor = 0", "greater than 0"),
    'schedule = { name = "step", at = [3], factor = 1 }': (".schedule.factor = 1", "less than 1"),
    'schedule = { name = "cosine", at = [3] }': (".schedule", 'belong to "step", not to "cosine"'),
    'schedule = { name = "cosine", factor = 0.5 }': (".schedule", 'belong to "step", not to "cosine"'),
    'schedule = { name = "constant", factor = 0.1 }': (".schedule", 'belong to "step", not to "constant"'),
    'normalization = "batch"': ('.normalization = "batch"', "'none' or 'per-channel'"),
    "normalization = true": (".normalization = true", "'none' or 'per-channel'"),
    "label_smoothing = 1.0": (".label_smoothing = 1.0", "less than 1"),
    "label_smoothing = -0.1": (".label_smoothing = -0.1", "or equal to 0"),
    "dropout = 1.0": (".dropout = 1.0", "less than 1"),
    "dropout = 1": (".dropout = 1", "less than 1"),
    "dropout = -0.5": (".dropout = -0.5", "or equal to 0"),
    "dropout = nan": (".dropout = nan", "finite"),
    'dropout = "0.5"': ('.dropout = "0.5"', "number"),
    "dropout = true": (".dropout = true", "number"),
    "input_dropout = 1.0": (".input_dropout = 1.0", "less than 1"),
    "input_dropout = -0.1": (".input_dropout = -0.1", "or equal to 0"),
    "early_stopping = 0": (".early_stopping = 0", "or equal to 1"),
    "early_stopping = -1": (".early_stopping = -1", "or equal to 1"),
    "early_stopping = 2.5": (".early_stopping = 2.5", "integer"),
    "early_stopping = true": (".early_stopping = true", "integer"),
    "average_epochs = -1": (".average_epochs = -1", "or equal to 0"),
    "average_epochs = 2.0": (".average_epochs = 2.0", "integer"),
    "average_epochs = 11": ("average_epochs = 11", "more than the 10 epochs"),
    'best_epoch_by = "accuracy"': (
        '.best_epoch_by = "accuracy"',
        "'validation_loss' or 'validation_accuracy'",
    ),
    'best_epoch_by = "test_accuracy"': ('.best_epoch_by = "test_accuracy"', "'validation_loss'"),
    "augmentation = { shift = -1 }": (".augmentation.shift = -1", "or equal to 0"),
    "augmentation = { shift = 65 }": (".augmentation.shift = 65", "or equal to 64"),
    "augmentation = { shift = 1.0 }": (".augmentation.shift = 1.0", "integer"),
    "augmentation = { flip = 1 }": (".augmentation.flip = 1", "boolean"),
    "augmentation = { flips = true }": (
        "unknown key {stage}.augmentation.flips; did you mean flip?",
        "",
    ),
    "augmentation = true": (".augmentation = true", "must be a table with flip, shift"),
}


@pytest.mark.parametrize("line", REFUSED)
def test_a_wrong_value_is_refused_in_one_line_with_its_key(setup_of: SetupOf, stage: str, line: str) -> None:
    key, allowed = REFUSED[line]
    message = refused(setup_of, lines=line)
    assert message.startswith(("unknown key " if "unknown" in key else "") + stage)
    assert key.format(stage=stage) in message
    assert allowed in message


@pytest.mark.parametrize("value", ["-0.1", "nan", "inf", '"much"', "true"])
@pytest.mark.parametrize("name", ["SGD", "SGD_Momentum", "Adam"])
def test_a_wrong_weight_decay_is_refused(setup_of: SetupOf, stage: str, name: str, value: str) -> None:
    optimizer = f'{{ name = "{name}", learning_rate = 0.1, weight_decay = {value} }}'
    message = refused(setup_of, optimizer=optimizer)
    assert message.startswith(f"{stage}.optimizer")
    assert "weight_decay" in message
    assert value in message


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('schedule = { name = "cosine", warmup_epochs = 2 }', "schedule.warmup_epochs = 2"),
        ("average_epochs = 5", "average_epochs = 5"),
    ],
)
def test_fewer_epochs_on_the_command_line_must_still_hold_them(
    setup_of: SetupOf, line: str, key: str
) -> None:
    assert setup_of(line, overrides={"epochs": 6}).epochs == 6
    message = refused(setup_of, lines=line, overrides={"epochs": 2})
    assert key in message
    assert "2 epochs" in message
