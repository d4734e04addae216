"""Proofs of a homework's file: its layers, the network of them, its optimizers, each where it is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from reportgen.checks.check import Check
from reportgen.checks.likely_mistakes import NOT_WRITTEN, RAISES, UNKNOWN
from reportgen.checks.user_classifier import prove_classifier
from reportgen.checks.user_layers import (
    prove_fully_connected,
    prove_loss,
    prove_relu,
)
from reportgen.checks.user_network import prove_network
from reportgen.checks.user_optimizers import PROVED, prove_optimizer
from reportgen.nn.homework_kinds import FULLY_CONNECTED, LOSS, RELU, HomeworkClasses, find_names

CLASSIFIER = "Classifier"


class UserClasses(Protocol):
    """The classes of somebody's file, wherever they run."""

    def arguments(self, name: str) -> Mapping[str, Any] | None:
        """The arguments of a class's constructor, with their defaults; None where there is no such class."""
        ...

    def make(self, name: str, **arguments: Any) -> Any:
        """An object of a class, whose methods can be called and attributes set."""
        ...

    def arguments_after(self, name: str, *arguments: Any) -> tuple[Any, ...]:
        """What the arguments of a class's constructor are once an object has been made."""
        ...

    def renew(self) -> None:
        """Make sure that objects can be made, whatever has happened before."""
        ...


def prove_layers(classes: UserClasses, *, averaged_twice: bool = False) -> list[Check]:
    """Prove the layers that a file has, and the network of them and of ours; nothing where it has none.

    Args:
        classes: Those of the file.
        averaged_twice: Whether the experiment says that gradients are averaged twice.
    """
    there = find_names(lambda name: classes.arguments(name) is not None)
    makes = {key: _maker(classes, name) for key, name in there.items()}
    proofs = {FULLY_CONNECTED: prove_fully_connected, RELU: prove_relu, LOSS: prove_loss}
    checks = []
    for key, make in makes.items():
        classes.renew()
        checks.append(proofs[key](make))
    if makes:
        classes.renew()
        network = prove_network(HomeworkClasses(**makes), averaged_twice=averaged_twice)
        named = {mistake.key for mistake in network.mistakes} - {UNKNOWN, RAISES, NOT_WRITTEN}
        if not (named or network.passed or all(check.passed for check in checks)):
            network = replace(network, problem="its layers are wrong", mistakes=())
        checks.append(network)
    return checks


def prove_optimizers(classes: UserClasses, names: Iterable[str] = PROVED) -> list[Check]:
    """Prove those of the homework's optimizers that a file has.

    Args:
        classes: Those of the file.
        names: Which of PROVED are asked for.
    """
    checks = []
    for name in names:
        arguments = classes.arguments(name)
        if arguments is not None:
            classes.renew()
            checks.append(prove_optimizer(name, _maker(classes, name), arguments))
    return checks


def prove_further(classes: UserClasses) -> list[Check]:
    """Prove what else a homework's file may have, which is not used in training: its classifier.

    Args:
        classes: Those of the file.
    """
    arguments = classes.arguments(CLASSIFIER)
    if arguments is None:
        return []
    classes.renew()
    check = prove_classifier(lambda *given: classes.arguments_after(CLASSIFIER, *given), arguments)
    return [] if check is None else [check]


def _maker(classes: UserClasses, name: str) -> Callable[..., Any]:
    return lambda **arguments: classes.make(name, **arguments)
