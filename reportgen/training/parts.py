"""What a trial is trained with: this program's optimizers and layers, or a user's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reportgen.nn.kinds import TEXTBOOK, LayerKinds
from reportgen.optim import Optimizer, find
from reportgen.training.trial import Setup


def make_optimizer(setup: Setup) -> Optimizer:
    """Return a new optimizer of a setup, with its hyperparameters.

    Args:
        setup: Its optimizer is one of this program or of an installed package.
    """
    return find(setup.optimizer).make(**setup.hyperparameters)


@dataclass(frozen=True)
class Parts:
    """What a trial is trained with.

    optimizer: makes one for a setup. layers: the classes that the network is built of.
    """

    optimizer: Callable[[Setup], Optimizer] = make_optimizer
    layers: LayerKinds = TEXTBOOK


OWN = Parts()
"""This program's."""
