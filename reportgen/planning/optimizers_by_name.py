"""What the names of an experiment's optimizers mean, and whether their hyperparameters will do."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from reportgen import optim
from reportgen.errors import nearest
from reportgen.experiment.model import OptimizerSettings
from reportgen.experiment.refusals import ExperimentError, hint, shown
from reportgen.optim.registry import OptimizerKind, UnknownOptimizerError, try_out


@dataclass(frozen=True)
class OptimizersByName:
    """The optimizers that an experiment can name: this program's, installed ones, and those of users' files.

    Attributes:
        of_files: Those of users' files, by names such as "my.py:Lion".
        own_file: The file whose classes come before this program's of the same name; empty for none.
        layers_code: The digest of the file whose layers all of them train; empty where they are this
            program's.
    """

    of_files: Mapping[str, OptimizerKind] = field(default_factory=dict)
    own_file: str = ""
    layers_code: str = ""

    def full_name(self, name: str) -> str:
        """Return the name with the file in front that has the class, where the experiment names one."""
        own = f"{self.own_file}:{name}"
        return own if own in self.of_files else name

    def find(self, name: str) -> OptimizerKind:
        """Return an optimizer by its name.

        Args:
            name: As an experiment has it.

        Raises:
            UnknownOptimizerError: There is none, in one line.
        """
        name = self.full_name(name)
        file, colon, class_name = name.rpartition(":")
        if not colon:
            return optim.find(name)
        if name not in self.of_files:
            there = [known.rpartition(":")[2] for known in self.of_files if known.startswith(f"{file}:")]
            raise UnknownOptimizerError(
                f"{file} has no class {class_name} with a step{nearest(class_name, there)}"
                + (f"; it has: {', '.join(there)}" if there else "")
            )
        return self.of_files[name]

    def check(self, key: str, settings: OptimizerSettings) -> list[str]:
        """Return what is wrong with an optimizer's settings, each mistake in a line.

        Args:
            key: Where they stand in the experiment's file.
            settings: The optimizer's.
        """
        try:
            kind = self.find(settings.name)
        except UnknownOptimizerError as error:
            return [f'{key}.name = "{settings.name}": {error}']
        mistakes = []
        for name, value in settings.hyperparameters.items():
            if name not in kind.accepts:
                known = ["name", "label", *kind.accepts]
                mistakes.append(
                    f"unknown key {key}.{name}, which {settings.name} does not take{hint(name, known)}"
                )
            elif problem := problem_of(value, kind.hyperparameters.get(name)):
                mistakes.append(f"{key}.{name}{shown(value)}: {problem}")
        if not mistakes:
            try:
                try_out(kind, {**kind.hyperparameters, **settings.hyperparameters})
            except ValueError as error:
                mistakes.append(f"{key}: {error}, got {settings.hyperparameters}")
        return mistakes


BUILT_IN = OptimizersByName()
"""Without any user's file."""


def problem_of(value: object, default: object) -> str:
    """Say why a value will not do where another is the default; nothing where it will.

    Args:
        value: Of a hyperparameter.
        default: Of the same; None where that says nothing.
    """
    pair = isinstance(value, tuple) and bool(value) and all(map(is_finite_number, value))
    match default:
        case bool():
            fits, kind = isinstance(value, bool), "true or false"
        case int() | float():
            fits, kind = is_finite_number(value), "a finite number"
        case str():
            fits, kind = isinstance(value, str), "a text"
        case tuple():
            fits = pair and isinstance(value, tuple) and len(value) == len(default)
            kind = f"a list of {len(default)} finite numbers"
        case _:
            fits = isinstance(value, str | bool) or is_finite_number(value) or pair
            kind = "a finite number, true or false, a text, or a list of finite numbers"
    return "" if fits else f"must be {kind}"


def is_finite_number(value: object) -> bool:
    """Return whether a value is a number that can be reckoned with."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond all floats
        return False


def refuse_mistakes(mistakes: list[str]) -> None:
    """Raise ExperimentError with these lines, if there are any."""
    if mistakes:
        raise ExperimentError(*mistakes)
