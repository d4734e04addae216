"""What a run ran on: versions and hardware."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from functools import cache
from pathlib import Path

import numpy as np

from reportgen.version import __version__

PACKAGES = (
    "torch", "torchvision", "numpy", "pandas", "scikit-learn",
    "matplotlib", "jinja2", "weasyprint",
)  # fmt: skip


@cache
def versions() -> dict[str, str]:
    """Return Python's version and those of the packages that a report depends on; do not change it."""
    known = {"reportgen": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            known[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            known[package] = "not installed"
    return known


def device() -> dict[str, str | int]:
    """Return the processor that trains, how many cores of it, and the operating system."""
    return {"processor": processor(), "cores": cores(), "system": f"{platform.system()} {platform.machine()}"}


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def processor() -> str:
    """Return the processor's name, as its maker calls it where the system tells."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def machinery() -> dict[str, str]:
    """Return what else the last bits of a sum depend on."""
    import torch  # slow to import: only who trains needs it

    return {
        "torch": torch.__version__,
        "numpy": np.__version__,
        "processor": f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}",
    }
