"""A setting is declared where it is read from a file and where it trains: the same in both, and handed on."""

from __future__ import annotations

import json
from dataclasses import MISSING, asdict, fields
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from reportgen.experiment import trial as recorded
from reportgen.experiment.model import (
    AugmentationSettings,
    DefectSettings,
    Experiment,
    ScheduleSettings,
    Stage,
)
from reportgen.optim import Schedule
from reportgen.planning.plan import plan
from reportgen.training import Augmentation, Defects, Evidence, Setup, Trial

CODE = {"optimizer_code", "layers_code"}
MEANS = {"engine", "device"}
OF_THE_PLAN = {"stage", "label", "optimizer", "hyperparameters", "subset", "reads_test", *CODE, *MEANS}
"""What a setup has that no stage says of itself; the comparison alone has a subset."""


def in_file(model: type[BaseModel]) -> dict[str, Any]:
    """The keys of a table with their defaults, ... where there is none, tables within as plain values."""
    defaults = {name: field.get_default() for name, field in model.model_fields.items()}
    defaults |= {name: ... for name, value in defaults.items() if value is PydanticUndefined}
    return {
        name: value.model_dump() if isinstance(value, BaseModel) else value
        for name, value in defaults.items()
    }


def in_training(kind: type[Any]) -> dict[str, Any]:
    """The fields of what trains with their defaults, dataclasses within as plain values."""
    defaults = {field.name: ... if field.default is MISSING else field.default for field in fields(kind)}
    return {
        name: asdict(value) if hasattr(value, "__dataclass_fields__") else value
        for name, value in defaults.items()
    }


@pytest.mark.parametrize(
    ("table", "trains"),
    [(DefectSettings, Defects), (AugmentationSettings, Augmentation), (recorded.Evidence, Evidence)],
)
def test_a_table_and_what_trains_by_it_have_the_same_settings(table: type[BaseModel], trains: type) -> None:
    assert in_file(table) == in_training(trains)


def test_schedules_have_the_same_settings() -> None:
    assert in_file(ScheduleSettings) | {"name": "constant"} == in_training(Schedule)  # a file names its own


def test_a_setup_has_every_setting_of_a_stage_and_no_other() -> None:
    stage, setup = in_file(Stage), in_training(Setup)
    assert stage.pop("seeds") == (0,)
    assert {name: value for name, value in setup.items() if name not in OF_THE_PLAN}.keys() == stage.keys()
    left_out = {name for name, value in setup.items() if value is not ...} - OF_THE_PLAN
    assert {name: setup[name] for name in left_out} == {name: stage[name] for name in left_out}


def test_what_is_recorded_of_a_setup_is_what_trained() -> None:
    assert {*recorded.Setup.model_fields} - {"seeds"} == {field.name for field in fields(Setup)}
    assert recorded.Trial.model_fields.keys() == {field.name for field in fields(Trial)}


UNUSUAL: dict[str, Any] = {
    "hidden": [7, 5],
    "batch_size": 3,
    "epochs": 9,
    "l2": 0.25,
    "seeds": [4],
    "initial_std": 0.5,
    "dtype": "float64",
    "schedule": {"name": "step", "at": [2.0, 3.5], "factor": 0.75, "warmup_epochs": 1.5},
    "normalization": "per-channel",
    "label_smoothing": 0.125,
    "dropout": 0.375,
    "input_dropout": 0.0625,
    "best_epoch_by": "validation_accuracy",
    "augmentation": {"flip": True, "shift": 2},
}
"""A value of its own for each setting of a stage, but for the two that rule each other out."""
ENDS: list[dict[str, Any]] = [{"early_stopping": 6}, {"average_epochs": 8}]


@pytest.mark.parametrize("table", ["comparison", "tuned"])
@pytest.mark.parametrize("end", ENDS, ids=["stopped early", "averaged"])
def test_a_trial_is_trained_with_all_that_its_stage_says(table: str, end: dict[str, Any]) -> None:
    assert {*UNUSUAL, *(name for one in ENDS for name in one)} == set(Stage.model_fields)
    optimizer = {"name": "SGD_Momentum", "label": "mine", "learning_rate": 0.3, "momentum": 0.5}
    own = {"comparison": {"subset": 50, "optimizers": [optimizer]}, "tuned": {"optimizer": optimizer}}[table]
    content = {"title": "x", "data": {"source": "digits"}, table: UNUSUAL | end | own}
    (trial,) = plan(Experiment.model_validate(content), classes=10)
    # as JSON, which has no tuples
    assert json.loads(json.dumps(asdict(trial.setup))) == {
        name: value for name, value in {**in_training(Setup), **UNUSUAL, **end}.items() if name != "seeds"
    } | {
        "stage": table,
        "label": "mine",
        "optimizer": "SGD_Momentum",
        "hyperparameters": {"learning_rate": 0.3, "momentum": 0.5, "weight_decay": 0.0},
        "subset": 50 if table == "comparison" else None,
    }
    assert trial.seed == 4


@pytest.mark.parametrize("defect", [field.name for field in fields(Defects)])
def test_a_defect_that_is_asked_for_is_made(defect: str) -> None:
    stage = {"hidden": [3], "batch_size": 2, "epochs": 1, "optimizer": {"name": "SGD", "learning_rate": 1.0}}
    content = {"title": "x", "data": {"source": "digits"}, "tuned": stage, "defects": {defect: True}}
    (trial,) = plan(Experiment.model_validate(content), classes=10)
    assert trial.defects == Defects(**{defect: True})
