"""A trial as it was recorded: what it was trained with, and what it measured of its own fairness.

`training/trial.py` holds the same for who trains; these are for who reads records, without torch.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from reportgen.experiment.model import DefectSettings, Stage
from reportgen.experiment.values import Seeds, as_tuple


class Recorded(BaseModel):
    """A part of a record: types as they are written, and whatever else another version wrote."""

    model_config = ConfigDict(frozen=True, strict=True, extra="allow")


class Setup(Stage):
    """One optimizer with its hyperparameters, trained with the settings of a stage.

    seeds: none, since each trial has its own. hidden: with the layers that a defect added. subset: how many
    training images the small data set has, None for all.
    """

    model_config = ConfigDict(extra="allow")

    stage: str
    label: str
    optimizer: str
    hyperparameters: dict[str, int | float]
    hidden: Annotated[tuple[int, ...], BeforeValidator(as_tuple)]
    seeds: Seeds = Field(default=(), exclude=True)
    subset: int | None
    reads_test: bool = True


class Trial(Recorded):
    """A setup with one seed."""

    setup: Setup
    seed: int
    defects: DefectSettings


class Evidence(Recorded):
    """What a trial measured while it ran; see `training/measured/evidence.py`."""

    initial_weights: str
    batch_order: str
    samples: int
    distinct: int
    validation_images: int
    validation_distinct: int
    gradient_scale: dict[str, float]
    test_readings: float
    chosen_by: str
    validation_accuracy: float | None = None
