"""Proof of a user's file by itself, class by class: the homework's classes, and any optimizer."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.checks.check import Check
from reportgen.checks.homework import (
    CLASSIFIER,
    prove_further,
    prove_layers,
    prove_optimizers,
)
from reportgen.checks.optimizers import optimizer
from reportgen.checks.remote_classes import GuardedClasses
from reportgen.checks.user_kinds import kinds_of_file
from reportgen.checks.user_network import KEY as NETWORK
from reportgen.checks.user_optimizers import PROVED
from reportgen.errors import UserError
from reportgen.nn.homework_kinds import NAMES, find_names
from reportgen.user_code.source import UserCode


@dataclass(frozen=True)
class ProvedClass:
    """A class of the homework. check: its proof; None where the file lacks it."""

    name: str
    check: Check | None


def prove_file(code: UserCode) -> list[ProvedClass]:
    """Prove all that a user's file has, in a guarded process.

    Args:
        code: The file.

    Returns:
        Every class that a homework has, in order, and the network of its layers; then further optimizers.
        Of a file with nothing of a homework, its optimizers alone.

    Raises:
        UserError: It cannot be loaded, or has none of the classes.
    """
    with GuardedClasses(code) as classes:
        layers = find_names(lambda name: classes.arguments(name) is not None)
        checks = {check.key: check for check in prove_layers(classes)}
        optimizers = {check.key: check for check in prove_optimizers(classes)}
        further = prove_further(classes)
        kinds = kinds_of_file(classes.process, classes.description)
        own = [
            (kind.described.name, optimizer(kind))
            for kind in kinds.values()
            if kind.described.name not in PROVED
        ]
    if own and not checks and not optimizers:
        return [ProvedClass(name, check) for name, check in own]
    if not checks and not optimizers:
        names = [*(names[0] for names in NAMES.values()), *PROVED]
        skipped = f"; left out: {classes.description.skipped[0]}" if classes.description.skipped else ""
        raise UserError(
            f"{code.file}: has no optimizer (a class with a step) and none of the homework's classes"
            f" {', '.join(names)}{skipped}"
        )
    return [
        *(ProvedClass(layers.get(key, names[0]), checks.get(key)) for key, names in NAMES.items()),
        *(ProvedClass("the network", checks[key]) for key in checks if key == NETWORK),
        *(ProvedClass(name, optimizers.get(name)) for name in PROVED),
        *(ProvedClass(CLASSIFIER, check) for check in further),
        *(ProvedClass(name, check) for name, check in own),
    ]
