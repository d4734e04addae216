"""The page of all reports in an output folder: index.html, which works from a file share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
import pandas as pd

from reportgen.analysis.results import of_stage
from reportgen.files import atomic, resources
from reportgen.records import run_folder
from reportgen.records.history import History, PastRun, headlines
from reportgen.report.figures.marks import color
from reportgen.report.figures.sparkline import sparkline
from reportgen.report.page import screen
from reportgen.report.words import numbers

NAME = "index.html"
THUMBNAIL = f"{run_folder.RECORDS}/thumbnail.svg"
RUNS_IN_A_SPARKLINE = 30


def write_thumbnail(folder: Path, epochs: pd.DataFrame) -> None:
    """Write a run's thumbnail: the mean validation accuracy of every setup, epoch by epoch.

    Args:
        folder: Of the run.
        epochs: The rows of its metrics.csv; its first stage is drawn.
    """
    stage = epochs["stage"].iloc[0]
    curves = [
        (means.tolist(), color(number))
        for number, (_, rows) in enumerate(of_stage(epochs, stage).groupby("setup", sort=False))
        for means in [rows.groupby("epoch")["validation_accuracy"].mean()]
    ]
    drawn = sparkline(curves, width=160, height=90, description=f"validation accuracy, {stage}")
    atomic.write_text(folder / THUMBNAIL, f"{drawn}\n")


def write_index(history: History) -> Path:
    """Write the page of all runs whose folders are there, newest first; returns its file."""
    rows, sparklines = [], []
    for experiment in history.experiments():
        runs = history.runs(experiment)
        pinned = history.baseline(experiment)
        rows += [
            run_row(past, history.output, pinned=past.run in pinned)
            for past in runs
            if (history.output / experiment / past.run / "manifest.json").is_file()
        ]
        sparklines.append({"experiment": experiment, "runs": len(runs), "lines": lines(runs)})
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resources.templates()),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    page = environment.get_template("index.html.j2").render(
        runs=sorted(rows, key=lambda row: (row["started"], row["run"]), reverse=True),
        experiments=sparklines,
        policy=screen.UNSEALED,
    )
    target = history.output / NAME
    atomic.write_text(target, screen.sealed(page, policy=screen.POLICY_OF_INDEX))
    return target


def run_row(past: PastRun, output: Path, *, pinned: bool) -> dict[str, Any]:
    """Return a run as a row: its links relative to the page, and its headline numbers.

    Args:
        past: The run.
        output: The folder that the page is in.
        pinned: Whether the run is the experiment's baseline.
    """
    folder = output / past.experiment / past.run
    there = [
        name for name in ("report.html", "report.pdf", "results.csv", THUMBNAIL) if (folder / name).is_file()
    ]
    title = past.description.experiment.settings.title
    return {
        "run": past.run,
        "experiment": past.experiment,
        "title": title.zh_hant,
        "title_en": title.en,
        "started": past.started[:16].replace("T", " "),
        "pinned": pinned,
        "links": {name: quote(f"{past.experiment}/{past.run}/{name}") for name in there},
        "numbers": [
            {"stage": row["stage"], "setup": row["setup"], "mean": numbers.percent(row["mean"])}
            for _, row in headlines([past]).iterrows()
        ],
    }


def lines(runs: Sequence[PastRun]) -> list[dict[str, Any]]:
    """Return, for every headline, the course of its mean over the newest runs, and the newest value."""
    means = headlines(runs[-RUNS_IN_A_SPARKLINE:])
    rows = []
    for number, ((stage, setup), of_setup) in enumerate(means.groupby(["stage", "setup"], sort=False)):
        by_run = of_setup.set_index("run")["mean"]
        values = [float(by_run.get(past.run, math.nan)) for past in runs[-RUNS_IN_A_SPARKLINE:]]
        newest = numbers.percent(values[-1])
        rows.append(
            {
                "stage": stage,
                "setup": setup,
                "newest": newest,
                "svg": sparkline(
                    [(values, color(number))],
                    width=120,
                    height=24,
                    description=f"{setup} ({stage}): {newest}",
                ),
            }
        )
    return rows
