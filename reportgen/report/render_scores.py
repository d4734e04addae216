"""The report of anyone's table of scores: the sections of a run's comparison, for every problem."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from reportgen.analysis.comparison import Comparison
from reportgen.analysis.scores import checked
from reportgen.experiment.front_matter import NO_FRONT_MATTER, FrontMatter
from reportgen.files import atomic
from reportgen.records.score_files import Scores
from reportgen.records.tables.reading import AS_IT_IS, Reading
from reportgen.report import file_names
from reportgen.report.context import compose_scores
from reportgen.report.options import DEFAULT_OPTIONS, LANGUAGES, ReportOptions
from reportgen.report.page.page import Page
from reportgen.report.pdf import attachments
from reportgen.report.render import Rendered, all_notes
from reportgen.report.sections.scores import templates_fact
from reportgen.report.sections.table_audit import points_of_table
from reportgen.report.templates.loading import words_in
from reportgen.report.words import numbers


def render_scores(
    found: Comparison,
    scores: Scores,
    sources: Sequence[Path],
    target: Path,
    options: ReportOptions = DEFAULT_OPTIONS,
    *,
    names: Sequence[str | None] | None = None,
    front_matter: FrontMatter = NO_FRONT_MATTER,
    reading: Reading = AS_IT_IS,
) -> Rendered:
    """Write a comparison as target.html and target.pdf, the tables it came from attached to the PDF.

    The same tables, as new as they were, give the same bytes.

    Args:
        found: The comparison.
        scores: What was compared.
        sources: The files that it was read from.
        target: The place of the report, without an ending.
        options: What is asked of the report.
        names: What the files were called when they were read; None for what score_files.file_names calls
            them.
        front_matter: What stands above the report.
        reading: How the files were read.

    Returns:
        Where the files are.

    Raises:
        UserError: Where the templates are damaged, or no PDF can be made.
    """
    t = words_in(options.languages or LANGUAGES, options.templates)
    travelling = attachments.of_tables(
        found, sources, names, front_matter, reading=reading, kept_tables=scores.kept
    )
    fingerprint = attachments.fingerprint(travelling)
    with numbers.written_in(t.languages[0]):
        report = compose_scores(
            found,
            checked(scores.table),
            sources,
            t,
            fingerprint,
            front_matter=front_matter,
            curves=scores.curves,
            assumed=scores.assumed,
            stages=scores.stages,
            audited=points_of_table(found, scores),
        )
        content = report.fill()
    content["facts"] += templates_fact(options.templates, t)
    page = Page(t, content, report.shown, options.templates, paper=options.paper)
    html, pdf = file_names.files(target)
    atomic.write_text(html, page.for_screen())
    if not options.pdf:
        return Rendered(html, None, 0, page.notes())
    result = page.write_pdf(
        pdf,
        attachments=travelling,
        identifier=fingerprint,
        created=dt.datetime.fromtimestamp(attachments.modified(sources), dt.UTC),
        variant=options.pdf,
    )
    return Rendered(html, pdf, result.pages, all_notes(page.notes(), result.warnings))
