"""The page of all reports in an output folder: index.html, which works from a file share."""

from __future__ import annotations

import json
import math
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from reportgen.experiment.stages import TUNED
from reportgen.files import atomic, resources
from reportgen.records.history import History, PastRun, headlines
from reportgen.report.fonts import faces
from reportgen.report.options import LANGUAGES
from reportgen.report.page import screen
from reportgen.report.page.page import language_facts, shown
from reportgen.report.page.run_summary import RunSummary, read_summary
from reportgen.report.templates.loading import words_in
from reportgen.report.words import numbers

NAME = "index.html"
SCRIPT, STYLES = "index.js", ("controls.css", "index.css")
FILES = ("report.html", "report.pdf", "results.csv")
DIGEST = 12
"""So many characters of a digest tell two runs apart."""


def write_index(history: History) -> Path:
    """Write the page of all runs whose folders are there, newest first; returns its file."""
    rows = []
    for experiment in history.experiments():
        pinned = history.baseline(experiment)
        there = [
            past
            for past in history.runs(experiment)
            if (history.output / experiment / past.run / "manifest.json").is_file()
        ]
        of_run = {run: table.to_dict("records") for run, table in headlines(there).groupby("run")}
        rows += [
            run_row(past, history.output, of_run.get(past.run, []), pinned=past.run in pinned)
            for past in there
        ]
    rows.sort(key=lambda row: (row["started"], row["run"]), reverse=True)
    target = history.output / NAME
    atomic.write_text(target, _page(rows))
    return target


def _page(rows: Sequence[dict[str, Any]]) -> str:
    """The page of these runs."""
    folder = resources.templates()
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), autoescape=True, undefined=jinja2.StrictUndefined
    )
    script = (folder / SCRIPT).read_text(encoding="utf-8")
    data = json.dumps(_data_of_pairs(rows), ensure_ascii=False, separators=(",", ":"))
    page = environment.get_template("index.html.j2").render(
        runs=rows,
        experiments=sorted({row["experiment"] for row in rows}),
        t=words_in(LANGUAGES),
        languages=LANGUAGES,
        **language_facts(LANGUAGES),
        policy=screen.UNSEALED,
        style=Markup("\n".join((folder / style).read_text(encoding="utf-8") for style in STYLES)),
        script=Markup(script),
        data=Markup(data.replace("<", "\\u003c")),
    )
    whole = page.replace("<style>\n", f"<style>\n{faces.screen_css(shown(page) + data)}\n", 1)
    return screen.sealed(whole, script)


def _data_of_pairs(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What two runs are held against each other by: what many runs share is said once."""
    setups = list(dict.fromkeys(setup for row in rows for setup in row["means"]))
    place = {setup: number for number, setup in enumerate(setups)}
    return {
        "facts": list(rows[0]["facts"]) if rows else [],
        "setups": setups,
        "runs": [
            [
                row["decimals"],
                list(row["facts"].values()),
                [[place[setup], mean] for setup, mean in row["means"].items()],
            ]
            for row in rows
        ],
    }


def run_row(
    past: PastRun, output: Path, means: Sequence[Mapping[Hashable, Any]], *, pinned: bool
) -> dict[str, Any]:
    """Return a run as a row: what is said of it, and its links relative to the page.

    Args:
        past: The run.
        output: The folder that the page is in.
        means: The rows of its `headlines`.
        pinned: Whether the run is the experiment's baseline.
    """
    folder = output / past.experiment / past.run
    summary = read_summary(folder)
    there = [name for name in FILES if (folder / name).is_file()]
    title = past.description.experiment.settings.title
    return {
        "run": past.run,
        "experiment": past.experiment,
        "title": _in_both(summary.title or {"zh-Hant": title.zh_hant, "en": title.en}),
        "author": _in_both(summary.author),
        "data": _in_both(summary.data or {"en": past.description.data.source}),
        "headline": _in_both(summary.headline),
        "started": past.started[:16].replace("T", " "),
        "pinned": pinned,
        "defects": summary.defects,
        "audit": f"{summary.passed} / {summary.applicable}" if summary.applicable else "",
        "fair": summary.passed == summary.applicable,
        "change": _change(summary),
        "links": {name: quote(f"{past.experiment}/{past.run}/{name}") for name in there},
        **_accuracy(summary, means),
        "decimals": summary.decimals,
        "means": {
            (str(row["stage"]), str(row["setup"])): round(row["mean"], 6)
            for row in means
            if math.isfinite(row["mean"])
        },
        "facts": _facts(past),
    }


def _in_both(texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """A text by the languages of the page that it is in; one alone where all say the same."""
    known = [(language, texts[language]) for language in LANGUAGES if texts.get(language)]
    known = known or [(language, text) for language, text in texts.items() if text][:1]
    return known[:1] if len({text for _, text in known}) == 1 and len(known) > 1 else known


def _change(summary: RunSummary) -> str:
    """What became of the scores, as the words of the page call it."""
    if summary.change is None:
        return ""
    return "identical" if summary.identical else str(summary.change).replace(" ", "_")


def _accuracy(summary: RunSummary, means: Sequence[Mapping[Hashable, Any]]) -> dict[str, str]:
    """The accuracy of the full training, and its interval; of an older run the mean alone."""

    def written(share: float) -> str:
        return numbers.percent(share, summary.decimals)

    accuracy = summary.accuracy
    if accuracy is None:
        tuned = [row for row in means if row["stage"] == TUNED]
        of_scores = [(written(row["mean"]), str(row["setup"])) for row in tuned] or [("", "")]
        return {"accuracy": of_scores[0][0], "interval": "", "setup": of_scores[0][1]}
    ends = [written(end) for end in (accuracy.low, accuracy.high) if end is not None]
    interval = numbers.between(*ends) if len(ends) == 2 else ""
    return {"accuracy": written(accuracy.mean), "interval": interval, "setup": accuracy.setup}


def _facts(past: PastRun) -> dict[str, str]:
    """What else may tell two runs apart, by the name of its words."""
    described = past.description
    versions = described.versions
    return {
        "experiment": past.experiment,
        "run": past.run,
        "data_digest": described.data.digest[:DIGEST],
        "code_digest": (described.code or "")[:DIGEST],
        "reportgen": versions.get("reportgen", ""),
        "torch": versions.get("torch", ""),
        "processor": described.device.accelerator or described.device.processor,
        "seconds": f"{described.times.seconds:.1f}",
    }
