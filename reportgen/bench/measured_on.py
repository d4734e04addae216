"""Where and with what something was measured: processor, cores, versions, commit, load."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from reportgen.bench.processes import ROOT
from reportgen.version import __version__

PACKAGES = ("torch", "numpy", "numba", "jax", "optax", "lion-pytorch", "weasyprint", "pandas", "matplotlib")


@dataclass(frozen=True)
class Machine:
    """What figures depend on besides what is measured.

    versions: of reportgen, Python and packages; None where one is not installed. commit: of this program's
    checkout, with a plus where files differ from it; None outside of one.
    """

    processor: str
    cores: int
    system: str
    versions: dict[str, str | None] = field(default_factory=dict)
    commit: str | None = None


def this_machine() -> Machine:
    """Return what this machine is."""
    return Machine(
        processor=_processor(),
        cores=_cores(),
        system=f"{platform.system()} {platform.machine()}",
        versions={
            "reportgen": __version__,
            "python": platform.python_version(),
            **{package: _version(package) for package in PACKAGES},
        },
        commit=_commit(),
    )


def load() -> float | None:
    """Return how many processes wanted a processor, on average over the last minute; None if untold."""
    try:
        return round(os.getloadavg()[0], 2)
    except OSError:
        return None


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.processor() or platform.machine()
    model = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return model[1].strip() if model else platform.processor() or platform.machine()


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _commit() -> str | None:
    git = ["git", "-C", str(ROOT)]
    try:
        top = subprocess.run(
            [*git, "rev-parse", "--show-toplevel"], capture_output=True, text=True, check=True
        )
        if Path(top.stdout.strip()) != ROOT:
            return None
        head = subprocess.run(
            [*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
        )
        changed = subprocess.run(
            [*git, "status", "--porcelain", "-uno"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return head.stdout.strip() + ("+" if changed.stdout else "")
