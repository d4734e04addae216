"""manifest.json as types. One that is damaged or a stranger's is refused.

Every reader of a run relies on a Description; a report needs all of the Manifest.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Annotated, Any, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError, model_validator

from reportgen.experiment.model import Experiment
from reportgen.experiment.stages import TUNED
from reportgen.experiment.trial import Evidence, Recorded, Trial
from reportgen.experiment.values import RECORDED, Value, as_tuple

DEEPEST = 50
"""The most levels of a manifest; those of runs have eight."""
FOR_EVERY_TRIAL = (
    "trials", "parameter_shapes", "evidence", "reused", "trained_at", "kept_trials", "checks", "engines",
    "optimizers", "found_searches",
)  # fmt: skip
"""What a manifest holds for every single trial, or at length, and a description lacks."""


def _moment(text: str) -> str:
    dt.datetime.fromisoformat(text)
    return text


T = TypeVar("T")
Listed = Annotated[tuple[T, ...], BeforeValidator(as_tuple)]
Moment = Annotated[str, AfterValidator(_moment)]


class Title(Recorded):
    """The title of an experiment in both languages."""

    zh_hant: str = Field(alias="zh-Hant")
    en: str


class DescribedSettings(Recorded):
    """Of the settings of an experiment the title, whatever else its version knew."""

    title: Title


class DescribedExperiment(Recorded):
    """Which experiment was run. options: those of the command line that changed it."""

    name: str
    file: str
    options: Listed[str] = ()
    settings: DescribedSettings


class DescribedData(Recorded):
    """The data set that was trained on. digest: its SHA-256."""

    source: str
    origin: str | None = None
    digest: str


class DescribedDevice(Recorded):
    """The machine that the run was started on.

    accelerator: the graphics card that trained; None where that was the processor. executor: who trained,
    this machine itself or a cluster. workers: how many trials side by side; None for as many as the cluster
    took.
    """

    processor: str
    cores: int | None = None
    system: str | None = None
    accelerator: str | None = None
    executor: str = "local"
    workers: int | None = None


class Times(Recorded):
    """When a run began and ended (UTC), and the seconds between."""

    started: Moment
    finished: Moment
    seconds: float = Field(ge=0, allow_inf_nan=False)


class Description(Recorded):
    """What every reader of a run may rely on, also of one that another version made.

    versions: of the packages, by name. code: the digest of the code that computes. trained_on: the machines
    and versions that the trials were trained with; those of a cluster have their machine's name. reused: for
    each trial, whether an earlier run trained it.
    """

    run: str
    experiment: DescribedExperiment
    languages: Annotated[Listed[str], Field(min_length=1)]
    data: DescribedData
    reused: Listed[bool] = ()
    trained_on: Listed[dict[str, str | int]] = ()
    code: str | None = None
    versions: dict[str, str]
    device: DescribedDevice
    times: Times


class RunExperiment(DescribedExperiment):
    """The experiment of a run, as types again."""

    settings: Experiment  # type: ignore[assignment]  # all of them, in place of the title alone


class ImagesByClass(Recorded):
    """How many images of each class each part of the data has."""

    train: Listed[int]
    validation: Listed[int]
    test: Listed[int]


class DataNote(Recorded):
    """What was done to the data, or left out of them; see `data/notes.py`."""

    key: str
    values: dict[str, int | str]


class TableColumn(Recorded):
    """A column of a table, as its training rows have it; see `execution/columns.py`.

    empty: cells of all parts without a value. edges: of the intervals that numbers are counted in.
    categories: the most frequent ones, of all that were seen. counts: for every class, or for all together.
    """

    name: str
    empty: int
    mean: float | None = None
    std: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    edges: Listed[float] = ()
    seen: int | None = None
    categories: Listed[str] = ()
    counts: Listed[Listed[int]] = ()


class Data(DescribedData):
    """The data set as a report describes it.

    image_shape: height, width, channels; None for a table, which has columns instead: how many there are of
    each kind, how many features they become, and the first of them. duplicates: how many images stand in two
    parts, by the parts' names; None where nobody looked. near_copies: the same of those
    that are nearly the same. subset_images_by_class: of the comparison's small
    set, where it has one. parts_digest: the SHA-256 of the data and of how they are cut into parts.
    """

    origin: str
    classes: Listed[str]
    image_shape: Annotated[tuple[int, int, int] | None, BeforeValidator(as_tuple)] = None
    columns: Listed[TableColumn] = ()
    numeric_columns: int = 0
    categorical_columns: int = 0
    features: int = 0
    images_by_class: ImagesByClass
    subset_images_by_class: dict[str, Listed[int]] = Field(default_factory=dict)
    duplicates: dict[str, int] | None = None
    near_copies: dict[str, int] | None = None
    parts_digest: str = ""
    notes: Listed[DataNote] = ()

    @model_validator(mode="after")
    def _of_images_or_of_rows(self) -> Self:
        if (self.image_shape is None) is not bool(self.columns):
            raise ValueError("has to have either image_shape or columns")
        return self


class Device(DescribedDevice):
    """The machine as a report describes it."""

    system: str


class FoundMistake(Recorded):
    """What is probably wrong with a user's code. key: of its sentence in the catalogue, under [mistake]."""

    key: str
    where: str
    example: Listed[str] = ()


class Check(Recorded):
    """A check that was made before training, as it was printed. mistakes, remark: of a user's code alone.

    kept: whether an earlier run made it, with the same code, versions and processor.
    """

    key: str
    line: str
    passed: bool
    evidence: str
    printed: Listed[str] = ()
    mistakes: Listed[FoundMistake] = ()
    remark: str = ""
    kept: bool = False


