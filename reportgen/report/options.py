"""The options of a report: how it is made, whatever it is a report of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from reportgen.report.words.languages import CHINESE, ENGLISH

if TYPE_CHECKING:
    from reportgen.report.templates.loading import Templates

LANGUAGES = (CHINESE, ENGLISH)
"""The languages of the program's own words, in the order in which reports show them."""

PAPERS = {"a4": "A4", "letter": "letter"}
"""The sizes of paper that a report can be laid out for, as options and as style sheets call them."""
DEFAULT_PAPER = "a4"

Variant = Literal["a-3u", "ua-1"]
"""What the PDF declares to be: for archives (PDF/A-3u), or for readers of every kind (PDF/UA-1)."""
VARIANTS: tuple[Variant, ...] = ("a-3u", "ua-1")
DEFAULT_VARIANT: Variant = "a-3u"


@dataclass(frozen=True)
class ReportOptions:
    """What a user asks of a report.

    Attributes:
        languages: Those that it is written in, in their order; None for those that a run was made with, and
            for both of the program's own where there is no run.
        templates: A user's over the program's own; None for these alone.
        paper: One of PAPERS.
        pdf: What the PDF declares to be; None for no PDF.
    """

    languages: tuple[str, ...] | None = None
    templates: Templates | None = None
    paper: str = DEFAULT_PAPER
    pdf: Variant | None = DEFAULT_VARIANT


DEFAULT_OPTIONS = ReportOptions()
"""A report of which nothing is asked."""
