"""The report of anyone's table of scores: the sections of a run's comparison, for every problem."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from reportgen.analysis.comparison import Comparison
from reportgen.analysis.findings import ORDERS, TABLE, Finding, of_comparison
from reportgen.analysis.scores import checked
from reportgen.files import atomic as files
from reportgen.records.score_files import file_names
from reportgen.report.figures.marks import color
from reportgen.report.figures.style import style
from reportgen.report.pdf import attachments
from reportgen.report.pdf.writer import DEFAULT_VARIANT, Attachment, Variant
from reportgen.report.render import DEFAULT_PAPER, Page, Rendered, all_notes, words_in
from reportgen.report.sections.many_problems import are_many, many_block, many_sentences
from reportgen.report.sections.profiles import profile_block
from reportgen.report.sections.verdicts import in_words, metric_name, verdict_block
from reportgen.report.templates.loading import Templates
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase
from reportgen.report.words.numbers import Unit


def render_scores(
    found: Comparison,
    scores: pd.DataFrame,
    sources: Sequence[Path],
    target: Path,
    *,
    languages: Sequence[str],
    pdf: Variant | None = DEFAULT_VARIANT,
    templates: Templates | None = None,
    paper: str = DEFAULT_PAPER,
    names: Sequence[str | None] | None = None,
) -> Rendered:
    """Write a comparison as target.html and target.pdf, the tables it came from attached to the PDF.

    scores: the table that was compared. sources: the files that it was read from; names: what they were
    called then, None for what score_tables.file_names calls them. pdf: what the PDF declares to be; None for
    no PDF. The same tables, as new as they were, give the same bytes.
    """
    t = words_in(languages, templates)
    scores = checked(scores)
    travelling = attached(found, sources, names)
    fingerprint = attachments.fingerprint(travelling)
    with numbers.written_in(t.languages[0]):
        content = context(found, scores, sources, t, fingerprint)
    content["facts"] += templates_fact(templates, t)
    page = Page(t, content, (("scores", None),), templates, paper=paper)
    html = target.with_name(f"{target.name}.html")
    files.write_text(html, page.for_screen())
    if not pdf:
        return Rendered(html, None, 0, page.notes())
    result = page.write_pdf(
        target.with_name(f"{target.name}.pdf"),
        attachments=travelling,
        identifier=fingerprint,
        created=dt.datetime.fromtimestamp(modified(sources), dt.UTC),
        variant=pdf,
    )
    return Rendered(
        html, target.with_name(f"{target.name}.pdf"), result.pages, all_notes(page.notes(), result.warnings)
    )


def templates_fact(templates: Templates | None, t: Catalogue) -> list[tuple[Phrase, Markup]]:
    """That the report was made with a user's templates, where it was."""
    if templates is None or not templates.replaced:
        return []
    return [(t("appendix.templates"), Markup("<code>{}</code>").format(templates.digest()))]


def modified(sources: Sequence[Path]) -> int:
    """When the newest of the files was written, in seconds."""
    return int(max(source.stat().st_mtime for source in sources))


def attached(
    found: Comparison, sources: Sequence[Path], names: Sequence[str | None] | None = None
) -> list[Attachment]:
    """The tables, and how they were compared, with the list of their digests. names: as for render_scores."""
    from reportgen import __version__

    taken = [attachments.CHECKSUMS, attachments.COMPARISON]
    files = []
    for source, name in zip(sources, names or file_names(sources), strict=True):
        taken.append(attachments.free_name(source.name, taken))
        files.append({"attached": taken[-1], "file": source.name, "name": name})
    compared = {
        "reportgen": __version__,
        "metric": found.metric,
        "higher_is_better": found.higher_is_better,
        "alpha": found.alpha,
        "problems": found.problems,
        "modified": modified(sources),
        "files": files,
    }
    text = json.dumps(compared, ensure_ascii=False, indent=2) + "\n"
    return attachments.with_checksums(
        [
            Attachment(
                attachments.COMPARISON, text.encode(), "How it was compared 比較方式", attachments.JSON
            ),
            *(
                Attachment(name, source.read_bytes(), "Scores 分數", attachments.CSV)
                for name, source in zip(taken[2:], sources, strict=True)
            ),
        ]
    )


def findings_of(found: Comparison) -> tuple[list[Finding], dict[str, list[Finding]]]:
    """What the first page says, and what is said of each problem that has a section."""
    if are_many(found):
        return [], {}
    by_problem = {problem: list(of_comparison(found, problem, TABLE)) for problem in found.problems}
    return [one for of_problem in by_problem.values() for one in of_problem if one.key in ORDERS], by_problem


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


def is_percentage(found: Comparison) -> bool:
    """Whether the scores are shares: they are called an accuracy and lie between 0 and 1."""
    means = found.summaries["mean"].dropna()
    return found.metric.endswith("accuracy") and bool(means.between(0, 1).all())