class UserLayers(Recorded):
    """A user's file whose layers trained. classes: their names, by the part of the network that they are."""

    file: str
    classes: dict[str, str]


class EngineProof(Recorded):
    """How near the textbook an engine stayed in so many steps before it trained, as a check measures it."""

    steps: int
    error: float
    limit: float


class TrainedBy(Recorded):
    """What trained a setup of a stage.

    reason: why it was the textbook where that was not asked for, a key of the catalogue under
    [engine_reason]; empty where there is nothing to say. proof: of another engine.
    """

    stage: str
    setup: str
    engine: str
    reason: str = ""
    proof: EngineProof | None = None


class Engines(Recorded):
    """What was asked to train, and what did. asked: "auto", or an engine."""

    asked: str
    setups: Listed[TrainedBy]


class DescribedFormula(Recorded):
    """A line of an optimizer's rule: as it is set, and as it is read aloud, by language."""

    latex: str = Field(max_length=1000)
    spoken: dict[str, str]


class DescribedOptimizer(Recorded):
    """An optimizer that trained: whose code it is, and what its file says of it.

    origin: "built in", "a user's file", or a package with its version. heading, text: by language. defaults:
    of its hyperparameters, those that have one; None in records of a time when they were not kept.
    """

    origin: str
    heading: dict[str, str] | None = None
    text: dict[str, str] | None = None
    formulas: Listed[DescribedFormula] = ()
    source: str = ""
    defaults: dict[str, Annotated[Value, BeforeValidator(as_tuple)]] | None = None


class Look(Recorded):
    """An earlier run that compared the same with other seeds."""

    run: str
    seeds: Listed[int]


class Manifest(Description):
    """What a report needs to know of its run.

    trials, parameter_shapes, evidence: an entry for each row of results.csv; no evidence where none was kept.
    trained_at: for each of them, which of trained_on it was trained on; empty where that was not kept.
    kept_trials: the keys of all trainings that the run rests on, those of its search too. layers: where they
    are a user's; None where all are this program's. optimizers: by name; empty in records of a time when they
    were not described. engines: None in records of a time when there was the textbook alone. found_searches:
    by stage, the record of the search that its settings came from, as records/searches.py reads it; those
    that the output folder did not have are missing. looks: by stage, the earlier runs that compared the same
    with other seeds.
    """

    experiment: RunExperiment
    data: Data
    trials: Listed[Trial]
    parameter_shapes: Listed[dict[str, Listed[int]]]
    evidence: Listed[Evidence] | None = None
    trained_at: Listed[int] = ()
    kept_trials: Listed[str | None] = ()
    checks: Listed[Check]
    layers: UserLayers | None = None
    optimizers: dict[str, DescribedOptimizer] = Field(default_factory=dict)
    found_searches: dict[str, dict[str, Any]] = Field(default_factory=dict)
    engines: Engines | None = None
    looks: dict[str, Listed[Look]] = Field(default_factory=dict)
    device: Device

    @model_validator(mode="after")
    def _stages_were_asked_for(self) -> Self:
        asked = self.experiment.settings
        for stage in dict.fromkeys(trial.setup.stage for trial in self.trials):
            if (asked.tuned if stage == TUNED else asked.comparison) is None:
                raise ValueError(f"has trials of the stage {stage}, which the experiment lacks")
        return self

    @model_validator(mode="after")
    def _environments_are_there(self) -> Self:
        if self.trained_at and self.trials and len(self.trained_at) != len(self.trials):
            raise ValueError(f"trained_at: {len(self.trained_at)} for {len(self.trials)} trials")
        if not all(0 <= number < len(self.trained_on) for number in self.trained_at):
            raise ValueError("trained_at: names what trained_on does not have")
        return self


def checked(content: Any) -> dict[str, Any]:
    """Return the content of a manifest.json as it is, if every reader may rely on it.

    Args:
        content: What was read as JSON, with or without what stands there for every single trial.

    Raises:
        ValueError: It is none; one line that says why.
    """
    if _is_deep(content, DEEPEST):
        raise ValueError(f"manifest.json: goes more than {DEEPEST} levels deep")
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("manifest.json: holds a text that no file can hold") from None
    read_description(content)
    return dict(content)


def describe(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of a manifest without what it holds for every single trial."""
    return {name: value for name, value in content.items() if name not in FOR_EVERY_TRIAL}


def read_description(content: Mapping[str, Any]) -> Description:
    """Return what every reader of a run relies on. Raises ValueError with one line."""
    return _read(Description, content)


def read_manifest(content: Mapping[str, Any]) -> Manifest:
    """Return all that a report needs to know. Raises ValueError with one line where it is not there."""
    return _read(Manifest, content)


def written(part: Recorded) -> dict[str, Any]:
    """Return a part of a record as it is written: what stands there, and nothing that was left out."""
    return part.model_dump(by_alias=True, exclude_unset=True)


def check_trials(manifest: Manifest, results: int) -> None:
    """Hold a manifest against the table of results.

    Args:
        manifest: Of a run.
        results: The rows of its results.csv.

    Raises:
        ValueError: It does not describe each of so many trials, in one line.
    """
    for name in ("trials", "parameter_shapes", "evidence"):
        if (count := len(getattr(manifest, name) or ())) != results:
            raise ValueError(f"manifest.json, {name}: {count} for the {results} trials of results.csv")


Model = TypeVar("Model", bound=BaseModel)


def _read(model: type[Model], content: Mapping[str, Any]) -> Model:
    try:
        return model.model_validate(content, extra="allow", context=RECORDED)
    except ValidationError as error:
        raise ValueError(_described(error)) from None


def _described(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"manifest.json{where and f', {where}'}: {first['msg'].removeprefix('Value error, ')}"


def _is_deep(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deep(part, levels - 1) for part in inner)
