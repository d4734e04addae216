"""The figures whose curves the HTML's reader can examine, as data: the same numbers as in the drawings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import pandas as pd

from reportgen.analysis.findings import FEW
from reportgen.analysis.results import of_stage
from reportgen.analysis.search import longest, mean_by_learning_rate, range_of_tops, scores_by_learning_rate
from reportgen.analysis.step_sizes import relative_steps
from reportgen.analysis.tuning_curves import TuningCurve, tuning_curves
from reportgen.analysis.worth_showing import course_shows_something
from reportgen.experiment.search import StageSearch
from reportgen.records.run_folder import SIZE_COLUMNS, RunRecords
from reportgen.report.figures.curve_data import CurveFigure, Curves, Line, Panel, Part
from reportgen.report.figures.learning_curves import spans_decades
from reportgen.report.figures.marks import LINES, TRAINING, VALIDATION, Look, looks
from reportgen.report.sections.any_time_block import Shown
from reportgen.report.words.catalogue import Catalogue, Phrase

PARTS = ("training", "validation")
WRITTEN = {"loss": "loss", "accuracy": "percent"}
"""How values of a metric are written."""


def curves_of_stage(epochs: pd.DataFrame, key: str, t: Catalogue) -> Curves:
    """Return the figures of a comparison by their keys.

    Args:
        epochs: The rows of metrics.csv of one stage.
        key: What the figures' keys begin with.
        t: The words, in the report's languages.
    """
    figures = {f"{key}-{metric}": learning_curves(epochs, metric, t) for metric in WRITTEN}
    if set(SIZE_COLUMNS) <= set(epochs):
        figures[f"{key}-steps"] = step_sizes(epochs, t)
    return figures


def curves_of_search(
    records: RunRecords, searched: str, t: Catalogue, given: Mapping[str, float] = MappingProxyType({})
) -> Curves:
    """Return the figures of a search by their keys; none where nothing was searched.

    Args:
        records: Of the run.
        searched: The stage whose settings were searched.
        t: The words, in the report's languages.
        given: The learning rate that the experiment gives, by setup; without those that have none.
    """
    trials = of_stage(records.search, searched)
    if trials.empty:
        return {}
    how: StageSearch = getattr(records.manifest.experiment.settings.search, searched)
    key = f"search-{searched}"
    figures = {f"{key}-rates": learning_rates(longest(trials), given, t)}
    if course_shows_something(how.method, halving=how.halving is not None):
        figures[f"{key}-course"] = courses(tuning_curves(trials, how.method), how.method, t)
    return figures


def curves_of_problem(whole: Shown, curves: pd.DataFrame, key: str, t: Catalogue) -> Curves:
    """Return the figures of one problem of a table of scores by their keys.

    Args:
        whole: What is known of its curves.
        curves: The columns problem, optimizer, seed, epoch and score.
        key: What the figures' keys begin with.
        t: The words, in the report's languages.
    """
    figures = {f"{key}-curves": scores_over_epochs(whole, compared_rows(whole, curves), t)}
    if not whole.found.profiles.empty:
        figures[f"{key}-profiles"] = profiles(whole, t)
    return figures


def compared_rows(whole: Shown, curves: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of one problem, from the first to the last epoch that are compared.

    Args:
        whole: What is known of its curves.
        curves: The columns problem, optimizer, seed, epoch and score.
    """
    epochs = whole.found.curves.epochs
    return curves[
        (curves["problem"].astype(str) == whole.found.curves.problem)
        & curves["epoch"].between(float(epochs[0]), float(epochs[-1]))
    ]


