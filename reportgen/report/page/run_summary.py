"""What the page of all reports says of a run: kept beside its records when its report is written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from markupsafe import Markup
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from reportgen.analysis.drift import Change
from reportgen.analysis.intervals import mean_interval
from reportgen.analysis.results import of_stage
from reportgen.experiment.stages import TUNED
from reportgen.files.atomic import write_text
from reportgen.records.history import LATEST
from reportgen.records.run_folder import RECORDS, RunRecords
from reportgen.report.sections.audit import points_of
from reportgen.report.sections.data import source_name
from reportgen.report.sections.drift import drift_of
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase

FILE = f"{RECORDS}/summary.json"
LARGEST = 100_000
"""A file of more bytes was written by nobody here."""

Share = Annotated[float, Field(ge=0, le=1)]
Text = Annotated[str, Field(max_length=5_000), BeforeValidator(lambda text: " ".join(str(text).split()))]
Words = dict[str, Text]
"""A text by the code of its language."""


class Accuracy(BaseModel):
    """The test accuracy of the full training: mean over seeds, with its interval where there is one."""

    setup: Text
    mean: Share
    low: Share | None = None
    high: Share | None = None


class RunSummary(BaseModel):
    """What is said of a run.

    Attributes:
        title: Of the report.
        author: Who is named under it.
        data: What the data set is called.
        headline: The sentence that the report says first.
        accuracy: Of the full training; None where there was none.
        passed: How many conditions of a fair comparison hold.
        applicable: Of so many that apply; 0 where no evidence was kept.
        defects: How many mistakes the run makes on purpose.
        decimals: How many its accuracies in per cent have.
        change: What became of the scores since the runs just before; None where they were not compared.
        identical: Whether all of them are the same.
    """

    model_config = ConfigDict(extra="ignore")

    title: Words = {}
    author: Words = {}
    data: Words = {}
    headline: Words = {}
    accuracy: Accuracy | None = None
    passed: Annotated[int, Field(ge=0)] = 0
    applicable: Annotated[int, Field(ge=0)] = 0
    defects: Annotated[int, Field(ge=0)] = 0
    decimals: Annotated[int, Field(ge=0, le=4)] = 2
    change: Change | None = None
    identical: bool = False


def write_summary(folder: Path, records: RunRecords, content: Mapping[str, Any], t: Catalogue) -> None:
    """Write what is said of a run, from what its report says.

    Args:
        folder: Of the run.
        records: Of the run.
        content: Of the report's first page.
        t: The words, in the report's languages.
    """
    points = points_of(records) or ()
    verdicts = [point.passed for point in points if point.passed is not None]
    change, identical = _change(records)
    summary = RunSummary(
        title=_plain(content["title"]),
        author=_plain(content["author"]),
        data=_plain(source_name(records.manifest, t)),
        headline=_plain(content["headline"]),
        accuracy=_accuracy(records),
        passed=sum(verdicts),
        applicable=len(verdicts),
        defects=sum(bool(on) for _, on in records.manifest.experiment.settings.defects),
        decimals=numbers.supported_places(sum(records.manifest.data.images_by_class.test)),
        change=change,
        identical=identical,
    )
    write_text(folder / FILE, f"{summary.model_dump_json(exclude_defaults=True, indent=1)}\n")


def read_summary(folder: Path) -> RunSummary:
    """Return what is said of a run; an empty one where an older version made it, or where it is damaged.

    Args:
        folder: Of the run.
    """
    try:
        with (folder / FILE).open("rb") as file:
            data = file.read(LARGEST + 1)
        return RunSummary() if len(data) > LARGEST else RunSummary.model_validate_json(data)
    except (OSError, ValidationError):
        return RunSummary()


def _plain(phrase: Phrase | str | None) -> dict[str, str]:
    """A phrase without its markup, by language."""
    if not isinstance(phrase, Phrase):
        return {}
    return {language: Markup(text).striptags() for language, text in phrase.texts.items()}


def _accuracy(records: RunRecords) -> Accuracy | None:
    """The test accuracy of the full training; a trial that diverged has none."""
    trials = of_stage(records.results, TUNED)
    scores = trials["test_accuracy"].dropna().to_numpy(dtype=np.float64)
    if not len(scores):
        return None
    interval = mean_interval(scores).of_a_share()
    low, high = (None if math.isnan(end) else end for end in (interval.low, interval.high))
    return Accuracy(setup=str(trials["setup"].iloc[0]), mean=float(scores.mean()), low=low, high=high)


def _change(records: RunRecords) -> tuple[Change | None, bool]:
    """What became of the scores since the runs just before, and whether all of them are the same.

    What dropped counts before what rose: a run of which some numbers are better and others worse is worse.
    """
    table = drift_of(records)
    if table is None:
        return None, False
    rows = table[table["reference"] == LATEST] if (table["reference"] == LATEST).any() else table
    changes = set(rows["change"])
    order = (Change.WORSE, Change.BETTER, Change.NO_CHANGE_SEEN, Change.TOO_FEW_SEEDS)
    return next(change for change in order if change in changes), bool(rows["identical"].all())
