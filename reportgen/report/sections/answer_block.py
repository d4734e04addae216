"""The figure of the first page: what is drawn in it, said beside it and below it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from reportgen.analysis.comparison import Comparison, compare
from reportgen.analysis.findings import FEW
from reportgen.analysis.pairs import Lost
from reportgen.analysis.results import of_stage, scores
from reportgen.experiment.stages import TUNED
from reportgen.report.figures.answer import Column, Mark, slopes
from reportgen.report.figures.answer_narrow import narrow_rows, narrow_slopes
from reportgen.report.figures.answer_rows import rows
from reportgen.report.figures.drawing import series_of
from reportgen.report.figures.svg import drawn
from reportgen.report.sections.comparison import UNIT, Compared
from reportgen.report.sections.section import Claim, claim_row
from reportgen.report.sections.verdicts import LOST, metric_name
from reportgen.report.words.catalogue import Catalogue, Phrase, together
from reportgen.report.words.numbers import Unit

MOST_PROBLEMS = 8
"""So many problems have a panel each."""


@dataclass(frozen=True)
class Answer:
    """The figure of the first page.

    Attributes:
        columns: What it draws.
        titles: What stands above two columns of the same optimizers, with the shared settings and at their
            own; none where the columns are problems.
        names: Of the optimizers, in the order of the marks.
        metric: What is measured.
        unit: How that is written.
        caption: How it is read.
        alt: What it shows, for who cannot see it.
    """

    columns: tuple[Column, ...]
    titles: tuple[Phrase, ...]
    names: tuple[str, ...]
    metric: Phrase
    unit: Unit
    caption: Phrase
    alt: Phrase

    @property
    def slopes(self) -> bool:
        """Whether it shows the same optimizers twice."""
        return bool(self.titles)

    @property
    def labelled(self) -> bool:
        """Whether every mark has its mean and interval beside it."""
        return self.slopes or len(self.columns) == 1

    def fill(self) -> dict[str, Any]:
        """Return what the template shows."""
        axis = self.metric.label()
        if self.slopes:
            words = {"axis": axis, "before": self.titles[0].label(), "after": self.titles[1].label()}
            figure = drawn(slopes, *self.columns, words, self.unit, prefix="answer", narrow=narrow_slopes)
        else:
            given = self.columns, self.names, axis, self.unit
            figure = drawn(rows, *given, prefix="answer", narrow=narrow_rows)
        return {"figure": figure, "alt": self.alt, "caption": self.caption}

    def claim(self) -> Iterator[Claim]:
        """Yield what stands beside the marks."""
        if self.labelled:
            for column in self.columns:
                for mark in column.marks:
                    yield claim_row("results at a glance", mark.label, front=True)


def answer_of_run(
    shared: Compared | None, tuned: Compared | None, results: pd.DataFrame, t: Catalogue
) -> Answer | None:
    """Return the figure of a run's first page.

    Where optimizers are compared twice, it shows what their own settings change; where once, a row for each;
    where none are, the trials of the one setup.

    Args:
        shared: The optimizers at the given settings.
        tuned: The optimizers, each at its own settings.
        results: All rows of results.csv.
        t: The words, in the report's languages.

    Returns:
        The figure; None where it would show a single trial, or none with a score.
    """
    compared = [one for one in (shared, tuned) if one is not None]
    several = [one for one in compared if len(one.found.optimizers) > 1]
    metric = metric_name("test_accuracy", t)
    if len(several) > 1:
        setups = list(dict.fromkeys(several[0].scores["optimizer"]))
        parts = [Part("", one.stage, one.found, one.scores) for one in several]
        titles = tuple(t(f"answer.{one.where}") for one in several)
        columns = tuple(_column(part, setups, setups, UNIT) for part in parts)
        caption = _caption(parts, "answer.lines", metric, t)
        alt = _described(columns, titles, metric, t)
        return Answer(columns, titles, tuple(setups), metric, UNIT, caption, alt)
    full = of_stage(results, TUNED)
    if not several and len(full):
        found = compare(scores(full), metric="test_accuracy", lost=Lost.DIVERGED)
        part = Part("", TUNED, found, scores(full))
    elif compared:
        part = Part("", compared[-1].stage, compared[-1].found, compared[-1].scores)
    else:
        return None
    return _rows([part], list(dict.fromkeys(part.scores["optimizer"])), UNIT, metric, t)


def answer_of_scores(
    comparison: Comparison,
    table: pd.DataFrame,
    order: Sequence[str],
    unit: Unit,
    t: Catalogue,
) -> Answer | None:
    """Return the figure of the first page of a report of scores: a panel for each problem.

    Args:
        comparison: Of the scores.
        table: Of scores.checked.
        order: The optimizers over all problems, the best first; those of one problem have their own.
        unit: How the scores are written.
        t: The words, in the report's languages.

    Returns:
        The figure; None for more problems than it has room for, or nothing to hold against each other.
    """
    if len(comparison.problems) > MOST_PROBLEMS:
        return None
    alone = len(comparison.problems) == 1
    parts = [Part("" if alone else problem, problem, comparison, table) for problem in comparison.problems]
    return _rows(parts, list(comparison.optimizers), unit, metric_name(comparison.metric, t), t, order=order)


@dataclass(frozen=True)
class Part:
    """What a column shows: one problem of a comparison.

    Attributes:
        title: What stands above the column.
        problem: The problem.
        comparison: That has it.
        scores: What was compared.
    """

    title: str
    problem: str
    comparison: Comparison
    scores: pd.DataFrame

    @property
    def summary(self) -> pd.DataFrame:
        """The means of the problem, best first."""
        summaries = self.comparison.summaries
        return summaries[summaries["problem"] == self.problem]


def _described(columns: Sequence[Column], titles: Sequence[Phrase], metric: Phrase, t: Catalogue) -> Phrase:
    """What the figure shows as text."""
    told = []
    for title, column in zip(titles, columns, strict=True):
        values = t.same("; ".join(mark.label for mark in column.marks))
        # one column alone has no title
        told.append(t("alt.answer_column", title=title, values=values) if title.plain() else values)
    return t("alt.answer", metric=metric, columns=together(told, "list.phrases", t))


def _rows(
    parts: Sequence[Part],
    setups: Sequence[str],
    unit: Unit,
    metric: Phrase,
    t: Catalogue,
    *,
    order: Sequence[str] = (),
) -> Answer | None:
    """The figure with a row for each optimizer; None where it would show next to nothing."""
    names = list(parts[0].summary["optimizer"]) if len(parts) == 1 else list(order)
    if not any(len(part.scores["score"].dropna()) > 1 for part in parts):
        return None
    columns = tuple(_column(part, names, setups, unit) for part in parts)
    caption = _caption(parts, None, metric, t)
    titles = [t.given(dict.fromkeys(t.languages, part.title)) for part in parts]
    alt = _described(columns, titles, metric, t)
    return Answer(columns, (), tuple(names), metric, unit, caption, alt)


def _column(part: Part, names: Sequence[str], setups: Sequence[str], unit: Unit) -> Column:
    """A column with a mark for each name, in their order."""
    summary = {row["optimizer"]: row for row in part.summary.to_dict("records")}
    of_problem = part.scores[part.scores["problem"] == part.problem]
    marks, series = [], series_of(setups)
    for name in names:
        seeds = of_problem.loc[of_problem["optimizer"] == name, "score"].dropna()
        if name not in summary:  # on other problems alone
            marks.append(Mark(series[name], (), math.nan, math.nan, math.nan, name))
            continue
        row = summary[name]
        ends = float(row["low"]), float(row["high"])
        interval = unit.interval(*ends) if len(names) <= FEW else ""
        label = [name, unit.value(float(row["mean"])), interval]
        if row["unscored"]:
            label.append(f"×{row['unscored']}/{row['trials']}")
        text = " ".join(part for part in label if part)
        marks.append(Mark(series[name], tuple(map(float, seeds)), float(row["mean"]), *ends, text))
    return Column(part.title, tuple(marks))


def _caption(parts: Sequence[Part], lines: str | None, metric: Phrase, t: Catalogue) -> Phrase:
    """How the figure is read."""
    intervals = any(part.summary["low"].notna().any() for part in parts)
    single = all(part.scores["seed"].nunique() == 1 for part in parts)
    key = "caption" if intervals else "caption_one" if single else "caption_bare"
    sentences = [t(f"answer.{key}", metric=metric)]
    if lines:
        sentences.append(t(lines))
    if any(part.summary["unscored"].any() for part in parts):
        lost = LOST[parts[0].comparison.lost]
        labelled = len(parts) == 1 or lines is not None
        if labelled:
            tables = [part.summary[part.summary["unscored"] > 0] for part in parts]
            first = next(table.iloc[0] for table in tables if len(table))
            counts = {name: str(first[name]) for name in ("unscored", "trials")}
            sentences.append(t("answer.lost", lost=t(f"verdict.{lost}"), **counts))
        else:
            sentences.append(t("answer.left_out", lost=t(f"across.trial_{lost}")))
    return together(sentences, "list.sentences", t)
