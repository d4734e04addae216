"""The source code that ran, as the report prints it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from reportgen.checks.user_kinds import UserOptimizerKind
from reportgen.files.resources import PACKAGE
from reportgen.nn import Classifier, Dropout, FullyConnectedLayer, ReLU, SoftmaxCrossEntropy, WeightGradient
from reportgen.optim import Schedule
from reportgen.optim.base import PerParameter
from reportgen.optim.registry import BUILT_IN
from reportgen.planning.optimizers_by_name import OptimizersByName
from reportgen.records.run_folder import Excerpt
from reportgen.training import Trial
from reportgen.training.augmentation import Augmenter
from reportgen.training.averaging import WeightAverage
from reportgen.training.trainer import train_one_epoch
from reportgen.training.trial import CONSTANT


def collect(trials: Sequence[Trial], optimizers: OptimizersByName) -> dict[str, Excerpt]:
    """Return the code of layers, network and training loop, and of what else these trials used, by name.

    Args:
        trials: All of a run.
        optimizers: What the names of their optimizers mean. Those of installed packages are not shown.
    """
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
        kind.name: Excerpt(tidied(kind.described.source), kind.file, kind.described.first_line)
        for kind in kinds
        if isinstance(kind, UserOptimizerKind)
    }
    return {name: excerpt(ran) for name, ran in objects.items()} | of_users


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
