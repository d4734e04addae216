"""What numba kept and cannot be read again is compiled anew, and ends nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any


def forgive_damage(module: ModuleType) -> None:
    """Let the functions of a module be compiled anew where what was kept of them is damaged.

    Args:
        module: With functions that numba compiles.
    """
    for function in vars(module).values():
        cache: Any = getattr(function, "_cache", None)
        if cache is not None and hasattr(cache, "load_overload"):
            cache.load_overload = partial(_load_or_forget, cache, cache.load_overload)


def _load_or_forget(cache: Any, load: Callable[[Any, Any], Any], signature: Any, target: Any) -> Any:
    try:
        return load(signature, target)
    except Exception:  # whatever unpickling half a file raises
        with contextlib.suppress(OSError):
            cache.flush()  # else it would be read again before what is compiled is kept
        return None
