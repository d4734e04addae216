"""Render a report: a run's records as HTML and PDF. Nothing here trains, and nothing needs torch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reportgen.errors import UserError
from reportgen.files import atomic
from reportgen.records.manifest import check_trials
from reportgen.records.run import Run
from reportgen.report import file_names
from reportgen.report.context import compose_run
from reportgen.report.latex_export.export_folder import write_folder
from reportgen.report.latex_export.paper import Source, papers
from reportgen.report.options import DEFAULT_OPTIONS, ReportOptions
from reportgen.report.page.page import Page
from reportgen.report.page.run_summary import write_summary
from reportgen.report.pdf import attachments
from reportgen.report.pdf.collecting import without_collecting
from reportgen.report.templates.loading import words_in
from reportgen.report.words import numbers
from reportgen.report.words.recorded import with_recorded


@dataclass(frozen=True)
class Rendered:
    """The report's files, how many pages the PDF has, and what its reader should know about it.

    latex: the folder of tables and figures for LaTeX, where one was asked for.
    """

    html: Path
    pdf: Path | None
    pages: int
    notes: tuple[str, ...]
    latex: Path | None = None


@without_collecting()
def render(
    run: Run,
    options: ReportOptions = DEFAULT_OPTIONS,
    target: Path | None = None,
    latex: Path | None = None,
) -> Rendered:
    """Write a run's report from its records: report.html and report.pdf in its folder, or somewhere else.

    The same records and templates give the same bytes.

    Args:
        run: In hand; the files that the PDF carries are taken from its folder.
        options: What is asked of the report.
        target: Where it goes, without an ending; None for the run's folder.
        latex: A folder for its tables and figures, for a paper in LaTeX; None for no such.

    Returns:
        Where the files are.

    Raises:
        UserError: Where the records or the templates are damaged, or no PDF can be made.
    """
    folder, records = run.folder, run.records
    try:
        manifest = records.manifest
        check_trials(manifest, len(records.results))
    except ValueError as error:
        raise UserError(
            f"{folder}: the run's records are damaged ({error}); run the experiment again"
        ) from None
    travelling = attachments.of_run(folder, manifest.experiment.file)
    fingerprint = attachments.fingerprint(travelling)
    created = dt.datetime.fromisoformat(manifest.times.finished)
    languages = options.languages or manifest.languages
    test_images = sum(manifest.data.images_by_class.test)
    html, pdf = file_names.files(target or folder / "report")

    def page_in(languages: Sequence[str]) -> Page:
        words = with_recorded(words_in(languages, options.templates), manifest.optimizers)
        if manifest.data.columns:
            words = words.of_rows()
        with numbers.written_in(words.languages[0], test_images):
            report = compose_run(records, words, fingerprint, options.order)
            content = report.fill()
            content["beside"] = file_names.beside(html, pdf, with_pdf=options.pdf, run=folder)
            # sentences that refer to a figure are written where the page is made
            return Page(
                words, content, report.shown, options.templates, paper=options.paper, order=options.order
            )

    page = page_in(languages)
    if target is None:
        write_summary(folder, records, page.context, page.context["t"])
    with numbers.written_in(languages[0], test_images):
        atomic.write_text(html, page.for_screen())
    notes = page.notes()
    if latex is not None:
        write_folder(latex, papers(page_in, languages, Source(manifest.run, fingerprint, created)))
    if not options.pdf:
        return Rendered(html, None, 0, notes, latex)
    result = page.write_pdf(
        pdf,
        attachments=travelling,
        identifier=manifest.run,
        created=created,
    )
    return Rendered(html, pdf, result.pages, all_notes(notes, result.warnings), latex)


def all_notes(about_page: tuple[str, ...], about_pdf: Sequence[str]) -> tuple[str, ...]:
    """Return what is to be said of a page and its PDF; characters that the page's notes name are told once.

    Args:
        about_page: The notes on the page, a line each.
        about_pdf: The notes on the PDF, a line each.
    """
    return about_page + tuple(
        note for note in about_pdf if not (about_page and note.startswith(".notdef glyph"))
    )
