"""What a caller asks of a report, checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reportgen.errors import UserError
from reportgen.report.options import DEFAULT_ORDER, ORDERS, PAPERS, Order, ReportOptions


def report_options(
    *,
    languages: Sequence[str] | None,
    templates: str | Path | None,
    pdf: bool,
    paper: str,
    order: Order = DEFAULT_ORDER,
) -> ReportOptions:
    """Return what is asked of a report as one object.

    Args:
        languages: Those that it is written in, in their order; None for the usual ones.
        templates: A folder of templates over the program's own.
        pdf: Whether to write a PDF too.
        paper: One of PAPERS.
        order: Of the sections of a run's report, one of ORDERS.

    Raises:
        UserError: There is no such paper, order or language, pdf is no truth value, or the templates cannot
            be used.
    """
    from reportgen.report.templates.loading import read

    if paper not in PAPERS:
        raise UserError(f"paper {paper!r}: is none of {', '.join(PAPERS)}")
    if order not in ORDERS:
        raise UserError(f"order {order!r}: is none of {', '.join(ORDERS)}")
    if not isinstance(pdf, bool):  # what it was before: the name of a standard, or None
        raise UserError(f"pdf {pdf!r}: is True (a PDF that is PDF/A-3u and PDF/UA-1 in one) or False")
    own = read(None if templates is None else Path(templates))
    for language in languages or ():
        if language not in own.languages():
            raise UserError(f"language {language!r}: is none of {', '.join(own.languages())}")
    return ReportOptions(None if languages is None else tuple(languages), own, paper, pdf, order)
