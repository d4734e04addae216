"""A trial as it was recorded: what it was trained with, and what it measured of its own fairness.

`training/trial.py` holds the same for who trains; these are for who reads records, without torch.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from reportgen.experiment.model import DefectSettings, Stage
from reportgen.experiment.values import Later, Seeds, Value, as_tuple


class Recorded(BaseModel):
    """A part of a record: types as they are written, and whatever else another version wrote."""

    model_config = ConfigDict(frozen=True, strict=True, extra="allow")


class Setup(Stage):
    """One optimizer with its hyperparameters, trained with the settings of a stage.

    seeds: none, since each trial has its own. hidden: with the layers that a defect added. subset: how many
    training images the small data set has, None for all. optimizer_code, layers_code: the digests of the
    user's files that have the optimizer and the layers; empty where they are this program's. engine: what it
    was trained by. device: what it was trained on, as torch calls it.
    """

    model_config = ConfigDict(extra="allow")

    stage: str
    label: str
    optimizer: str
    hyperparameters: dict[str, Annotated[Value, BeforeValidator(as_tuple)]]
    hidden: Annotated[tuple[int, ...], BeforeValidator(as_tuple)]
    seeds: Seeds = Field(default=(), exclude=True)
    subset: int | None
    reads_test: bool = True
    optimizer_code: Annotated[str, Later()] = ""
    layers_code: Annotated[str, Later()] = ""
    engine: Annotated[str, Later()] = "textbook"
    device: Annotated[str, Later()] = "cpu"

    @property
    def learning_rate(self) -> float:
        """The learning rate, before a schedule changes it."""
        return float(self.hyperparameters["learning_rate"])  # type: ignore[arg-type]  # a number


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
