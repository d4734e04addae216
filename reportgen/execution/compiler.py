"""What compiles the loops of the compiled engine, as far as numbers depend on it."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
from functools import cache

PACKAGES = ("numba", "llvmlite")
SETTINGS = (
    "NUMBA_CPU_FEATURES", "NUMBA_CPU_NAME", "NUMBA_DISABLE_INTEL_SVML", "NUMBA_DISABLE_JIT",
    "NUMBA_ENABLE_AVX", "NUMBA_LOOP_VECTORIZE", "NUMBA_OPT", "NUMBA_SLP_VECTORIZE",
)  # fmt: skip
"""Variables of the environment that change what comes out of it."""


@cache
def compiler_versions() -> dict[str, str]:
    """Return the versions of the packages that compile, of those that there are; do not change it."""
    known = {}
    for package in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            known[package] = importlib.metadata.version(package)
    return known


def compiler() -> dict[str, str]:
    """Return what else the last bits of a sum depend on where loops are compiled for this very processor."""
    return {
        **compiler_versions(),
        "compiled for": _processor(),
        **{name: os.environ[name] for name in SETTINGS if name in os.environ},
    }


@cache
def _processor() -> str:
    from llvmlite import binding  # who has no compiler comes nowhere near

    return f"{binding.get_host_cpu_name()} {binding.get_host_cpu_features().flatten()}"
