"""The programs of tools/, which are no package, loaded for tests."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

from tests.helpers.project import ROOT


def load_tool(name: str) -> ModuleType:
    """Return a program of tools/ as a module; those that it imports beside it are found there."""
    folder = str(ROOT / "tools")
    sys.path.insert(0, folder)
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(folder)
