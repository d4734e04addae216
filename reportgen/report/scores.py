"""The report of anyone's table of scores: the sections of a run's comparison, for every problem."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from reportgen import files
from reportgen.analysis.comparison import Comparison
from reportgen.analysis.findings import TABLE, of_comparison
from reportgen.analysis.profiles import performance_profile
from reportgen.analysis.scores import AnalysisError
from reportgen.report import comparison_figures, figures, numbers
from reportgen.report.catalogue import Catalogue
from reportgen.report.numbers import Unit
from reportgen.report.pdf import Attachment, write_pdf
from reportgen.report.render import Page, Rendered, words_in
from reportgen.report.settings import words
from reportgen.report.svg import from_figure
from reportgen.report.verdicts import in_words, metric_name, verdict_block

ORDERS = {"winner", "tie", "too_few_seeds", "single", "all_diverged"}


def render_scores(
    found: Comparison,
    scores: pd.DataFrame,
    sources: Sequence[Path],
    target: Path,
    *,
    languages: Sequence[str],
    pdf: bool = True,
) -> Rendered:
    """Write a comparison as target.html and target.pdf, the tables it came from attached to the PDF.

    scores: the table that was compared. sources: the files that it was read from.
    """
    t = words_in(languages)
    page = Page(t, context(found, scores, sources, t), (("scores", None),))
    html = target.with_name(f"{target.name}.html")
    files.write_text(html, page.for_screen())
    if not pdf:
        return Rendered(html, None, 0, page.notes())
    attachments = [
        Attachment(source.name, source.read_bytes(), "Scores 分數", "text/csv") for source in sources
    ]
    digest = hashlib.sha256(b"".join(attachment.data for attachment in attachments)).hexdigest()
    newest = max(source.stat().st_mtime for source in sources)
    result = write_pdf(
        page.for_print(),
        target.with_name(f"{target.name}.pdf"),
        attachments=attachments,
        identifier=digest,
        created=dt.datetime.fromtimestamp(int(newest), dt.UTC),
    )
    return Rendered(
        html, target.with_name(f"{target.name}.pdf"), result.pages, page.notes() + result.warnings
    )


def context(found: Comparison, scores: pd.DataFrame, sources: Sequence[Path], t: Catalogue) -> dict[str, Any]:
    """Everything that the templates name."""
    from reportgen import __version__

    unit = Unit(is_percentage(found))
    metric = metric_name(found.metric, t)
    setups = list(found.optimizers)
    findings = {problem: list(of_comparison(found, problem, TABLE)) for problem in found.problems}
    orders = [one for of_problem in findings.values() for one in of_problem if one.key in ORDERS]
    with figures.style():
        problems = [
            {
                "name": problem,
                "verdicts": verdict_block(
                    found, problem, scores, unit, t, setups=setups, prefix=f"scores-{number}"
                ),
                "sentences": in_words(findings[problem], unit, t),
            }
            for number, problem in enumerate(found.problems)
        ]
        profile = profile_block(found, scores, unit, t)
    names = ", ".join(source.name for source in sources)
    better = t("scores.higher" if found.higher_is_better else "scores.lower", metric=metric)
    return {
        "title": t("scores.title", name=names),
        "author": None,
        "course": None,
        "run": names,
        "versions": {"reportgen": __version__},
        "facts": [
            (t("scores.fact_files"), names),
            (t("scores.fact_metric"), better),
            (t("scores.fact_trials"), numbers.whole(len(scores))),
        ],
        "notices": [],
        "findings": in_words(orders, unit, t),
        "setups": [{"name": name, "color": figures.color(n)} for n, name in enumerate(setups)],
        "problems": problems,
        "profile": profile,
    }


def is_percentage(found: Comparison) -> bool:
    """Whether the scores are shares: they are called an accuracy and lie between 0 and 1."""
    means = found.summaries["mean"].dropna()
    return found.metric.endswith("accuracy") and bool(means.between(0, 1).all())


def profile_block(found: Comparison, scores: pd.DataFrame, unit: Unit, t: Catalogue) -> dict[str, Any] | None:
    """Performance profiles over several problems; None for one, and where the scores are no costs."""
    if len(found.problems) < 2 or (found.higher_is_better and not unit.share):
        return None
    costs = scores.assign(cost=1 - scores["score"] if found.higher_is_better else scores["score"])
    try:
        table = performance_profile(costs[["problem", "optimizer", "seed", "cost"]])
    except AnalysisError:  # a negative cost, or a problem that not every optimizer has
        return None
    name = metric_name(found.metric, t)
    figure = comparison_figures.profiles(table, words(t), list(found.optimizers))
    cost = t("scores.error", metric=name) if found.higher_is_better else name
    return {
        "cost": cost,
        "figure": from_figure(
            figure, prefix="profile", description=t("scores.profile_caption", cost=cost).plain()
        ),
    }
