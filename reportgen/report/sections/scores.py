"""The section on anyone's table of scores: every problem with its verdicts, or many of them in one table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from reportgen.analysis.comparison import Comparison
from reportgen.analysis.findings import ORDERS, TABLE, Finding, of_comparison
from reportgen.report.figures.marks import color
from reportgen.report.figures.style import style
from reportgen.report.sections.many_problems import are_many, many_block, many_sentences
from reportgen.report.sections.profiles import profile_block
from reportgen.report.sections.verdicts import in_words, metric_name, verdict_block
from reportgen.report.templates.loading import Templates
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase
from reportgen.report.words.numbers import Unit


def context(
    found: Comparison, scores: pd.DataFrame, sources: Sequence[Path], t: Catalogue, fingerprint: str
) -> dict[str, Any]:
    """Everything that the templates name."""
    from reportgen import __version__

    unit = Unit(is_percentage(found))
    metric = metric_name(found.metric, t)
    setups = list(found.optimizers)
    orders, findings = findings_of(found)
    with style():
        problems = [
            {
                "name": problem,
                "verdicts": verdict_block(
                    found, problem, scores, unit, t, setups=setups, prefix=f"scores-{number}"
                ),
                "sentences": in_words(findings[problem], unit, t),
            }
            for number, problem in enumerate(findings)
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
            (t("appendix.fingerprint"), Markup("<code>{}</code>").format(fingerprint)),
        ],
        "fingerprint": fingerprint,
        "notices": [],
        "abstract": None,
        "findings": many_sentences(found, t) if are_many(found) else in_words(orders, unit, t),
        "glance": None,
        "setups": [{"name": name, "color": color(n)} for n, name in enumerate(setups)],
        "problems": problems,
        "many": many_block(found, unit, t),
        "profile": profile,
    }


def templates_fact(templates: Templates | None, t: Catalogue) -> list[tuple[Phrase, Markup]]:
    """That the report was made with a user's templates, where it was."""
    if templates is None or not templates.replaced:
        return []
    return [(t("appendix.templates"), Markup("<code>{}</code>").format(templates.digest()))]


def findings_of(found: Comparison) -> tuple[list[Finding], dict[str, list[Finding]]]:
    """What the first page says, and what is said of each problem that has a section."""
    if are_many(found):
        return [], {}
    by_problem = {problem: list(of_comparison(found, problem, TABLE)) for problem in found.problems}
    return [one for of_problem in by_problem.values() for one in of_problem if one.key in ORDERS], by_problem


def is_percentage(found: Comparison) -> bool:
    """Whether the scores are shares: they are called an accuracy and lie between 0 and 1."""
    means = found.summaries["mean"].dropna()
    return found.metric.endswith("accuracy") and bool(means.between(0, 1).all())
