"""The options of a report: how it is made, whatever it is a report of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from reportgen.report.words.languages import CHINESE, ENGLISH

if TYPE_CHECKING:
    from reportgen.report.templates.loading import Templates

LANGUAGES = (CHINESE, ENGLISH)
"""The languages of the program's own words, in the order in which reports show them."""

PAPERS = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}
"""The papers that a report can be laid out for, as options call them: width and height in millimetres."""
DEFAULT_PAPER = "a4"

Order = Literal["homework", "paper"]
"""What comes first: code with the results of running it, as in the homework; or all results, and the code in
the appendix, as in a paper."""
ORDERS: tuple[Order, ...] = ("homework", "paper")
DEFAULT_ORDER: Order = "homework"

VARIANTS = ("a-3u", "ua-1")
"""What versions before this one let users choose from; every PDF is both, PDF/A-3u and PDF/UA-1."""


@dataclass(frozen=True)
class ReportOptions:
    """What a user asks of a report.

    Attributes:
        languages: Those that it is written in, in their order; None for those that a run was made with, and
            for both of the program's own where there is no run.
        templates: A user's over the program's own; None for these alone.
        paper: One of PAPERS.
        pdf: Whether there is a PDF too.
        order: Of the sections of a run's report; anyone's scores have none but their own.
    """

    languages: tuple[str, ...] | None = None
    templates: Templates | None = None
    paper: str = DEFAULT_PAPER
    pdf: bool = True
    order: Order = DEFAULT_ORDER


DEFAULT_OPTIONS = ReportOptions()
"""A report of which nothing is asked."""
