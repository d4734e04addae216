"""The source code that ran, as the report prints it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from reportgen.checks.user_kinds import UserOptimizerKind
from reportgen.execution.user_files import UserFiles
from reportgen.files.resources import PACKAGE
from reportgen.nn import Classifier, Dropout, FullyConnectedLayer, ReLU, SoftmaxCrossEntropy, WeightGradient
from reportgen.nn.homework_kinds import FULLY_CONNECTED
from reportgen.optim import Schedule
from reportgen.optim.base import PerParameter
from reportgen.optim.registry import BUILT_IN
from reportgen.records.run_folder import Excerpt
from reportgen.training import Trial
from reportgen.training.augmentation import Augmenter
from reportgen.training.averaging import WeightAverage
from reportgen.training.engines.textbook import train_one_epoch
from reportgen.training.trial import CONSTANT
from reportgen.user_code.description import ClassDescription


def collect(trials: Sequence[Trial], files: UserFiles) -> dict[str, Excerpt]:
    """Return the code of layers, network and training loop, and of what else these trials used, by name.

    Args:
        trials: All of a run.
        files: The code that its experiment brings along. Optimizers of installed packages are not shown.
    """
    optimizers = files.optimizers
    setups = [trial.setup for trial in trials]
    kinds = [optimizers.find(name) for name in dict.fromkeys(setup.optimizer for setup in setups)]
    built_in = [kind for kind in kinds if kind.origin == BUILT_IN]
    objects: dict[str, Callable[..., Any] | type] = {
        "fully_connected": FullyConnectedLayer,
        "weight_gradient": WeightGradient,
        "relu": ReLU,
        "softmax_cross_entropy": SoftmaxCrossEntropy,
        "network_forward": Classifier.forward,
        "network_backward": Classifier.backward,
        "network_loss_and_gradients": Classifier.loss_and_gradients,
        "training_loop": train_one_epoch,
        **{kind.name: kind.shown for kind in built_in if kind.shown is not None},
    }
    further: dict[str, tuple[type, bool]] = {
        "schedule": (Schedule, any(setup.schedule != CONSTANT for setup in setups)),
        "dropout": (Dropout, any(setup.dropout or setup.input_dropout for setup in setups)),
        "augmentation": (Augmenter, any(setup.augmentation for setup in setups)),
        "per_parameter": (
            PerParameter,
            any(issubclass(kind.shown or object, PerParameter) for kind in built_in),
        ),
        "averaging": (WeightAverage, any(setup.average_epochs for setup in setups)),
    }
    objects |= {name: ran for name, (ran, used) in further.items() if used}
    of_users = {
        kind.name: excerpt_of_user(kind.described, kind.file)
        for kind in kinds
        if isinstance(kind, UserOptimizerKind)
    }
    if files.layers is not None:
        for part, name in files.layer_names.items():
            described = files.layers.description.find(name)
            assert described is not None, "it was found there"
            of_users[part] = excerpt_of_user(described, files.layers.code.file)
        if FULLY_CONNECTED in of_users:
            del objects["weight_gradient"]
    return {name: excerpt(ran) for name, ran in objects.items()} | of_users


def excerpt_of_user(described: ClassDescription, file: str) -> Excerpt:
    """Return a user's class as its file has it.

    Args:
        described: The class.
        file: The name of its file.
    """
    return Excerpt(tidied(described.source), file, described.first_line)


def excerpt(ran: Callable[..., Any] | type) -> Excerpt:
    """Return where an object's source stands, and its text without the common indentation."""
    lines, first = inspect.getsourcelines(ran)
    file = Path(inspect.getsourcefile(ran) or "").resolve()
    shown = file.relative_to(PACKAGE.parent) if file.is_relative_to(PACKAGE) else Path(file.name)
    return Excerpt(tidied("".join(lines)), shown.as_posix(), first)


def tidied(source: str) -> str:
    """Return a source text without its common indentation.

    Args:
        source: Whole lines.
    """
    return inspect.cleandoc("\n" + source) + "\n"
