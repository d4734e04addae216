"""What whoever reads a run may rely on in its manifest. One that is damaged or a stranger's is refused."""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

DEEPEST = 50
"""The most levels of a manifest; those of runs have eight."""


def _moment(text: str) -> str:
    dt.datetime.fromisoformat(text)
    return text


Moment = Annotated[str, AfterValidator(_moment)]


class _Part(BaseModel):
    """Types as they are written, and whatever else."""

    model_config = ConfigDict(strict=True, extra="allow")


class _Title(_Part):
    zh_hant: str = Field(alias="zh-Hant")
    en: str


class _Settings(_Part):
    title: _Title


class _Experiment(_Part):
    name: str
    file: str
    options: list[str] = []
    settings: _Settings


class _Data(_Part):
    source: str
    digest: str


class _Device(_Part):
    processor: str
    workers: int


class _Times(_Part):
    started: Moment
    finished: Moment
    seconds: float = Field(ge=0, allow_inf_nan=False)


class _Manifest(_Part):
    run: str
    experiment: _Experiment
    languages: list[str] = Field(min_length=1)
    data: _Data
    versions: dict[str, str]
    device: _Device
    times: _Times
    code: str | None = None
    reused: list[bool] = []


class _Setup(_Part):
    stage: str
    label: str
    optimizer: str
    hyperparameters: dict[str, Any]
    hidden: list[int]
    batch_size: int
    epochs: int
    l2: float
    initial_std: float | None
    dtype: str
    normalization: str
    best_epoch_by: str


class _Trial(_Part):
    setup: _Setup
    seed: int
    defects: dict[str, bool]


class _Evidence(_Part):
    initial_weights: str
    batch_order: str
    samples: int
    distinct: int
    validation_images: int
    validation_distinct: int
    gradient_scale: dict[str, float | None]
    test_readings: float
    chosen_by: str
    validation_accuracy: float | None = None


class _Check(_Part):
    key: str
    line: str
    passed: bool
    evidence: str


class _Trials(_Part):
    trials: list[_Trial]
    parameter_shapes: list[dict[str, list[int]]]
    evidence: list[_Evidence]
    kept_trials: list[str | None] = []
    trained_on: list[dict[str, str | int]] = []
    checks: list[_Check]


def checked(content: Any) -> dict[str, Any]:
    """The same content, if it is that of a manifest, with or without what it holds for every single trial.

    Raises ValueError with one line.
    """
    if _is_deep(content, DEEPEST):
        raise ValueError(f"manifest.json: goes more than {DEEPEST} levels deep")
    try:
        json.dumps(content, ensure_ascii=False).encode()
        _Manifest.model_validate(content)
    except UnicodeEncodeError:
        raise ValueError("manifest.json: holds a text that no file can hold") from None
    except ValidationError as error:
        raise ValueError(_described(error)) from None
    return dict(content)


def check_trials(manifest: dict[str, Any], results: int) -> None:
    """Raise ValueError with one line unless the manifest describes each of so many trials."""
    try:
        trials = _Trials.model_validate(manifest)
    except ValidationError as error:
        raise ValueError(_described(error)) from None
    for name in ("trials", "parameter_shapes", "evidence"):
        if (count := len(getattr(trials, name))) != results:
            raise ValueError(f"manifest.json, {name}: {count} for the {results} trials of results.csv")


def _described(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"manifest.json{where and f', {where}'}: {first['msg']}"


def _is_deep(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deep(part, levels - 1) for part in inner)
