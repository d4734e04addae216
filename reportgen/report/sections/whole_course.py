"""The appendix on the whole course of a run's comparisons: sizes of steps, profiles, and time to a target."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd

from reportgen.analysis.any_time.of_problem import compare_curves
from reportgen.analysis.findings import FEW
from reportgen.analysis.results import curves, of_stage
from reportgen.analysis.worth_showing import target_shows_something
from reportgen.experiment.stages import COMPARISON, joined
from reportgen.records.run_folder import RunRecords
from reportgen.report.sections.any_time_block import (
    Shown,
    any_time_rows,
    areas_tested,
    best_by_area,
    crossings,
    table_text,
    written_epoch,
)
from reportgen.report.sections.comparison import UNIT, Compared
from reportgen.report.sections.section import Claim, Section, claim_row, claim_sentences
from reportgen.report.sections.stage_settings import band
from reportgen.report.sections.step_sizes import has_sizes, steps_block
from reportgen.report.sections.targets import Race, lacks_seeds, race_sentences, race_to_target, target_rows
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, together
from reportgen.report.words.numbers import MISSING


@dataclass(frozen=True)
class Course:
    """A stage, and what its curves over the epochs support.

    Attributes:
        compared: The comparison of the stage.
        epochs: Its rows of metrics.csv.
        shown: Of its validation accuracies; None where they support nothing.
        race: To the target; None where there is none that takes learning to reach.
        told: Whether an earlier stage has said that there are too few seeds to test areas.
        target_told: Whether an earlier stage has said how times to a target are read.
    """

    compared: Compared
    epochs: pd.DataFrame
    shown: Shown | None
    race: Race | None
    told: bool = False
    target_told: bool = False


def whole_course_section(
    records: RunRecords, shared: Compared | None, tuned_equally: Compared | None, t: Catalogue
) -> Section:
    """Return the appendix on the whole course; it is left out where nothing is compared.

    Args:
        records: Of the run.
        shared: Of Headlines.
        tuned_equally: Of Headlines.
        t: The words, in the report's languages.
    """
    stages = [
        (compared, of_stage(records.epochs, compared.stage))
        for compared in (shared, tuned_equally)
        if compared is not None
    ]
    courses: list[Course] = []
    for compared, epochs in stages:
        earlier = [course.shown for course in courses if course.shown is not None]
        target_told = any(course.shown and course.race for course in courses)
        shown, race = shown_curves(compared, epochs, t, again=bool(earlier)), race_to_target(epochs)
        if race is not None and not target_shows_something(race.target, validation_images(records)):
            race = None
            if shown is not None:
                shown = replace(shown, found=replace(shown.found, runtimes=shown.found.runtimes.iloc[:0]))
        told = not all(map(areas_tested, earlier))
        courses.append(Course(compared, epochs, shown, race, told, target_told))
    blocks = [course for course in courses if shows_something(course)]
    return Section(
        "whole_course",
        lambda: {"whole_course": [describe_course(course, t) for course in blocks]},
        tuple(claim for course in blocks for claim in claim_course(course, t)),
        shown=bool(blocks),
        appendix=True,
    )


def shows_something(course: Course) -> bool:
    """Return whether there is anything to show of a stage's course."""
    return (
        course.shown is not None
        or course.race is not None
        or (course.compared.stage == COMPARISON and has_sizes(course.epochs))
    )


def describe_course(course: Course, t: Catalogue) -> dict[str, Any]:
    """Return what the template shows of a stage's course; sizes of steps are shown of the first stage alone.

    Args:
        course: The stage.
        t: The words, in the report's languages.
    """
    compared, epochs, shown, race = course.compared, course.epochs, course.shown, course.race
    key = joined(compared.stage, "-")
    seeds = list(dict.fromkeys(epochs["seed"]))
    sentences = course_sentences(course, t)
    block: dict[str, Any] = {
        "key": f"course-{key}",
        "steps": steps_block(epochs, t, key=key) if compared.stage == COMPARISON else None,
        "band": band(
            seeds,
            t,
            drawn=epochs["setup"].nunique() <= FEW,
            lost=bool(compared.found.standing(compared.stage).unscored),
        ),
        "columns": columns_of(course),
        "rows": course_rows(course),
        "said": together(sentences, "list.sentences", t) if sentences else None,
        "caption": t(
            "course.caption", where=t(f"where.{compared.where}"), target=numbers.percent(race.target)
        )
        if race is not None
        else t("course.caption_bare", where=t(f"where.{compared.where}")),
        # of a second stage, only a table that differs from the first has to be explained
        "text": None if course.target_told and race is not None else partial(course_text, course, t),
    }
    if shown is not None:
        block |= {
            "behind": t("any_time.behind", name=shown.found.reference or numbers.MISSING),
            "area": t("any_time.area", metric=shown.metric),
        }
    return block


