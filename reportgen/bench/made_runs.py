"""Made-up runs, to see how reports and histories grow: a real run with as many records as are wanted."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from reportgen.records import run_folder

NAME = "growth"
EXPERIMENT = """\
title = { zh-Hant = "量測", en = "Measured" }

[data]
source = "digits"

[comparison]
hidden = [8]
batch_size = 64
epochs = 2
seeds = 1
optimizers = [
  { name = "SGD", learning_rate = 1e-2 },
  { name = "SGD_Momentum", learning_rate = 1e-2 },
  { name = "Adam", learning_rate = 1e-2 },
]
"""
"""Trained in a moment; its run is what all others are made from."""
OPTIMIZERS = 3
OF_EVERY_TRIAL = ("trials", "parameter_shapes", "evidence", "reused", "kept_trials", "trained_at")
"""The keys of a manifest that have an entry for every row of the results."""
FIRST_DAY = datetime(2020, 1, 1, tzinfo=UTC)


def write_grown(run: Path, output: Path, *, seeds: int, epochs: int) -> Path:
    """Write a run with made-up curves and results.

    Args:
        run: The folder of a run of EXPERIMENT.
        output: Where runs are.
        seeds: Of each optimizer.
        epochs: Of each trial.

    Returns:
        The folder of the new run.
    """
    records = run_folder.read(run)
    name = f"{run.name[:-6]}{seeds * epochs:06d}"
    trials = [row | {"seed": seed} for row in records.results.to_dict("records") for seed in range(seeds)]
    rng = np.random.default_rng(0)
    curves = [_curve(trial, place, epochs, rng) for place, trial in enumerate(trials)]
    confusions = [
        _confusion(records.confusion[records.confusion["setup"] == trial["setup"]], trial["seed"], curve)
        for trial, curve in zip(trials, curves, strict=True)
    ]
    results = [
        trial | _result(curve, confusion)
        for trial, curve, confusion in zip(trials, curves, confusions, strict=True)
    ]
    grown = replace(
        records,
        manifest_json=_manifest(records.manifest_json, name, seeds, epochs),
        epochs=pd.concat(curves, ignore_index=True),
        results=pd.DataFrame(results),
        confusion=pd.concat(confusions, ignore_index=True),
        answers=None,
    )
    with run_folder.partial_folder(output / NAME) as partial:
        return run_folder.keep(grown, partial, name)


def _curve(trial: dict[Any, Any], place: int, epochs: int, rng: np.random.Generator) -> pd.DataFrame:
    """The rows of metrics.csv of a trial: a loss that falls to a level, and an accuracy that rises to one."""
    epoch = np.arange(1, epochs + 1)
    left = np.exp(-epoch / (2 + place % OPTIMIZERS + 0.05 * epochs))
    noise = rng.normal(0, 0.01, (4, epochs))
    return pd.DataFrame(
        {
            **{column: trial[column] for column in run_folder.TRIAL_COLUMNS},
            "epoch": epoch,
            "training_loss": 0.3 + 2 * left + np.abs(noise[0]),
            "training_accuracy": np.clip(0.95 - 0.85 * left + noise[1], 0, 1),
            "validation_loss": 0.4 + 1.9 * left + np.abs(noise[2]),
            "validation_accuracy": np.clip(0.9 - 0.8 * left + noise[3], 0, 1).round(3),
            "l2_term": 0.0,
            "seconds": 0.01,
            "gradient_norm": 0.1 + left,
            "update_norm": 0.01 + 0.1 * left,
            "parameter_norm": 5.0 + epoch / epochs,
        }
    )


def _confusion(of_setup: pd.DataFrame, seed: int, curve: pd.DataFrame) -> pd.DataFrame:
    """The rows of confusion.csv of a trial: the share of its last accuracy is right in every class."""
    true, predicted = of_setup["true"].to_numpy(), of_setup["predicted"].to_numpy()
    of_class = of_setup.groupby("true")["images"].sum()
    right = (of_class * curve["validation_accuracy"].iloc[-1]).round().astype(int)
    taken_for = dict(zip(of_class.index, [*of_class.index[1:], of_class.index[0]], strict=True))
    images = np.select(
        [true == predicted, [taken_for[one] == other for one, other in zip(true, predicted, strict=True)]],
        [right[true], (of_class - right)[true]],
        0,
    )
    return of_setup.assign(seed=seed, images=images)


def _result(curve: pd.DataFrame, confusion: pd.DataFrame) -> dict[str, Any]:
    best = curve.iloc[int(curve["validation_loss"].to_numpy().argmin())]
    right = int(confusion["images"][confusion["true"] == confusion["predicted"]].sum())
    total = int(confusion["images"].sum())
    columns = [column for column in run_folder.METRIC_COLUMNS if column != "seconds"]
    return {
        **{column: best[column] for column in columns},
        "epochs": len(curve),
        "best_epoch": int(best["epoch"]),
        "test_accuracy": right / total,
        "test_correct": right,
        "test_images": total,
        "seconds": float(curve["seconds"].sum()),
    }


def _manifest(manifest: dict[str, Any], name: str, seeds: int, epochs: int) -> dict[str, Any]:
    """The manifest of the real run, with every trial once for each seed."""
    made: dict[str, Any] = json.loads(json.dumps(manifest))
    made["run"] = name
    comparison = made["experiment"]["settings"]["comparison"]
    comparison |= {"seeds": list(range(seeds)), "epochs": epochs}
    for trial in made["trials"]:
        trial["setup"]["epochs"] = epochs
    for key in OF_EVERY_TRIAL:
        made[key] = [json.loads(json.dumps(entry)) for entry in made[key] for _ in range(seeds)]
    for place, (trial, evidence) in enumerate(zip(made["trials"], made["evidence"], strict=True)):
        trial["seed"] = place % seeds
        for digest in ("initial_weights", "batch_order"):
            evidence[digest] = hashlib.sha256(f"{digest} {trial['seed']}".encode()).hexdigest()
    return made


def copy_run(run: Path, output: Path) -> Path:
    """Return the folder of a copy of a run.

    Args:
        run: Its folder.
        output: Where the copy is to be, among other runs.
    """
    return Path(shutil.copytree(run, output / NAME / run.name))


def write_past(run: Path, count: int) -> None:
    """Write copies of a run beside it, each begun on another day.

    Args:
        run: The folder of a run.
        count: How many copies.
    """
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    for number in range(count):
        day = FIRST_DAY + timedelta(days=number)
        folder = run.parent / f"{day:%Y%m%d-%H%M%S}-{number:06d}"
        shutil.copytree(
            run, folder, ignore=shutil.ignore_patterns("report.*", "thumbnail.svg", "summary.json")
        )
        times = manifest["times"] | {"started": day.isoformat(), "finished": day.isoformat()}
        (folder / "manifest.json").write_text(
            json.dumps(manifest | {"run": folder.name, "times": times}, ensure_ascii=False), encoding="utf-8"
        )
