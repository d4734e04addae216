"""A second device that is not there: its numbers are kept by this processor, and mix with none of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

NAME = "lazy"
"""A type of device that torch knows and that has nothing behind it."""


class MixedDevicesError(Exception):
    """Something was computed from tensors on two devices."""


class Elsewhere(Tensor):
    """A tensor on the second device. here: its numbers, on this processor."""

    here: Tensor

    @staticmethod
    def __new__(cls, here: Tensor) -> Elsewhere:
        made = Tensor._make_wrapper_subclass(
            cls,
            here.shape,
            strides=here.stride(),
            storage_offset=here.storage_offset(),
            dtype=here.dtype,
            device=NAME,
        )
        made.here = here
        return made

    def tolist(self) -> Any:
        """The numbers as lists, fetched first."""
        return self.cpu().tolist()

    def __repr__(self) -> str:  # type: ignore[override]
        return f"Elsewhere({self.here!r})"

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        raise AssertionError("the second device is off")


class SecondDevice(TorchDispatchMode):
    """Computes on both devices. reads: how often numbers were fetched from the second."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        with self:  # what is made of other operations comes back as those
            parts = func.decompose(*args, **kwargs)
        if parts is not NotImplemented:
            return parts
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        elsewhere = any(isinstance(tensor, Elsewhere) for tensor in tensors)
        moves = func in (torch.ops.aten._to_copy.default, torch.ops.aten.copy_.default)
        if elsewhere and not moves:
            for tensor in tensors:
                if not isinstance(tensor, Elsewhere) and tensor.dim():
                    raise MixedDevicesError(f"{func} of {tuple(tensor.shape)} here and others elsewhere")
        to = kwargs.get("device")
        stays = elsewhere if to is None else torch.device(to).type == NAME
        if to is not None:
            kwargs["device"] = torch.device("cpu")
        if func is torch.ops.aten._local_scalar_dense.default or (moves and elsewhere and not stays):
            self.reads += elsewhere
        result = func(*tree_map(_here, args), **tree_map(_here, kwargs))
        if func._schema.is_mutable:
            return args[0]
        return (
            tree_map(lambda leaf: Elsewhere(leaf) if isinstance(leaf, Tensor) else leaf, result)
            if stays
            else result
        )


def _here(leaf: Any) -> Any:
    return leaf.here if isinstance(leaf, Elsewhere) else leaf


@contextlib.contextmanager
def second_device(monkeypatch: pytest.MonkeyPatch) -> Iterator[SecondDevice]:
    """Let trials be trained on the device NAME, and notice what forgets it."""
    real = torch.autocast

    def autocast(device_type: str, *arguments: Any, **settings: Any) -> Any:
        assert device_type == NAME, "the precision of another device is asked for"
        return real("cpu", *arguments, **settings)

    with monkeypatch.context() as patched, SecondDevice() as device:
        patched.setattr(torch, "autocast", autocast)
        yield device
