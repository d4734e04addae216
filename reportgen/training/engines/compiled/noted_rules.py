"""What an optimizer does to one number of a parameter, written down while its own code runs.

The optimizer's step is called with tensors that hold nothing and note what is done to them. What comes out
is the rule that the report prints, as a list of operations: no second text of it is written anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

Operation = tuple[str, tuple[int, ...]]
Number = float | NDArray[Any]
"""What a step hands over: a number, or a row of them for as many steps."""


class NotElementwiseError(Exception):
    """An optimizer does something else than the same to every number of a parameter; says what."""


class NoStateError(NotElementwiseError):
    """An optimizer makes what it keeps between steps in its first one, which has not been yet."""


@dataclass(frozen=True)
class Rule:
    """A rule for one number: registers, operations on them, and where the results lie.

    inputs: how many numbers it begins with: the parameter, each of its states, and the gradient.
    operations: each one's name and the registers that it takes; "scalar" takes none, and stands for the next
    of the numbers that the same step hands over. Each writes the next register. outputs: the registers of the
    parameter and of its states, in order.
    """

    inputs: int
    operations: tuple[Operation, ...]
    outputs: tuple[int, ...]

    @property
    def states(self) -> int:
        """How many numbers are kept between steps for each number of the parameter."""
        return len(self.outputs) - 1

    @property
    def scalars(self) -> int:
        """How many numbers a step hands over."""
        return sum(name == "scalar" for name, _ in self.operations)


@dataclass
class Notes:
    """What was done so far to the numbers of one parameter."""

    registers: int = 0
    operations: list[Operation] = field(default_factory=list)
    scalars: list[Number] = field(default_factory=list)

    def begin(self) -> int:
        """Return a register that holds something from the start."""
        self.registers += 1
        return self.registers - 1

    def note(self, name: str, *registers: int) -> int:
        """Note an operation; return the register that it writes."""
        self.operations.append((name, registers))
        self.registers += 1
        return self.registers - 1

    def scalar(self, value: Number) -> int:
        """Note a number that the same step hands over."""
        self.scalars.append(value)
        return self.note("scalar")


class Noting:
    """Stands for a tensor of a parameter's shape: it has a shape and a type, and notes what is done to it."""

    __array_ufunc__ = None  # a number of numpy's on the left leaves the operation to this

    def __init__(self, notes: Notes, register: int, like: torch.Tensor) -> None:
        self.notes, self.register, self.like = notes, register, like

    @property
    def shape(self) -> torch.Size:
        """Of the tensor that it stands for."""
        return self.like.shape

    @property
    def dtype(self) -> torch.dtype:
        """Of the tensor that it stands for."""
        return self.like.dtype

    @property
    def device(self) -> torch.device:
        """Of the tensor that it stands for."""
        return self.like.device

    @property
    def ndim(self) -> int:
        """How many dimensions that has."""
        return self.like.dim()

    def dim(self) -> int:
        """How many dimensions that has."""
        return self.like.dim()

    def written_out(self) -> Noting:
        """As a gradient is written out: the same numbers, in a place of their own."""
        return self.keep(self.register)

    def add_to(self, target: Noting, *, beta: float, alpha: float) -> None:
        """As a gradient that adds itself: target <- beta target + alpha gradient."""
        if beta != 1:
            target.mul_(beta)
        target.add_(self, alpha=alpha)

    def keep(self, register: int) -> Noting:
        """Return another of these, in a register."""
        return Noting(self.notes, register, self.like)

    def registers_of(self, *values: Any) -> list[int]:
        """Return where values stand: others of the same parameter, or plain numbers."""
        registers = []
        for value in values:
            if isinstance(value, Noting):
                if value.notes is not self.notes:
                    raise NotElementwiseError("mixes one parameter with another")
                registers.append(value.register)
            elif isinstance(value, bool | int | float | np.ndarray):  # an array has a number for every step
                registers.append(self.notes.scalar(value))
            else:
                raise NotElementwiseError(f"takes a {type(value).__name__} into its rule")
        return registers

    def __getattr__(self, name: str) -> Callable[..., Noting]:
        """Return a method of a tensor that notes what it does; a name that ends with _ does it in place."""
        if name.startswith("__"):  # Python and numpy ask for many
            raise AttributeError(name)
        if name.endswith("_like"):
            raise NoStateError("makes new tensors in a step")
        in_place = name.endswith("_") and not name.endswith("__")
        method = METHODS.get(name.removesuffix("_") if in_place else name)
        if method is None:
            raise NotElementwiseError(f"uses {name} of a tensor, which is not the same for every number")

        def act(*values: Any, **named: Any) -> Noting:
            register = method(self, *values, **named)
            if in_place:
                self.register = register
                return self
            return self.keep(register)

        return act

    @classmethod
    def __torch_function__(
        cls,
        function: Callable[..., Any],
        _types: Any,
        arguments: tuple[Any, ...] = (),
        named: Mapping[str, Any] | None = None,
    ) -> Noting:
        """Do what a function of torch does with one of these as what a tensor's method does."""
        named = dict(named or {})
        out = named.pop("out", None)
        name = function.__name__
        first = next(value for value in arguments if isinstance(value, Noting))
        if name == "where":
            condition, *choices = arguments
            result = first.keep(first.notes.note("select", *first.registers_of(condition, *choices)))
        elif name in MIRRORED and first is not arguments[0]:
            result = getattr(first, MIRRORED[name])(arguments[0])
        else:
            result = getattr(first, name)(*arguments[1:], **named)
        if isinstance(out, Noting):
            out.register = result.register
            return out
        return result

    def __bool__(self) -> bool:
        """Refuse to branch: what is taken would depend on the number."""
        raise NotElementwiseError("decides by the numbers of a tensor")

    def __float__(self) -> float:
        """Refuse to be one number."""
        raise NotElementwiseError("takes one number out of a tensor")

    __int__ = __index__ = __float__


