"""The report of anyone's table of scores: the sections of a run's comparison, for every problem."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from reportgen.analysis.across_problems import AcrossProblems
from reportgen.analysis.comparison import Comparison
from reportgen.analysis.scores import checked
from reportgen.experiment.front_matter import NO_FRONT_MATTER, FrontMatter
from reportgen.files import atomic
from reportgen.records.score_files import Scores
from reportgen.records.tables.reading import AS_IT_IS, Reading
from reportgen.report import file_names
from reportgen.report.context import compose_scores
from reportgen.report.latex_export.export_folder import write_folder
from reportgen.report.latex_export.paper import Source, papers
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
    across: AcrossProblems | None = None,
    latex: Path | None = None,
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
        across: What holds over all problems, where it is in hand already.
        latex: A folder for the report's tables and figures, for a paper in LaTeX; None for no such.

    Returns:
        Where the files are.

    Raises:
        UserError: Where the templates are damaged, or no PDF can be made.
    """
    travelling = attachments.of_tables(
        found, sources, names, front_matter, reading=reading, kept_tables=scores.kept
    )
    fingerprint = attachments.fingerprint(travelling)
    created = dt.datetime.fromtimestamp(attachments.modified(sources), dt.UTC)
    languages = options.languages or LANGUAGES
    html, pdf = file_names.files(target)

    def page_in(languages: Sequence[str]) -> Page:
        t = words_in(languages, options.templates)
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
                across=across,
            )
            content = report.fill()
            content["facts"] += templates_fact(options.templates, t)
            content["beside"] = file_names.beside(html, pdf, with_pdf=options.pdf)
            # sentences that refer to a figure are written where the page is made
            return Page(t, content, report.shown, options.templates, paper=options.paper)

    page = page_in(languages)
    with numbers.written_in(languages[0]):
        atomic.write_text(html, page.for_screen())
    if latex is not None:
        write_folder(latex, papers(page_in, languages, Source(target.name, fingerprint, created)))
    if not options.pdf:
        return Rendered(html, None, 0, page.notes(), latex)
    result = page.write_pdf(
        pdf,
        attachments=travelling,
        identifier=fingerprint,
        created=created,
    )
    return Rendered(html, pdf, result.pages, all_notes(page.notes(), result.warnings), latex)
