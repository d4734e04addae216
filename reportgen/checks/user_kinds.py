"""Optimizers of a user's file as kinds like any other, while their code runs in a guarded process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from reportgen.errors import UserError
from reportgen.optim.about import About, Formula, Value, Words
from reportgen.optim.gradients import Gradients, check, written_out
from reportgen.optim.homework_form import LEARNING_RATES, arguments_of
from reportgen.optim.registry import LEARNING_RATE, OptimizerKind
from reportgen.user_code.description import ClassDescription, Description
from reportgen.user_code.remote import CodeProcess, RemoteObject

STEP = "step"
ABSENT = ("ImportError", "ModuleNotFoundError")
"""The errors that say that a twin's package is not here."""


@dataclass(frozen=True, kw_only=True)
class UserOptimizerKind(OptimizerKind):
    """An optimizer of a user's file. described: its class. file: the file's name."""

    described: ClassDescription
    file: str


def kinds_of_file(process: CodeProcess, description: Description) -> dict[str, UserOptimizerKind]:
    """Return the optimizers of a user's file, by names such as "my.py:Lion".

    Args:
        process: That has loaded the file.
        description: Of the file.
    """
    classes = [described for described in description.classes if described.method(STEP) is not None]
    return {
        f"{process.code.file}:{described.name}": _kind(
            process, described, description, alone=len(classes) == 1
        )
        for described in classes
    }


def _kind(
    process: CodeProcess, described: ClassDescription, description: Description, *, alone: bool
) -> UserOptimizerKind:
    def make(**values: Any) -> RemoteOptimizer:
        arguments = arguments_of({p.name: p.default for p in described.parameters}, values)
        try:
            return RemoteOptimizer(process.new(described.name, **arguments), described)
        except UserError as error:
            raise ValueError(str(error)) from error

    def twin(weights: list[Tensor], biases: list[Tensor], **values: Any) -> RemoteTwin:
        return RemoteTwin(process, weights, biases, values)

    told = description.about or {}
    is_its = (told.get("name") in ("", None, described.name) and alone) or told.get("name") == described.name
    return UserOptimizerKind(
        name=f"{process.code.file}:{described.name}",
        hyperparameters=_defaults(described),
        accepts=tuple(_named(parameter.name) for parameter in described.parameters),
        make=make,
        shown=None,
        about=_about(told, twin if description.has_twin else None) if is_its else About(),
        code=process.code.digest,
        described=described,
        file=process.code.file,
    )


def _named(parameter: str) -> str:
    return LEARNING_RATE if parameter in LEARNING_RATES else parameter


def _defaults(described: ClassDescription) -> dict[str, Value]:
    plain: Any = bool | int | float | str | tuple
    defaults = {
        _named(parameter.name): tuple(parameter.default)
        if isinstance(parameter.default, list)
        else parameter.default
        for parameter in described.parameters
        if not parameter.required
    }
    return {name: value for name, value in defaults.items() if isinstance(value, plain)}


def _about(told: Mapping[str, Any], twin: Any) -> About:
    """What a user's ABOUT says, whatever of it is in its place."""
    formulas = tuple(
        Formula(formula["latex"], words)
        for formula in told.get("formulas") or ()
        if isinstance(formula, dict)
        and isinstance(formula.get("latex"), str)
        and (words := _words(formula.get("spoken"))) is not None
    )
    trial, limit, against = told.get("trial"), told.get("limit"), told.get("against")
    return About(
        heading=_words(told.get("heading")),
        text=_words(told.get("text")),
        formulas=formulas,
        source=told["source"] if isinstance(told.get("source"), str) else "",
        twin=twin,
        against=against
        if isinstance(against, str) and against
        else "an independent implementation in the file",
        limit=limit if isinstance(limit, float) and 0 < limit < 1 else About.limit,
        trial=trial if isinstance(trial, dict) else {},
    )


def _words(told: object) -> Words | None:
    match told:
        case {"zh_hant": str(zh_hant), "en": str(en)}:
            return Words(zh_hant, en)
    return None


class RemoteOptimizer:
    """An optimizer of a user's file, whose steps are taken in a guarded process."""

    def __init__(self, remote: RemoteObject, described: ClassDescription) -> None:
        self.remote = remote
        self.described = described
        self.rate_name = next((name for name in LEARNING_RATES if remote.has(name)), None)
        if self.rate_name is None:
            raise ValueError(
                f"{described.name} keeps its learning rate neither in self.learning_rate nor in self.lr,"
                " where a schedule would change it"
            )

    @property
    def learning_rate(self) -> float:
        """The object's own."""
        return float(self.remote.get(str(self.rate_name)))

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self.remote.set(str(self.rate_name), value)

    def step(self, parameters: dict[str, Tensor], gradients: Gradients) -> None:
        """Update every parameter in place; what the code does to the gradients is done to these as well."""
        check(parameters, gradients)
        plain = {name: written_out(gradient) for name, gradient in gradients.items()}
        _, after = self.remote.call(STEP, parameters, plain)
        for tensors, changed in zip((parameters, plain), after, strict=True):
            for name, tensor in tensors.items():
                if not isinstance(changed, dict) or getattr(changed.get(name), "shape", None) != tensor.shape:
                    raise ValueError(f"{self.described.name}.step: {name!r} is gone, or of another shape")
                tensor.copy_(changed[name])

    def state_dict(self) -> dict[str, Any]:
        """Return the object's attributes."""
        try:
            return dict(self.remote.get("__dict__"))
        except UserError as error:
            raise ValueError(
                f"{self.described.name} keeps what no checkpoint can hold ({error}): keep numbers, texts,"
                " tensors, and lists and dicts of them"
            ) from error

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set the object's attributes."""
        for name, value in state.items():
            self.remote.set(name, value)

    def evaluated(self, parameters: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the parameters to evaluate."""
        if self.described.method("evaluated") is None:
            return parameters
        result, _ = self.remote.call("evaluated", parameters)
        return dict(result)


class RemoteTwin:
    """The twin of a user's optimizer, in the form of a torch optimizer, over these tensors."""

    def __init__(
        self, process: CodeProcess, weights: list[Tensor], biases: list[Tensor], values: Mapping[str, Any]
    ) -> None:
        self.weights, self.biases = weights, biases
        plain = [[tensor.detach() for tensor in group] for group in (weights, biases)]
        try:
            self.remote = process.new_twin(*plain, **values)
        except UserError as error:
            if getattr(error, "kind", "") in ABSENT:
                raise ImportError(str(error)) from error
            raise
        self.param_groups: list[dict[str, Any]] = [
            {"params": [*weights, *biases], "lr": values[LEARNING_RATE]}
        ]

    def step(self) -> None:
        """Update every tensor in place from its gradient."""
        gradients = [[tensor.grad for tensor in group] for group in (self.weights, self.biases)]
        moved = self.remote.step(*gradients, learning_rate=self.param_groups[0]["lr"])  # type: ignore[arg-type]
        for group, new in zip((self.weights, self.biases), moved, strict=True):
            for tensor, value in zip(group, new, strict=True):
                tensor.data.copy_(value)
