"""What a trial is trained with where it is a user's: the optimizer and the layers of their files."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import cast

import torch

from reportgen.nn.homework_kinds import classes_in, kinds_of
from reportgen.optim import Optimizer
from reportgen.optim.base import PerParameter
from reportgen.optim.homework_form import make_homework_optimizer
from reportgen.optim.torch_optim import TorchOptimizer
from reportgen.training.parts import OWN, Parts
from reportgen.training.trial import Setup


def parts_of(optimizer: ModuleType | None, layers: ModuleType | None) -> Parts:
    """Return the parts of users' files, in the process that has loaded them; this program's for the others.

    Args:
        optimizer: The file with the optimizer; None for one of this program's.
        layers: The file with layers, of which it may have some.
    """
    return Parts(
        optimizer=OWN.optimizer if optimizer is None else _optimizers_of(optimizer),
        layers=OWN.layers if layers is None else kinds_of(classes_in(layers)),
    )


def _optimizers_of(module: ModuleType) -> Callable[[Setup], Optimizer]:
    """What makes the optimizer of a setup that names a class of this module, in whatever form it is."""

    def make(setup: Setup) -> Optimizer:
        shown = getattr(module, setup.optimizer.rpartition(":")[2])
        if issubclass(shown, PerParameter):
            return cast("Optimizer", shown(**setup.hyperparameters))
        if issubclass(shown, torch.optim.Optimizer):
            return TorchOptimizer(shown, **setup.hyperparameters)  # type: ignore[arg-type]
        return make_homework_optimizer(shown, **setup.hyperparameters)

    return make