def learning_curves(epochs: pd.DataFrame, metric: str, t: Catalogue) -> CurveFigure:
    """Return a metric over the epochs, in training and in validation; many setups have a panel each.

    Args:
        epochs: The rows of metrics.csv of one stage.
        metric: "loss" or "accuracy".
        t: The words, in the report's languages.
    """
    by_name = _by(epochs, "setup")
    own = looks(by_name)
    many = len(by_name) > FEW
    lines = []
    for place, part in enumerate(PARTS):
        for name, rows in by_name.items():
            # of many, as on paper: validation drawn through, training dotted
            dashes = LINES[2] if part == "training" else LINES[0]
            look = Look(own[name].color, dashes, "") if many else own[name]
            banded = not many or part == "validation"
            lines.append(over_epochs(name, place, look, rows, f"{part}_{metric}", banded=banded))
    n, titles = len(by_name), [t(f"figure.{part}") for part in PARTS]
    panels = (
        [Panel(name, (n + place, place), _without(place, n, n)) for place, name in enumerate(by_name)]
        if many
        else [Panel(title, range(place * n, place * n + n)) for place, title in enumerate(titles)]
    )
    return CurveFigure(
        t("figure.epoch"),
        "epoch",
        [Part(title, WRITTEN[metric]) for title in titles],
        lines,
        panels,
        logarithmic=metric == "loss" and spans_decades(epochs),
        shared=True,
    )


def loss_and_accuracy(epochs: pd.DataFrame, t: Catalogue) -> CurveFigure:
    """Return loss and accuracy over the epochs, training and validation in each: one setup's course.

    Args:
        epochs: The rows of metrics.csv of one stage and one setup.
        t: The words, in the report's languages.
    """
    titles = {metric: t(f"figure.{metric}") for metric in WRITTEN}
    return CurveFigure(
        t("figure.epoch"),
        "epoch",
        [Part(title, WRITTEN[metric]) for metric, title in titles.items()],
        [
            over_epochs(t(f"figure.{part}"), place, look, epochs, f"{part}_{metric}")
            for place, metric in enumerate(WRITTEN)
            for part, look in zip(PARTS, (TRAINING, VALIDATION), strict=True)
        ],
        [Panel(title, (2 * place, 2 * place + 1)) for place, title in enumerate(titles.values())],
    )


def step_sizes(epochs: pd.DataFrame, t: Catalogue) -> CurveFigure:
    """Return the norms of gradients, and of steps against the parameters' norm.

    Args:
        epochs: The rows of metrics.csv of one stage, with its sizes.
        t: The words, in the report's languages.
    """
    table = epochs.assign(relative_step=relative_steps(epochs))
    by_name = _by(table, "setup")
    own, n = looks(by_name), len(by_name)
    kinds = (("gradient_norm", "gradient", "score"), ("relative_step", "step", "two_digits"))
    parts = [Part(t(f"figure.{title}"), written, geometric=True) for _, title, written in kinds]
    return CurveFigure(
        t("figure.epoch"),
        "epoch",
        parts,
        [
            over_epochs(name, place, own[name], rows, column, banded=n <= FEW)
            for place, (column, _, _) in enumerate(kinds)
            for name, rows in by_name.items()
        ],
        [Panel(part.title, range(place * n, place * n + n)) for place, part in enumerate(parts)],
        logarithmic=True,
    )


def learning_rates(trials: pd.DataFrame, given: Mapping[str, float], t: Catalogue) -> CurveFigure:
    """Return the mean validation accuracy by learning rate, best other settings; the chosen one is ringed.

    Args:
        trials: The rows of search.csv of one stage.
        given: The learning rate that the experiment gives, by setup.
        t: The words, in the report's languages.
    """
    by_name = _by(trials, "setup")
    own, lines = looks(by_name), []
    courses = {name: mean_by_learning_rate(tried) for name, tried in by_name.items()}
    for name, tried in by_name.items():
        means, seeds = courses[name], scores_by_learning_rate(tried).dropna()
        repeated = bool(seeds.index.duplicated().any())
        lines.append(
            Line(
                name,
                name,
                "validation_accuracy",
                0,
                own[name],
                list(means.index),
                mean=list(means),
                ringed=sorted(set(tried.loc[tried["chosen"], "learning_rate"])),
                lost=list(means[means.isna()].index),
                dots=list(zip(seeds.index.astype(float), seeds, strict=True)) if repeated else [],
                given=given.get(name),
            )
        )
    title = t("figure.validation_accuracy")
    panels = _one_or_each(lines, title)
    if len(panels) == 1 and (tops := range_of_tops(list(courses.values()))):
        panels.append(replace(panels[0], y=tops))
    return CurveFigure(
        t("figure.learning_rate"),
        "learning_rate",
        [Part(title, "percent")],
        lines,
        panels,
        logarithmic_x=True,
        from_zero=True,
    )


