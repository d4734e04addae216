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
from reportgen.report.options import DEFAULT_OPTIONS, ReportOptions
from reportgen.report.page.index import write_thumbnail
from reportgen.report.page.page import Page
from reportgen.report.pdf import attachments
from reportgen.report.pdf.collecting import without_collecting
from reportgen.report.templates.loading import words_in
from reportgen.report.words import numbers
from reportgen.report.words.recorded import with_recorded


@dataclass(frozen=True)
class Rendered:
    """The report's files, how many pages the PDF has, and what its reader should know about it."""

    html: Path
    pdf: Path | None
    pages: int
    notes: tuple[str, ...]


@without_collecting()
def render(
    run: Run,
    options: ReportOptions = DEFAULT_OPTIONS,
    target: Path | None = None,
) -> Rendered:
    """Write a run's report from its records: report.html and report.pdf in its folder, or somewhere else.

    The same records and templates give the same bytes.

    Args:
        run: In hand; the files that the PDF carries are taken from its folder.
        options: What is asked of the report.
        target: Where it goes, without an ending; None for the run's folder.

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
    words = with_recorded(
        words_in(options.languages or manifest.languages, options.templates), manifest.optimizers
    )
    if manifest.data.columns:
        words = words.of_rows()
    travelling = attachments.of_run(folder, manifest.experiment.file)
    with numbers.written_in(words.languages[0]):
        report = compose_run(records, words, attachments.fingerprint(travelling))
        content = report.fill()
    page = Page(words, content, report.shown, options.templates, paper=options.paper)
    if target is None:
        write_thumbnail(folder, records.epochs)
        target = folder / "report"
    html, pdf = file_names.files(target)
    atomic.write_text(html, page.for_screen())
    notes = page.notes()
    if not options.pdf:
        return Rendered(html, None, 0, notes)
    result = page.write_pdf(
        pdf,
        attachments=travelling,
        identifier=manifest.run,
        created=dt.datetime.fromisoformat(manifest.times.finished),
        variant=options.pdf,
    )
    return Rendered(html, pdf, result.pages, all_notes(notes, result.warnings))


def all_notes(about_page: tuple[str, ...], about_pdf: Sequence[str]) -> tuple[str, ...]:
    """Return what is to be said of a page and its PDF; characters that the page's notes name are told once.

    Args:
        about_page: The notes on the page, a line each.
        about_pdf: The notes on the PDF, a line each.
    """
    return about_page + tuple(
        note for note in about_pdf if not (about_page and note.startswith(".notdef glyph"))
    )
