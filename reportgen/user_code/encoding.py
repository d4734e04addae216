"""Values as data between two processes: JSON, and the bytes of tensors and arrays. Nothing is executed.

A message is the length of its head (4 bytes), the head (JSON: the value, and how long each buffer is), and
the buffers. What comes from a process that runs users' code is checked before it is used.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from json import dumps, loads  # by name: a user's code might replace the module's
from typing import Any

import numpy as np
import torch
from torch import Tensor

LENGTH = struct.Struct(">I")
MOST_HEAD, MOST_BUFFERS = 64 * 2**20, 2 * 2**30
"""Bytes of a message's head, and of all its buffers."""
DEEPEST = 60
"""So far are lists and dictionaries nested."""
DTYPES: dict[str, torch.dtype] = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float64,
        torch.float32,
        torch.float16,
        torch.bfloat16,
        torch.int64,
        torch.int32,
        torch.int16,
        torch.int8,
        torch.uint8,
        torch.bool,
    )
}
ARRAY_DTYPES = {name: np.dtype(name) for name in DTYPES if name != "bfloat16"}


class NoDataError(Exception):
    """A value that cannot travel as data, or a message that is none."""


def encode(value: object, *, as_numpy: bool = False) -> bytes:
    """Return a value as a message.

    Args:
        value: None, numbers, texts, tensors, numpy's arrays, and lists, tuples and dictionaries of these.
        as_numpy: Tensors arrive as numpy's arrays.

    Raises:
        NoDataError: There is something else in it.
    """
    buffers: list[bytes] = []
    tree = _plain(value, buffers, as_numpy, DEEPEST)
    try:
        head = dumps({"value": tree, "buffers": [len(buffer) for buffer in buffers]}).encode()
    except ValueError as error:  # a number of thousands of digits
        raise NoDataError(str(error)) from error
    if len(head) > MOST_HEAD or sum(map(len, buffers)) > MOST_BUFFERS:
        raise NoDataError("it is too large")
    return b"".join([LENGTH.pack(len(head)), head, *buffers])


def _plain(value: Any, buffers: list[bytes], as_numpy: bool, depth: int) -> Any:
    """A value as JSON holds it; what JSON does not know is a dictionary of one entry: its kind."""
    if depth == 0:
        raise NoDataError("it is nested too deeply, or contains itself")
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        return {"float": value.hex()}
    if isinstance(value, Tensor):
        return _plain_tensor(value, buffers, "array" if as_numpy else "tensor")
    if isinstance(value, np.ndarray | np.generic):
        return _plain_array(value, buffers)

    def inside(item: object) -> Any:
        return _plain(item, buffers, as_numpy, depth - 1)

    match value:
        case dict():
            plain: Any = {"dict": [[inside(key), inside(item)] for key, item in value.items()]}
        case list():
            plain = {"list": [inside(item) for item in value]}
        case tuple():
            plain = {"tuple": [inside(item) for item in value]}
        case int() | float() | str():  # of a class of somebody's own
            plain = inside(next(kind(value) for kind in (int, float, str) if isinstance(value, kind)))
        case _:
            raise NoDataError(f"a {type(value).__name__} is no data")
    return plain


def _plain_tensor(tensor: Tensor, buffers: list[bytes], kind: str) -> dict[str, Any]:
    name = str(tensor.dtype).removeprefix("torch.")
    if name not in DTYPES or tensor.layout != torch.strided or (kind == "array" and name not in ARRAY_DTYPES):
        raise NoDataError(f"a tensor of {name}, {tensor.layout} is no data")
    content = tensor.detach().cpu().contiguous().reshape(-1)
    buffers.append(content.view(torch.uint8).numpy().tobytes() if len(content) else b"")
    return {kind: [name, list(tensor.shape), len(buffers) - 1]}


def _plain_array(array: np.ndarray[Any, Any] | np.generic, buffers: list[bytes]) -> dict[str, Any]:
    name = array.dtype.name
    if name not in ARRAY_DTYPES:
        raise NoDataError(f"an array of {name} is no data")
    buffers.append(np.asarray(array, dtype=ARRAY_DTYPES[name]).tobytes())
    kind = "array" if isinstance(array, np.ndarray) else "number"
    return {kind: [name, list(array.shape), len(buffers) - 1]}


@dataclass
class Reader:
    """Puts messages together as their bytes come."""

    content: bytearray = field(default_factory=bytearray)

    def add(self, content: bytes) -> None:
        """Take in what has come."""
        self.content += content

    def take(self) -> tuple[object] | None:
        """Return the next message's value, as the one item of a tuple, where the whole of it is there.

        Raises:
            NoDataError: What has come is no message.
        """
        if len(self.content) < LENGTH.size:
            return None
        (length,) = LENGTH.unpack_from(self.content)
        if length > MOST_HEAD:
            raise NoDataError("a message is too long")
        start = LENGTH.size + length
        if len(self.content) < start:
            return None
        try:
            head = loads(self.content[LENGTH.size : start])
            tree, lengths = head["value"], head["buffers"]
            if not all(type(length) is int and length >= 0 for length in lengths):
                raise NoDataError("buffers without a length")
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise NoDataError("a head that is none") from error
        end = start + sum(lengths)
        if end - start > MOST_BUFFERS:
            raise NoDataError("a message is too long")
        if len(self.content) < end:
            return None
        buffers = []
        for length in lengths:
            buffers.append(bytearray(self.content[start : start + length]))
            start += length
        del self.content[:end]
        try:
            return (_value(tree, buffers, DEEPEST),)
        except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RuntimeError) as error:
            raise NoDataError("a value that is none") from error


def _value(tree: Any, buffers: Sequence[bytearray], depth: int) -> Any:
    """What `_plain` wrote."""
    if depth == 0:
        raise NoDataError("a value is nested too deeply")
    if tree is None or type(tree) in (bool, int, str):
        return tree
    ((kind, content),) = tree.items()
    if kind == "float":
        return float.fromhex(content)
    if kind == "dict":
        return {_value(key, buffers, depth - 1): _value(item, buffers, depth - 1) for key, item in content}
    if kind in ("list", "tuple"):
        items = [_value(item, buffers, depth - 1) for item in content]
        return items if kind == "list" else tuple(items)
    name, shape, number = content
    if not all(type(size) is int and size >= 0 for size in shape):
        raise NoDataError("a shape that is none")
    if kind == "tensor":
        return _tensor(DTYPES[name], shape, buffers[number])
    if kind not in ("array", "number"):
        raise NoDataError("a kind that is none")
    array = np.frombuffer(buffers[number], dtype=np.uint8 if name == "bool" else ARRAY_DTYPES[name])
    if name == "bool":
        array = array != 0
    array = array.reshape(shape)
    return array[()] if kind == "number" else array


def _tensor(dtype: torch.dtype, shape: list[int], content: bytearray) -> Tensor:
    if not content:
        return torch.empty(0, dtype=dtype).reshape(shape)
    if dtype is torch.bool:  # of any byte: a bool that is neither 0 nor 1 is none
        return (torch.frombuffer(content, dtype=torch.uint8) != 0).reshape(shape)
    return torch.frombuffer(content, dtype=dtype).reshape(shape)
