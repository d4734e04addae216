"""An experiment as types: what it trains, with which data, and which values are allowed."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator

from reportgen.experiment.audit_settings import AuditSettings
from reportgen.experiment.data_settings import Data
from reportgen.experiment.own_text import OwnTexts
from reportgen.experiment.search import Found, Search
from reportgen.experiment.stages import COMPARISON, EQUALLY_TUNED, TUNED
from reportgen.experiment.values import (
    RECORDED,
    Epochs,
    Hidden,
    Later,
    OneLine,
    Positive,
    Seeds,
    Share,
    Table,
    Text,
    as_tuple,
)


class OptimizerSettings(BaseModel):
    """An optimizer by name. Its hyperparameters are those of its class; the plan checks them."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, allow_inf_nan=False)

    name: str
    """Which optimizer: one of this program (`"Adam"`), a class in a file beside the experiment
    (`"lion.py:Lion"`), or a torch optimizer that is installed (`"torch.optim.RMSprop"`).
    """
    label: OneLine | None = Field(default=None, min_length=1, max_length=40)
    """What the report calls it, to tell two of the same name apart; without it, its name."""
    learning_rate: float = Field(gt=0)
    """The learning rate."""

    @property
    def shown_as(self) -> str:
        """What the report calls it: its label, else its name without file or package before it."""
        return self.label or self.name.rpartition(":")[2].rpartition(".")[2]

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """Learning rate and all further keys, lists as tuples."""
        further = {name: as_tuple(value) for name, value in (self.model_extra or {}).items()}
        return {"learning_rate": self.learning_rate, **further}


