"""A trial: what is trained, and what is left of it: plain data that travels between processes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reportgen.optim import Schedule
from reportgen.optim.about import Value
from reportgen.training.augmentation import Augmentation
from reportgen.training.measured.evidence import Evidence

CONSTANT = Schedule()
NO_AUGMENTATION = Augmentation()


@dataclass(frozen=True)
class Defects:
    """What the homework's program did wrong, each to be switched on by itself to reproduce it."""

    gradients_averaged_twice: bool = False
    hidden_list_grows: bool = False
    batches_slide_by_one: bool = False
    test_images_from_training_file: bool = False
    best_epoch_by_objective: bool = False
    numpy_global_stream: bool = False


@dataclass(frozen=True)
class Setup:
    """One optimizer with its hyperparameters on one network.

    stage: what it is trained for, of experiment/stages. subset: how many training images the small data set
    has, None for all. initial_std: standard deviation of the initial weights, None for He initialization.
    dtype: 'float64', 'float32', or 'bfloat16', which is float32 with the matrix products in bfloat16:
    recent processors do those twice as fast. normalization: 'none' for pixels between 0 and 1,
    'per-channel' for mean 0 and deviation 1 in every channel, as measured on the training images.
    dropout, input_dropout: shares of the hidden layers' outputs and of the inputs. early_stopping: end
    after this many epochs without a better one. average_epochs: the weights of the last so many epochs
    are averaged. best_epoch_by: 'validation_loss' or 'validation_accuracy'. reads_test: whether the test
    set is read at the end; a search does without. optimizer_code, layers_code: the digests of the user's
    files that have the optimizer and the layers; empty where they are this program's. engine: what it is
    trained by, of training/engines. device: what it is trained on, as torch calls it.
    """

    stage: str
    label: str
    optimizer: str
    hyperparameters: dict[str, Value]
    hidden: tuple[int, ...]
    batch_size: int
    epochs: int
    l2: float
    initial_std: float | None
    dtype: str
    subset: int | None
    schedule: Schedule = CONSTANT
    normalization: str = "none"
    label_smoothing: float = 0.0
    dropout: float = 0.0
    input_dropout: float = 0.0
    early_stopping: int | None = None
    average_epochs: int = 0
    best_epoch_by: str = "validation_loss"
    augmentation: Augmentation = NO_AUGMENTATION
    reads_test: bool = True
    optimizer_code: str = ""
    layers_code: str = ""
    engine: str = "textbook"
    device: str = "cpu"

    @property
    def learning_rate(self) -> float:
        """The learning rate, before a schedule changes it."""
        return float(self.hyperparameters["learning_rate"])  # type: ignore[arg-type]  # checked when it is read


@dataclass(frozen=True)
class Trial:
    """A setup with one seed."""

    setup: Setup
    seed: int
    defects: Defects = Defects()


@dataclass(frozen=True)
class EpochRow:
    """The metrics of one epoch.

    Losses are mean cross-entropies, in training against the smoothed labels where a setup smooths them;
    the L2 term stands by itself. Training metrics are those of the
    batches as they were trained on, while the weights changed; validation is measured at the epoch's end.

    gradient_norm, update_norm, parameter_norm: lengths at the epoch's last step, see step_sizes.py; NaN in
    records of a time when they were not measured.
    """

    epoch: int
    training_loss: float
    training_accuracy: float
    validation_loss: float
    validation_accuracy: float
    l2_term: float
    seconds: float
    gradient_norm: float = math.nan
    update_norm: float = math.nan
    parameter_norm: float = math.nan

    @property
    def diverged(self) -> bool:
        """Whether a loss is no longer finite; the trial's last row then."""
        return not math.isfinite(self.training_loss + self.validation_loss + self.l2_term)


@dataclass(frozen=True)
class TestResult:
    """The one reading of the test set, with the weights of the best epoch.

    confusion: how often the images of a class (row) were taken for each class (column). correct: of every
    test image (N,), in the order of the split, whether it was told right; None in records of a time when that
    was not kept.
    """

    __test__ = False  # not a class of tests, whatever pytest thinks of the name

    loss: float
    confusion: NDArray[np.int64]
    correct: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class EngineProof:
    """How near the textbook an engine stayed before a trial was trained by it.

    steps: how many both took, from the same start. error: how far apart they were then, relative; of all that
    was compared, what was nearest to its limit. limit: how far roundings explain.
    """

    steps: int
    error: float
    limit: float

    @property
    def share(self) -> float:
        """How much of what its limit allows was needed."""
        return self.error / self.limit


@dataclass(frozen=True)
class Record:
    """What a trial left behind.

    best_epoch is None and test is None where the loss stopped being finite: a diverged trial. test is
    None as well where the setup does not read the test set. engine_proof: of what trained; None of the
    textbook.
    """

    trial: Trial
    epochs: tuple[EpochRow, ...]
    diverged: bool
    best_epoch: int | None
    test: TestResult | None
    parameter_shapes: dict[str, tuple[int, ...]]
    steps: int
    evidence: Evidence
    engine_proof: EngineProof | None = None

    @property
    def best(self) -> EpochRow | None:
        """The row of the best epoch; None where there is none."""
        return None if self.best_epoch is None else self.epochs[self.best_epoch - 1]
