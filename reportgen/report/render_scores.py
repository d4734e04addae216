"""The report of anyone's table of scores: the sections of a run's comparison, for every problem."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from reportgen.analysis.comparison import Comparison
from reportgen.analysis.scores import checked
from reportgen.files import atomic
from reportgen.report.page.page import DEFAULT_PAPER, Page
from reportgen.report.pdf import attachments
from reportgen.report.pdf.writer import DEFAULT_VARIANT, Variant
from reportgen.report.render import Rendered, all_notes
from reportgen.report.sections.scores import context, templates_fact
from reportgen.report.templates.loading import Templates, words_in
from reportgen.report.words import numbers


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
    travelling = attachments.of_tables(found, sources, names)
    fingerprint = attachments.fingerprint(travelling)
    with numbers.written_in(t.languages[0]):
        content = context(found, scores, sources, t, fingerprint)
    content["facts"] += templates_fact(templates, t)
    page = Page(t, content, (("scores", None),), templates, paper=paper)
    html = target.with_name(f"{target.name}.html")
    atomic.write_text(html, page.for_screen())
    if not pdf:
        return Rendered(html, None, 0, page.notes())
    result = page.write_pdf(
        target.with_name(f"{target.name}.pdf"),
        attachments=travelling,
        identifier=fingerprint,
        created=dt.datetime.fromtimestamp(attachments.modified(sources), dt.UTC),
        variant=pdf,
    )
    return Rendered(
        html, target.with_name(f"{target.name}.pdf"), result.pages, all_notes(page.notes(), result.warnings)
    )
