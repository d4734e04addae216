"""Two runs of one experiment differ in what is told, and not in their names, times and seconds."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reportgen.records.run import Run
from reportgen.report.render import render
from tests.helpers.project import ROOT

TOOL = ROOT / "tools" / "compare_reports.py"


def compare(before: Path, after: Path) -> tuple[int, list[str]]:
    ended = subprocess.run([sys.executable, TOOL, before, after], capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout.splitlines()


@pytest.fixture(scope="module")
def again(tiny_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same run as if it had been made at another time, on a slower machine."""
    folder = Path(shutil.copytree(tiny_run, tmp_path_factory.mktemp("again") / "run"))
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["run"] = "20300203-040506-070809"
    manifest["times"] = {
        "started": "2030-02-03T04:05:06+00:00", "finished": "2030-02-03T04:25:06+00:00", "seconds": 1200.0,
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    for name in ("metrics.csv", "results.csv"):
        table = pd.read_csv(folder / name, dtype=str, keep_default_na=False)
        table["seconds"] = [f"{100 * float(seconds)}" for seconds in table["seconds"]]
        table.to_csv(folder / name, index=False, lineterminator="\n")
    render(Run.read(folder))
    return folder


def test_a_run_made_again_has_no_differences(tiny_run: Path, again: Path) -> None:
    assert (again / "report.html").read_bytes() != (tiny_run / "report.html").read_bytes()
    assert compare(tiny_run, again) == (0, ["no differences"])


def test_every_difference_is_told(tiny_run: Path, again: Path, tmp_path: Path) -> None:
    changed = Path(shutil.copytree(again, tmp_path / "changed"))
    results = pd.read_csv(changed / "results.csv", dtype=str, keep_default_na=False)
    before = results.loc[2, "validation_loss"]
    results.loc[2, "validation_loss"] = "0.5"
    results.to_csv(changed / "results.csv", index=False, lineterminator="\n")
    with np.load(changed / "records" / "samples.npz") as file:
        arrays = dict(file)
    name = min(arrays)
    arrays[name] = arrays[name].copy()
    arrays[name].flat[0] += 1
    np.savez(changed / "records" / "samples.npz", **arrays)
    page = (changed / "report.html").read_text(encoding="utf-8")
    page = page.replace(">Contents<", ">What is in it<", 1).replace(' d="M', ' d="m', 1)
    (changed / "report.html").write_text(page, encoding="utf-8")
    (changed / "report.pdf").unlink()
    code, lines = compare(tiny_run, changed)
    assert code == 1
    assert lines[0] == f"results.csv:4: validation_loss is {before} before, 0.5 after"
    assert lines[1] == f"records/samples.npz: {name} holds other values"
    pairs = [
        (line.removeprefix("report.html: before: "), other.removeprefix("report.html: after:  "))
        for line, other in zip(lines[2:6:2], lines[3:7:2], strict=True)
    ]
    (words, drawing) = sorted(pairs, key=lambda pair: pair[0].startswith("["))
    assert words[1] == words[0].replace("Contents", "What is in it") != words[0]
    assert drawing[0].startswith("[")
    assert lines[6:] == ["report.pdf: only before", "7 lines of differences"]


def test_a_folder_without_a_report_is_refused(tiny_run: Path, tmp_path: Path) -> None:
    code, lines = compare(tiny_run, tmp_path)
    assert (code, lines) == (2, [])