def _scaled(tensor: Noting, register: int, factor: float) -> int:
    """Note a factor, where it is not 1."""
    return register if factor == 1 else tensor.notes.note("mul", register, *tensor.registers_of(factor))


def _binary(name: str) -> Callable[..., int]:
    def act(tensor: Noting, other: Any) -> int:
        return tensor.notes.note(name, tensor.register, *tensor.registers_of(other))

    return act


def _mirrored(name: str) -> Callable[..., int]:
    def act(tensor: Noting, other: Any) -> int:
        (left,) = tensor.registers_of(other)
        return tensor.notes.note(name, left, tensor.register)

    return act


def _sum(name: str) -> Callable[..., int]:
    def act(tensor: Noting, other: Any, *, alpha: float = 1) -> int:
        (right,) = tensor.registers_of(other)
        return tensor.notes.note(name, tensor.register, _scaled(tensor, right, alpha))

    return act


def _with_product(name: str) -> Callable[..., int]:
    def act(tensor: Noting, left: Any, right: Any, *, value: float = 1) -> int:
        product = tensor.notes.note(name, *tensor.registers_of(left, right))
        return tensor.notes.note("add", tensor.register, _scaled(tensor, product, value))

    return act


def _unary(name: str) -> Callable[..., int]:
    return lambda tensor: tensor.notes.note(name, tensor.register)


def _power(tensor: Noting, exponent: Any) -> int:
    if exponent == 2:
        return tensor.notes.note("mul", tensor.register, tensor.register)
    if exponent == 0.5:
        return tensor.notes.note("sqrt", tensor.register)
    raise NotElementwiseError(f"raises to the power of {exponent}; 2 and 0.5 can be compiled")


def _squared(tensor: Noting) -> int:
    return _power(tensor, 2)


def _interpolated(tensor: Noting, end: Any, weight: Any) -> int:
    # as torch does: start + weight (end - start)
    (right,) = tensor.registers_of(end)
    difference = tensor.notes.note("sub", right, tensor.register)
    share = tensor.notes.note("mul", difference, *tensor.registers_of(weight))
    return tensor.notes.note("add", tensor.register, share)


