"""A finished run made by hand: records that are right, a report that is only some bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from reportgen.records import run_folder
from tests.helpers.manifests import a_trial, a_whole_manifest

NAME = "20260102-030405-abcdef"
TITLE = {"zh-Hant": "優化器比較", "en": "Comparing optimizers"}
# no text, no line ends that a mail may change, longer than a line of a mail
PDF = b"%PDF-1.7\r\n.\r\n" + bytes(range(256)) * 300 + b"\n%%EOF"
HTML = "<!doctype html><title>報告</title>"


def made_run(
    output: Path, *, name: str = NAME, experiment: str = "quickstart", title: Any = TITLE, pdf: bool = True
) -> Path:
    """The folder of a run in the output folder: 97.50 % of 200 test images by Adam, two seeds."""
    rows = [
        ("comparison", "SGD", 0, 0.8),
        ("comparison", "SGD", 1, 0.82),
        ("comparison", "Adam", 0, 0.9),
        ("comparison", "Adam", 1, 0.92),
        ("tuned", "Adam", 0, 0.97),
        ("tuned", "Adam", 1, 0.98),
    ]
    results = pd.DataFrame(
        [
            {
                **dict.fromkeys(run_folder.RESULT_COLUMNS, 0.5),
                **{"stage": stage, "setup": setup, "seed": seed, "optimizer": setup, "hidden": "8"},
                **{"hyperparameters": "", "status": "finished", "best_epoch": 1, "parameters": 100},
                **{"test_accuracy": accuracy, "test_images": 200, "test_correct": round(200 * accuracy)},
            }
            for stage, setup, seed, accuracy in rows
        ]
    )
    manifest = a_whole_manifest(
        [a_trial(stage, setup, seed, optimizer=setup) for stage, setup, seed, _ in rows]
    )
    manifest["run"] = name
    manifest["experiment"] |= {"name": experiment, "file": f"{experiment}.toml"}
    manifest["experiment"]["settings"]["title"] = title
    records = run_folder.RunRecords(
        manifest_json=manifest,
        epochs=pd.DataFrame([dict.fromkeys(run_folder.EPOCH_COLUMNS, 1)]),
        results=results,
        search=pd.DataFrame(columns=list(run_folder.SEARCH_COLUMNS)),
        confusion=pd.DataFrame(columns=list(run_folder.CONFUSION_COLUMNS)),
        sample_images=np.zeros((1, 2, 2, 1), np.uint8),
        sample_labels=np.zeros(1, np.int64),
        excerpts={},
        experiment_text='title = "優化器比較"\n',
    )
    with run_folder.partial_folder(output / experiment) as partial:
        folder = run_folder.keep(records, partial, name)
    (folder / "report.html").write_text(HTML, encoding="utf-8")
    if pdf:
        (folder / "report.pdf").write_bytes(PDF)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path there."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
