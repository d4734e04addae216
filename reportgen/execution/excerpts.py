"""The source code that ran, as the report prints it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from reportgen.files.resources import PACKAGE
from reportgen.nn import Classifier, Dropout, FullyConnectedLayer, ReLU, SoftmaxCrossEntropy, WeightGradient
from reportgen.optim import OPTIMIZERS, Schedule
from reportgen.records.run_folder import Excerpt
from reportgen.training import Trial
from reportgen.training.augmentation import Augmenter
from reportgen.training.averaging import WeightAverage
from reportgen.training.trainer import train_one_epoch
from reportgen.training.trial import CONSTANT


def collect(trials: Sequence[Trial]) -> dict[str, Excerpt]:
    """Return the code of layers, network and training loop, and of what else these trials used, by name."""
    setups = [trial.setup for trial in trials]
    objects: dict[str, Callable[..., Any] | type] = {
        "fully_connected": FullyConnectedLayer,
        "weight_gradient": WeightGradient,
        "relu": ReLU,
        "softmax_cross_entropy": SoftmaxCrossEntropy,
        "network_forward": Classifier.forward,
        "network_backward": Classifier.backward,
        "network_loss_and_gradients": Classifier.loss_and_gradients,
        "training_loop": train_one_epoch,
        **{setup.optimizer: OPTIMIZERS[setup.optimizer] for setup in setups},
    }
    further: dict[str, tuple[type, bool]] = {
        "schedule": (Schedule, any(setup.schedule != CONSTANT for setup in setups)),
        "dropout": (Dropout, any(setup.dropout or setup.input_dropout for setup in setups)),
        "augmentation": (Augmenter, any(setup.augmentation for setup in setups)),
        "averaging": (WeightAverage, any(setup.average_epochs for setup in setups)),
    }
    objects |= {name: ran for name, (ran, used) in further.items() if used}
    return {name: excerpt(ran) for name, ran in objects.items()}


def excerpt(ran: Callable[..., Any] | type) -> Excerpt:
    """Return where an object's source stands, and its text without the common indentation."""
    lines, first = inspect.getsourcelines(ran)
    file = Path(inspect.getsourcefile(ran) or "").resolve()
    shown = file.relative_to(PACKAGE.parent) if file.is_relative_to(PACKAGE) else Path(file.name)
    return Excerpt(inspect.cleandoc("\n" + "".join(lines)) + "\n", shown.as_posix(), first)
