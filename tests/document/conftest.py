"""The report that is checked: a freshly made one.

The environment variable REPORTGEN_DOCUMENT names the folder of another run to render anew and check.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from reportgen.records.run import Run
from reportgen.report.render import Rendered, render
from tests.helpers.documents import Report


@pytest.fixture(scope="session")
def report(tiny_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    place = tmp_path_factory.mktemp("document")

    def rendered(source: Path, name: str) -> Rendered:
        folder = place / name / source.resolve().name
        shutil.copytree(source, folder)
        return render(Run.read(folder))

    other = os.environ.get("REPORTGEN_DOCUMENT")
    source = Path(other or tiny_run)
    first = rendered(source, "first")
    # the small run has just been rendered by the command `run`
    again = rendered(source, "again").pdf if other else tiny_run / "report.pdf"
    assert again is not None
    return Report(first, again)
