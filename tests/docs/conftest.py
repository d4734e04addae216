"""What Sphinx is extended by, as the build of the manual imports it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from tests.helpers.project import ROOT

EXTENSIONS = ROOT / "docs" / "extensions"
MODULES = (
    "command_reference",
    "experiment_reference",
    "nothing_from_outside",
    "optimizer_reference",
    "python_reference",
)


@pytest.fixture(scope="module")
def extensions() -> Iterator[dict[str, ModuleType]]:
    pytest.importorskip("sphinx", reason="the manual is built with the versions of constraints.txt alone")
    sys.path.insert(0, str(EXTENSIONS))
    try:
        yield {name: importlib.import_module(name) for name in MODULES}
    finally:
        sys.path.remove(str(EXTENSIONS))
        for name in MODULES:
            del sys.modules[name]