def _clamped(tensor: Noting, least: Any = None, most: Any = None, **named: Any) -> int:
    register = tensor.register
    for name, bound in (("maximum", named.get("min", least)), ("minimum", named.get("max", most))):
        if bound is not None:
            register = tensor.notes.note(name, register, *tensor.registers_of(bound))
    return register


def _as_it_is(tensor: Noting, *_: Any, **named: Any) -> int:
    if named.keys() - {"dtype", "memory_format"} or any(
        isinstance(value, torch.dtype) and value != tensor.dtype for value in (*_, *named.values())
    ):
        raise NotElementwiseError("keeps numbers of another type than the parameter's")
    return tensor.register


def _filled(tensor: Noting, value: Any = 0.0) -> int:
    (register,) = tensor.registers_of(value)
    return register


METHODS: dict[str, Callable[..., int]] = {
    "add": _sum("add"),
    "sub": _sum("sub"),
    "mul": _binary("mul"),
    "div": _binary("div"),
    "__add__": _sum("add"),
    "__radd__": _sum("add"),
    "__sub__": _sum("sub"),
    "__rsub__": _mirrored("sub"),
    "__mul__": _binary("mul"),
    "__rmul__": _binary("mul"),
    "__truediv__": _binary("div"),
    "__rtruediv__": _mirrored("div"),
    "__pow__": _power,
    "__neg__": _unary("neg"),
    "__abs__": _unary("abs"),
    "__gt__": _binary("greater"),
    "__lt__": _mirrored("greater"),
    "__ge__": _binary("at_least"),
    "__le__": _mirrored("at_least"),
    "neg": _unary("neg"),
    "abs": _unary("abs"),
    "sqrt": _unary("sqrt"),
    "sign": _unary("sign"),
    "square": _squared,
    "pow": _power,
    "maximum": _binary("maximum"),
    "minimum": _binary("minimum"),
    "clamp": _clamped,
    "clamp_min": _clamped,
    "addcmul": _with_product("mul"),
    "addcdiv": _with_product("div"),
    "lerp": _interpolated,
    "clone": _as_it_is,
    "detach": _as_it_is,
    "to": _as_it_is,
    "copy": lambda _, other: _.registers_of(other)[0],
    "zero": _filled,
    "fill": _filled,
}
"""What of a tensor's methods does the same to every number, and how it is noted."""

MIRRORED = {"sub": "__rsub__", "div": "__rtruediv__", "add": "__radd__", "mul": "__rmul__"}
"""Functions of torch whose first argument may be a plain number, and the method that takes it second."""


def _operator(name: str) -> Callable[..., Noting]:
    def act(self: Noting, *values: Any) -> Noting:
        return self.keep(METHODS[name](self, *values))

    return act


def _operator_in_place(name: str) -> Callable[..., Noting]:
    def act(self: Noting, *values: Any) -> Noting:
        self.register = METHODS[name](self, *values)
        return self

    return act


for _name in [name for name in METHODS if name.startswith("__")]:
    setattr(Noting, _name, _operator(_name))  # Python looks operators up on the class alone
for _name in ("add", "sub", "mul", "truediv"):
    setattr(Noting, f"__i{_name}__", _operator_in_place(f"__{_name}__"))


def finished(notes: Notes, tensors: list[Noting], inputs: int) -> tuple[Rule, list[Number]]:
    """Return the rule that was noted, and the numbers that this step handed over.

    Args:
        notes: Of one parameter.
        tensors: The parameter and its states, as they stand after the step.
        inputs: How many registers held something at the start.

    Raises:
        NotElementwiseError: A number of the step is not finite: no rule is to be read off that.
    """
    if not all(np.isfinite(number).all() for number in notes.scalars):
        raise NotElementwiseError("hands a number to its rule that is not finite")
    outputs = tuple(tensor.register for tensor in tensors)
    return Rule(inputs, tuple(notes.operations), outputs), notes.scalars