def courses(curves: Sequence[TuningCurve], method: str, t: Catalogue) -> CurveFigure:
    """Return what the best of k trials of a search reaches, against k.

    Args:
        curves: A setup each.
        method: Of the search.
        t: The words, in the report's languages.
    """
    own = looks([curve.setup for curve in curves])
    lines = [
        Line(
            curve.setup,
            curve.setup,
            "validation_accuracy",
            0,
            own[curve.setup],
            list(curve.series.index),
            mean=list(curve.best),
            low=[] if curve.low is None else list(curve.low),
            high=[] if curve.high is None else list(curve.high),
        )
        for curve in curves
    ]
    title = t("figure.validation_accuracy")
    steps = method == "optuna"
    return CurveFigure(
        t("figure.tried"),
        "tried",
        [Part(title, "percent")],
        lines,
        _one_or_each(lines, title),
        steps=steps,
    )


def profiles(whole: Shown, t: Catalogue) -> CurveFigure:
    """Return the share of targets reached by each epoch.

    Args:
        whole: The curves of one problem.
        t: The words, in the report's languages.
    """
    by_name = _by(whole.found.profiles, "optimizer")
    own = looks(whole.setups)
    title = t("figure.reached_share")
    lines = [
        Line(
            name,
            name,
            "reached_share",
            0,
            replace(own[name], marker=""),
            list(by_name[name]["epoch"]),
            mean=list(by_name[name]["share"]),
            low=list(by_name[name]["low"]),
            high=list(by_name[name]["high"]),
        )
        for name in whole.setups
        if name in by_name
    ]
    return CurveFigure(
        t("figure.epoch"),
        "epoch",
        [Part(title, "percent")],
        lines,
        _one_or_each(lines, title),
        owner_column="optimizer",
        steps=True,
    )


def scores_over_epochs(whole: Shown, rows: pd.DataFrame, t: Catalogue) -> CurveFigure:
    """Return the scores of a problem over its epochs.

    Args:
        whole: The curves of the problem.
        rows: The columns optimizer, seed, epoch and score.
        t: The words, in the report's languages.
    """
    by_name = _by(rows, "optimizer")
    own = looks(whole.setups)
    written = "percent" if whole.unit.share else "score"
    lines = [
        over_epochs(name, 0, own[name], by_name[name], "score") for name in whole.setups if name in by_name
    ]
    return CurveFigure(
        t("figure.epoch"),
        "epoch",
        [Part(whole.metric, written)],
        lines,
        _one_or_each(lines, whole.metric),
        owner_column="optimizer",
    )


def over_epochs(
    name: Phrase | str, part: int, look: Look, rows: pd.DataFrame, column: str, *, banded: bool = True
) -> Line:
    """Return the curves of all seeds of a setup.

    Args:
        name: What the line is called.
        part: The place of its part among the figure's.
        look: How it is drawn.
        rows: The columns seed, epoch and `column`, and setup or optimizer.
        column: What is drawn.
        banded: Whether its band is drawn.
    """
    owner = str(rows["setup" if "setup" in rows else "optimizer"].iloc[0])
    table = rows.pivot(index="epoch", columns="seed", values=column).astype(float)
    seeds = {str(seed): list(table[seed]) for seed in dict.fromkeys(rows["seed"])}
    return Line(name, owner, column, part, look, list(table.index), seeds=seeds, banded=banded)


def _by(rows: pd.DataFrame, column: str) -> dict[str, pd.DataFrame]:
    return {str(name): own for name, own in rows.groupby(column, sort=False)}


def _without(place: int, n: int, first: int) -> list[int]:
    """The places of n lines from the first one on, but for that of one of them."""
    return [first + other for other in range(n) if other != place]


def _one_or_each(lines: Sequence[Line], title: Phrase) -> list[Panel]:
    """One panel for all lines, or where there are more than FEW, one for each."""
    if len(lines) <= FEW:
        return [Panel(title, range(len(lines)))]
    return [Panel(line.name, [place], _without(place, len(lines), 0)) for place, line in enumerate(lines)]
