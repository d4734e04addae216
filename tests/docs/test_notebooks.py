"""The manual's notebooks run from top to bottom, and a notebook shows what a run is."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import reportgen
from tests.helpers.manual import shortened
from tests.helpers.project import ROOT

pytestmark = pytest.mark.long

NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))


def execute(notebook: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The notebook with its outputs, executed by this Python in a folder; a cell that fails raises."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    monkeypatch.setenv("IPYTHONDIR", str(folder / "ipython"))
    NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    return notebook


def html_of(cell: Any) -> str:
    return "".join(output.get("data", {}).get("text/html", "") for output in cell.outputs)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_what_the_manual_shows(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = nbformat.read(path, as_version=4)
    in_a_hurry = nbformat.read(path, as_version=4)
    for cell in in_a_hurry.cells:
        cell.source = shortened(cell.source).replace("progress=False", "progress=False, workers=1")
    executed = execute(in_a_hurry, tmp_path, monkeypatch)
    for before, now in zip(stored.cells, executed.cells, strict=True):
        if before.cell_type == "code":
            kinds, kinds_now = (
                [sorted(output.get("data", {"stream": 0})) for output in cell.outputs]
                for cell in (before, now)
            )
            assert kinds == kinds_now, before.source
            assert not any(output.get("name") == "stderr" for output in now.outputs), now.outputs
    shown = "".join(html_of(cell) for cell in executed.cells if cell.source.endswith("\nrun"))
    stages = 2 if path.stem == "homework" else 0
    assert shown.count("<svg") == stages
    assert ("my-homework: test accuracy" in shown) == (path.stem == "homework")


def test_there_are_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["homework", "own-results"]


@pytest.mark.usefixtures("quickstart")
def test_what_the_readme_runs_shows_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    html = reportgen.run("quickstart")._repr_html_()
    for optimizer in ("SGD", "SGD_Momentum", "Adam"):
        assert optimizer in html
    assert html.count("<svg") >= 2