class ScheduleSettings(Table):
    """How the learning rate changes over the epochs."""

    name: Literal["constant", "step", "cosine"]
    """How the learning rate goes over the epochs. A name alone may stand for the table: `schedule =
    "cosine"`.
    """
    warmup_epochs: Annotated[float, Field(ge=0)] = 0.0
    """Over so many first epochs it rises in equal steps to its full size."""
    at: Annotated[tuple[Annotated[float, Field(gt=0)], ...], BeforeValidator(as_tuple)] = ()
    """Of `step`: the epochs after which the learning rate steps down."""
    factor: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Of `step`: what the learning rate is multiplied by."""

    @model_validator(mode="after")
    def _steps_belong_to_step(self, info: ValidationInfo) -> Self:
        if self.name == "step" and not self.at:
            raise ValueError('a "step" schedule needs at = [...], the epochs after which it steps')
        says_factor = "factor" in self.model_fields_set and info.context is not RECORDED
        if self.name != "step" and (self.at or says_factor):
            raise ValueError(f'at and factor belong to "step", not to "{self.name}"')
        return self


def _named(value: object) -> object:
    """A plain name stands for a schedule without further settings."""
    return {"name": value} if isinstance(value, str) else value


class AugmentationSettings(Table):
    """Random changes to the training images."""

    flip: bool = False
    """Turn images left to right, half of them by chance, anew in every epoch."""
    shift: Annotated[int, Field(ge=0, le=64)] = 0
    """Shift every image by up to so many pixels, by chance, anew in every epoch."""


class Stage(Table):
    """What the comparison and the tuned training have in common."""

    hidden: Hidden
    """Units of each hidden layer, such as `[256, 64]`; `[]` for none."""
    batch_size: Positive
    """Images in a batch."""
    epochs: Epochs
    """How often each image is seen."""
    l2: Annotated[float, Field(ge=0)] = 0.0
    """Weight of the L2 term, `l2` times the sum of the squared weights."""
    seeds: Seeds = (0,)
    """A list of seeds, or a number n for 0 to n - 1; each is a trial of its own."""
    initial_std: Annotated[float, Field(gt=0)] | None = None
    """Standard deviation of the initial weights; without it, He initialization."""
    dtype: Literal["bfloat16", "float32", "float64"] = "float32"
    """Precision; `"bfloat16"` is float32 with the matrix products in bfloat16."""
    schedule: Annotated[ScheduleSettings, BeforeValidator(_named)] = ScheduleSettings(name="constant")
    """The learning rate over time: `"cosine"`, or `{ name = "step", at = [30, 60], factor = 0.1,
    warmup_epochs = 1 }`.
    """
    normalization: Literal["none", "per-channel"] = "none"
    """`"per-channel"` for mean 0 and deviation 1, as measured on the training images; `"none"` for pixels
    between 0 and 1.
    """
    label_smoothing: Share = 0.0
    """The share of the target that is spread over all classes."""
    dropout: Share = 0.0
    """The share of hidden outputs that is dropped in training."""
    input_dropout: Share = 0.0
    """The share of inputs that is dropped in training."""
    early_stopping: Positive | None = None
    """End after this many epochs without a better one; without it, never."""
    average_epochs: Annotated[int, Field(ge=0)] = 0
    """Average the weights of this many last epochs."""
    best_epoch_by: Literal["validation_loss", "validation_accuracy"] = "validation_loss"
    """What chooses the best epoch."""
    augmentation: AugmentationSettings = AugmentationSettings()
    """Change the training images: `{ flip = true, shift = 2 }`."""

    @model_validator(mode="after")
    def _fits_into_the_epochs(self) -> Self:
        if self.schedule.warmup_epochs >= self.epochs:
            raise ValueError(
                f"schedule.warmup_epochs = {self.schedule.warmup_epochs:g} leaves nothing of the"
                f" {self.epochs} epochs"
            )
        if any(at >= self.epochs for at in self.schedule.at):
            raise ValueError(f"schedule.at = {list(self.schedule.at)} steps after the {self.epochs} epochs")
        if self.average_epochs and self.early_stopping:
            raise ValueError("average_epochs averages the last epochs, which early_stopping may never reach")
        if self.average_epochs > self.epochs:
            raise ValueError(f"average_epochs = {self.average_epochs} is more than the {self.epochs} epochs")
        return self


class Comparison(Stage):
    """The optimizers to compare, all under the same conditions."""

    subset: Annotated[int, Field(ge=5)] | None = None
    """Only the first so many training images, four fifths to train and one fifth to validate; without it,
    all.
    """
    optimizers: Annotated[
        tuple[OptimizerSettings, ...], BeforeValidator(as_tuple), Field(min_length=1, max_length=12)
    ]
    """What is compared."""

    @model_validator(mode="after")
    def _labels_differ(self) -> Self:
        shown = [optimizer.shown_as for optimizer in self.optimizers]
        for label in shown:
            if shown.count(label) > 1:
                raise ValueError(f'two optimizers are called "{label}"; give each a label of its own')
        return self


class Tuned(Stage):
    """One optimizer with its best settings, on all the training images."""

    optimizer: OptimizerSettings
    """What is trained."""


class DefectSettings(Table):
    """Mistakes of the homework's program, each to be made on purpose. See docs/reproduction.md."""

    gradients_averaged_twice: bool = False
    """The loss divides its gradient by the batch size, and the layers average again."""
    hidden_list_grows: bool = False
    """Every optimizer after the first trains a network one layer deeper."""
    batches_slide_by_one: bool = False
    """Each batch begins one image after the one before."""
    test_images_from_training_file: bool = False
    """The test images come from the training pool."""
    best_epoch_by_objective: bool = False
    """The best epoch is chosen with the L2 term in the loss."""
    numpy_global_stream: bool = False
    """Initial weights and batch order share one stream of random numbers."""


class Code(Table):
    """Code of one's own: files beside the experiment (.py or .ipynb). What one lacks is this program's."""

    layers: str | None = None
    """The file whose `FullyConnectedLayer`, `ReLU` and `Softmax_CrossEntropy` train the networks."""
    optimizers: str | None = None
    """The file whose classes the names of optimizers mean: `SGD`, `SGD_Momentum`, `Adam` and others."""


class Ablation(Table):
    """The comparison again with each defect mended alone, and with all of them mended."""

    seeds: Seeds = (0,)
    """The seeds of the ablation: a list, or a number n for 0 to n - 1."""


