"""All that an optimizer keeps between steps, as tensors by name and plain data, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from reportgen.optim import Optimizer
from reportgen.optim.base import restore_attributes

TENSOR, ARRAY, DTYPE, LIST, TUPLE, DICT = "tensor", "array", "dtype", "list", "tuple", "dict"


class UnkeptStateError(ValueError):
    """An optimizer keeps something that a checkpoint cannot hold; one line that says what, and where."""


def state_of(optimizer: Optimizer) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return all that an optimizer keeps: its `state_dict()` where it has one, else its attributes.

    Args:
        optimizer: Keeps numbers, texts, tensors, arrays, types of numbers, and lists, tuples and dicts
            of these.

    Returns:
        Its tensors by where they stand, copied to the CPU; and the rest as plain data, with a place and a
        device for each tensor.

    Raises:
        UnkeptStateError: It keeps something else.
    """
    tensors: dict[str, Tensor] = {}
    own = optimizer.state_dict() if hasattr(optimizer, "state_dict") else vars(optimizer)
    return tensors, {name: _written(value, name, tensors) for name, value in own.items()}


def restore_state(optimizer: Optimizer, tensors: Mapping[str, Tensor], plain: Mapping[str, Any]) -> None:
    """Let an optimizer stand where another of its kind stood.

    Args:
        optimizer: Newly made, with the same hyperparameters.
        tensors: Those of `state_of`.
        plain: What `state_of` returned beside them, also as JSON returns it.
    """
    state = {name: _read(value, tensors) for name, value in plain.items()}
    if hasattr(optimizer, "load_state_dict"):
        optimizer.load_state_dict(state)
        return
    restore_attributes(optimizer, state)


def _written(value: Any, where: str, tensors: dict[str, Tensor]) -> Any:
    match value:
        case Tensor():
            tensors[where] = value.detach().to("cpu", copy=True)
            return {
                TENSOR: [where, value.device.type]
            }  # torch's own count steps on the CPU, wherever they are
        case np.ndarray():
            tensors[where] = torch.from_numpy(value.copy())
            return {ARRAY: where}
        case torch.dtype():
            return {DTYPE: str(value).removeprefix("torch.")}
        case np.generic() | bool() | int() | float() | str() | None:
            return value.item() if isinstance(value, np.generic) else value
        case list() | tuple():
            kind = LIST if isinstance(value, list) else TUPLE
            return {kind: [_written(part, f"{where}/{place}", tensors) for place, part in enumerate(value)]}
        case dict():
            return {
                DICT: [
                    [_written(key, f"{where}/key", {}), _written(part, f"{where}/{key}", tensors)]
                    for key, part in value.items()
                ]
            }
        case _:
            raise UnkeptStateError(
                f"keeps a {type(value).__name__} in {where}, which no checkpoint can hold: keep numbers,"
                " texts, tensors, and lists and dicts of them"
            )


def _read(value: Any, tensors: Mapping[str, Tensor]) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = value.items()
    if kind == TENSOR:
        where, device = inner
        return tensors[where].to(device, copy=True)
    if kind == ARRAY:
        return tensors[inner].numpy().copy()
    if kind == DTYPE:
        return getattr(torch, inner)
    if kind == DICT:
        return {_read(key, tensors): _read(part, tensors) for key, part in inner}
    parts = [_read(part, tensors) for part in inner]
    return parts if kind == LIST else tuple(parts)
