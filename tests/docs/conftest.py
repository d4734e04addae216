"""What Sphinx is extended by, as the build of the manual imports it; and a ready experiment in a hurry."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from reportgen.files import resources
from tests.helpers.manual import shortened
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


@pytest.fixture
def quickstart(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ready experiment trains for a second."""
    folder = tmp_path_factory.mktemp("experiments")
    for file in resources.experiments().glob("*.toml"):
        text = file.read_text(encoding="utf-8")
        shorter = shortened(text) if file.stem == "quickstart" else text
        assert (shorter == text) == (file.stem != "quickstart")
        (folder / file.name).write_text(shorter, encoding="utf-8")
    monkeypatch.setattr("reportgen.experiment.reading.ready_experiments", lambda: folder)
