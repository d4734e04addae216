"""Where a guarded process finds modules: in what is installed, and not beside the program that started it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import reportgen

PACKAGE = Path(reportgen.__file__).parent
INSTALLED = ("site-packages", "dist-packages")
"""The names of folders in which packages are installed."""


def module_paths() -> list[Path]:
    """Return the entries of sys.path of Python, of installed packages, of PYTHONPATH, and this package's.

    Others are where the program that runs lies, or where it was called: a project's folder, or home.
    """
    named = {entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry}
    entries = [entry for entry in sys.path if entry]
    named.update(line for entry in entries if _is_installed(Path(entry)) for line in _lines(Path(entry)))
    return [Path(entry) for entry in entries if entry in named or _is_installed(Path(entry))]


def holds_package(path: Path) -> bool:
    """Return whether a folder is the one that this package lies in, such as a checkout."""
    return path.resolve() == PACKAGE.parent.resolve()


def _is_installed(path: Path) -> bool:
    in_prefix = any(path.is_relative_to(prefix) for prefix in (sys.prefix, sys.base_prefix))
    return in_prefix or path.name in INSTALLED or holds_package(path)


def _lines(folder: Path) -> Iterator[str]:
    """What the .pth files of a folder add to sys.path."""
    for file in folder.glob("*.pth"):
        yield from file.read_text(encoding="utf-8", errors="replace").splitlines()