def course_text(course: Course, t: Catalogue, table: Phrase) -> Phrase:
    """Return how a stage's table is read.

    Args:
        course: The stage.
        t: The words, in the report's languages.
        table: The reference to it.
    """
    shown, race = course.shown, course.race
    target = {"target": numbers.percent(race.target)} if race is not None else {}
    if shown is None:
        return t("target.text", table=table, reference=t("target.reference"), **target)
    if race is None or shown.found.reference is None:
        return table_text(shown, t, table)
    first, last = (written_epoch(float(shown.found.curves.epochs[place])) for place in (0, -1))
    facts = {"table": table, "first": first, "last": last, "name": shown.found.reference}
    parts = {
        "text_curves": not shown.again,
        "text_interval": not shown.again and any(not math.isnan(lead.low) for lead in shown.found.leads),
        "text_first": not lacks_seeds(race),
        "text_exploratory": not shown.again,
    }
    further = [t(f"course.{name}", **facts) for name, there in parts.items() if there]
    text = t("course.text", **facts, reference=t("target.reference"))
    return together([text, *further], "list.sentences", t)


def columns_of(course: Course) -> list[str]:
    """Return the columns of a stage's table behind the setup: of the race, and of the whole curves.

    Args:
        course: The stage.
    """
    race, shown = course.race, course.shown
    of_race = list(race.columns[1:]) if race is not None else []
    if shown is None:
        return of_race
    expected = [] if shown.found.runtimes.empty else ["expected"]
    return [*(of_race or ["reached"] * len(expected)), *expected, "area", "interval", "behind"]


def course_rows(course: Course) -> list[dict[str, str]]:
    """Return a row for each setup, as it is written.

    Args:
        course: The stage.
    """
    race = course.race
    rows = {row["setup"]: row for row in (target_rows(race) if race is not None else [])}
    for row in any_time_rows(course.shown) if course.shown is not None else []:
        rows[row["setup"]] = rows.get(row["setup"], {}) | row
    columns = columns_of(course)
    return [
        {"setup": row["setup"], "color": row["color"], **{name: row.get(name, MISSING) for name in columns}}
        for row in rows.values()
    ]


def course_sentences(course: Course, t: Catalogue) -> list[Phrase]:
    """Return who is shown to be first or best, whose trials missed the target, whose order changes.

    By how many epochs one is ahead is in the table alone.

    Args:
        course: The stage.
        t: The words, in the report's languages.
    """
    race, shown = course.race, course.shown
    untested = shown is not None and not areas_tested(shown) and not course.told
    both_untested = untested and race is not None and lacks_seeds(race)
    sentences = []
    if race is not None:
        sentences += race_sentences(race, t, "course.untested" if both_untested else "target.untested")
    if shown is not None and (areas_tested(shown) or (untested and not both_untested)):
        sentences.append(best_by_area(shown, t))
    return [*sentences, *(crossings(shown, t) if shown is not None else ())]


def claim_course(course: Course, t: Catalogue) -> Iterator[Claim]:
    """Yield the claims of a stage's table and sentences.

    Args:
        course: The stage.
        t: The words, in the report's languages.
    """
    columns = columns_of(course)
    for row in course_rows(course):
        yield claim_row("whole course", row["setup"], *(row[name] for name in columns))
    yield from claim_sentences("whole course", course_sentences(course, t))


def validation_images(records: RunRecords) -> list[float]:
    """Return how many images of each class the comparisons measure their validation accuracies on.

    Args:
        records: Of the run; its comparisons may have used a part of the images alone.
    """
    by_class = records.manifest.data.images_by_class.validation
    settings = records.manifest.experiment.settings.comparison
    part = settings.subset / 5 / sum(by_class) if settings is not None and settings.subset else 1.0
    return [count * part for count in by_class]


def shown_curves(
    compared: Compared, epochs: pd.DataFrame, t: Catalogue, *, again: bool = False
) -> Shown | None:
    """Return what the validation accuracies of a stage support over its epochs; None where nothing does.

    Nor is there anything where several seeds share one of several searches, and so its luck: the comparison
    goes by search then, and curves of single seeds would look more certain than they are.

    Args:
        compared: The comparison of the stage.
        epochs: The rows of metrics.csv of the stage.
        t: The words, in the report's languages.
        again: Whether curves were shown before, and how they are read.
    """
    if compared.scores["seed"].nunique() < epochs["seed"].nunique():
        return None
    found = compare_curves(curves(epochs), compared.found)
    setups = tuple(dict.fromkeys(epochs["setup"]))
    if not found:
        return None
    return Shown(found[compared.stage], setups, UNIT, t("any_time.validation_accuracy"), again)
