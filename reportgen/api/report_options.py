"""What a caller asks of a report, checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reportgen.errors import UserError
from reportgen.report.options import PAPERS, VARIANTS, ReportOptions, Variant


def report_options(
    *,
    languages: Sequence[str] | None,
    templates: str | Path | None,
    pdf: Variant | None,
    paper: str,
) -> ReportOptions:
    """Return what is asked of a report as one object.

    Args:
        languages: Those that it is written in, in their order; None for the usual ones.
        templates: A folder of templates over the program's own.
        pdf: What the PDF declares to be; None for the HTML alone.
        paper: One of PAPERS.

    Raises:
        UserError: There is no such paper, kind of PDF or language, or the templates cannot be used.
    """
    from reportgen.report.templates.loading import read

    if paper not in PAPERS:
        raise UserError(f"paper {paper!r}: is none of {', '.join(PAPERS)}")
    if pdf is not None and pdf not in VARIANTS:
        raise UserError(f"pdf {pdf!r}: is none of {', '.join(VARIANTS)}, nor None")
    own = read(None if templates is None else Path(templates))
    for language in languages or ():
        if language not in own.languages():
            raise UserError(f"language {language!r}: is none of {', '.join(own.languages())}")
    return ReportOptions(None if languages is None else tuple(languages), own, paper, pdf)
