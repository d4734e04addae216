"""What a class of somebody's own is handed and gives: torch tensors, or numpy arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from reportgen.errors import UserError

Form = Literal["tensors", "labels as an array", "arrays"]
"""What a class works on. The middle one is the homework's own: labels from numpy, all else from torch."""
FORMS: tuple[Form, ...] = ("tensors", "labels as an array", "arrays")


class FormError(UserError):
    """A class works neither on tensors nor on arrays, or gives something else; one line that says what."""


def handed(form: Form, *tensors: Tensor) -> tuple[Any, ...]:
    """Return what a class of this form is called with.

    Args:
        form: Of the class.
        *tensors: The arguments. An array shares its memory with the tensor that it was.
    """
    if form == "tensors":
        return tensors
    whole = form == "labels as an array"
    return tuple(t if whole and t.is_floating_point() else t.detach().numpy() for t in tensors)


def as_tensor(value: object, like: Tensor, name: str) -> Tensor:
    """Return what a class gave as a tensor of the type that it was given.

    Args:
        value: A tensor, an array, a number or a list of numbers.
        like: What the class was given.
        name: What it is, for the error.

    Raises:
        FormError: It is something else.
    """
    if isinstance(value, Tensor):
        return value.detach().to(like.dtype)
    try:
        return torch.as_tensor(np.asarray(value)).to(like.dtype)
    except (TypeError, ValueError, RuntimeError):
        raise FormError(f"{name} is of type {type(value).__name__}; a tensor or an array is needed") from None


def find_form(rehearse: Callable[[Form], object], forms: Sequence[Form] = FORMS) -> Form:
    """Return the first form in which a class can be used from beginning to end.

    Args:
        rehearse: Uses a new object of the class with arguments of this form.
        forms: What is tried, in order.

    Raises:
        FormError: None; the message says what went wrong with tensors and, if that was something else, what
            with arrays.
    """
    problems: dict[Form, str] = {}
    for form in forms:
        try:
            rehearse(form)
        except Exception as error:  # whatever somebody's code does with what it did not expect
            problems[form] = describe(error)
        else:
            return form
    said = list(dict.fromkeys([problems["tensors"], problems["arrays"]]))
    raise FormError(said[0] if len(said) == 1 else f"with tensors: {said[0]}; with numpy arrays: {said[1]}")


def describe(error: Exception) -> str:
    """Return an error of somebody's code in one line."""
    said = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}"
    return " ".join(said.split())