class Experiment(Table):
    """A whole experiment file."""

    title: Text
    """The report's title: `{ zh-Hant = "...", en = "..." }`, or one text for both languages, which may also
    stand under one of the two.
    """
    author: Text | None = None
    """Shown under the title, written like it."""
    course: Text | None = None
    """Shown under the title, written like it."""
    data: Data
    """The images."""
    comparison: Comparison | None = None
    """Several optimizers under the same conditions."""
    tuned: Tuned | None = None
    """One optimizer with its best settings, on all the training images."""
    search: Search = Search()
    """What is searched before it is trained for good."""
    found: Found = Found()
    """Where settings came from; `reportgen tune` writes it."""
    defects: DefectSettings = DefectSettings()
    """Mistakes of the homework's program, each to be made on purpose."""
    margin: Annotated[float, Field(gt=0, lt=1), Later()] = 0.01
    """A difference of accuracy that does not matter, as a share of 1, said before the experiment runs: two
    optimizers that differ by less are practically the same.
    """
    confirmatory: Annotated[OneLine | None, Later()] = None
    """The one comparison whose verdicts count as confirmed, all others being exploratory: `"comparison"`, of
    the optimizers as the file has them, or `"equally tuned"`, each as its search found it. Without it, the
    latter where there is a search.
    """
    code: Annotated[Code, Later()] = Code()
    """Layers and optimizers of one's own, such as those of a homework."""
    ablation: Ablation | None = None
    """The comparison again with each defect mended alone. Needs `[comparison]` and a defect."""
    audit: Annotated[AuditSettings, Later()] = AuditSettings()
    """What is asked of the audit."""
    text: OwnTexts = Field(default=OwnTexts(), exclude=True)  # kept whole, with its files, by itself
    """The author's own words."""

    @property
    def searches(self) -> dict[int, int] | None:
        """Of each seed of the comparison, the repeat of its search that finds its settings; None without."""
        search, comparison = self.search.comparison, self.comparison
        if search is None or comparison is None:
            return None
        return {seed: place % search.repeats for place, seed in enumerate(comparison.seeds)}

    @model_validator(mode="after")
    def _something_to_train(self) -> Self:
        if self.comparison is None and self.tuned is None:
            raise ValueError("nothing to train: give a [comparison], a [tuned] or both")
        if self.ablation is not None and (self.comparison is None or not any(vars(self.defects).values())):
            raise ValueError("[ablation] mends defects in the [comparison]; it needs both")
        return self

    @model_validator(mode="after")
    def _every_search_serves_as_many_seeds(self) -> Self:
        search, comparison = self.search.comparison, self.comparison
        if search and comparison and len(comparison.seeds) % search.repeats:
            seeds = len(comparison.seeds)
            possible = ", ".join(str(count) for count in range(1, seeds + 1) if seeds % count == 0)
            raise ValueError(
                f"search.comparison.repeats = {search.repeats}: the {seeds} seeds of the comparison cannot be"
                f" shared out evenly among so many searches; take one of {possible}"
            )
        return self

    @model_validator(mode="after")
    def _test_images_stay(self) -> Self:
        """What is left of a pool for the test would be other images for every seed, and not by design."""
        if self.data.resplit and self.defects.test_images_from_training_file:
            raise ValueError(
                "data.resplit draws splits anew, and defects.test_images_from_training_file tests on what one"
                " of them leaves over: leave one of the two out"
            )
        if self.confirmatory not in (None, COMPARISON, EQUALLY_TUNED):
            raise ValueError(f'confirmatory must be "{COMPARISON}" or "{EQUALLY_TUNED}"')
        if self.confirmatory is not None and self.comparison is None:
            raise ValueError(f'confirmatory = "{self.confirmatory}" needs a [comparison]')
        if self.confirmatory == EQUALLY_TUNED and self.search.comparison is None:
            raise ValueError(f'confirmatory = "{EQUALLY_TUNED}" needs a [search.comparison]')
        return self

    @model_validator(mode="after")
    def _search_apart(self) -> Self:
        """What was searched with a seed would look better with that seed than it is."""
        stages: dict[str, Stage | None] = {COMPARISON: self.comparison, TUNED: self.tuned}
        final = {seed for stage in stages.values() if stage is not None for seed in stage.seeds}
        for name, stage in stages.items():
            for table in ("search", "found"):
                searched = getattr(getattr(self, table), name)
                if searched is None:
                    continue
                if stage is None:
                    raise ValueError(f"[{table}.{name}] is about a [{name}] that is not there")
                seeds = searched.seeds if table == "found" else searched.all_seeds
                if shared := sorted(final.intersection(seeds)):
                    raise ValueError(
                        f"{table}.{name}.seeds and the final trials share the seed {shared[0]}; search with"
                        " others"
                    )
        return self
