"""What a PDF lacks where WeasyPrint's inside is not the one that its helpers know.

A helper says on entering whether it applies, and leaves WeasyPrint as it is where it does not. Those that
only save time are not missed by anyone. Without one of these, the PDF is another PDF.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager

from reportgen.report.pdf.patches.figures import filled_pages
from reportgen.report.pdf.patches.line_ends import full_lines
from reportgen.report.pdf.patches.structure import annotated_structure

TAGS = "tags"
HELPERS = {
    "figures": (filled_pages, "figures do not fit themselves in, and pages may end early"),
    "lines": (full_lines, "lines may end after their first word"),
    TAGS: (
        annotated_structure,
        "the tags are WeasyPrint's own, of lines and boxes, not of the text, and it is no PDF/UA-1",
    ),
}
"""By the name that a document's properties have for it: the helper, and how a PDF is without it."""


@contextmanager
def helped(without: Collection[str] = ()) -> Iterator[tuple[str, ...]]:
    """Give WeasyPrint, while inside, the help that applies; gives the names of what does not.

    Args:
        without: Names of helpers that are not to be tried.
    """
    with ExitStack() as stack:
        yield tuple(
            name
            for name, (helper, _) in HELPERS.items()
            if name in without or not stack.enter_context(helper())
        )


def lacking() -> tuple[str, ...]:
    """Return the names of the help that does not apply to the WeasyPrint that is installed."""
    with helped() as names:
        return names


def described(names: Collection[str], reason: str = "") -> tuple[str, ...]:
    """Return how a PDF is without this help, a line each.

    Args:
        names: Of the helpers that do not apply.
        reason: What went wrong, where it is known.
    """
    import weasyprint

    why = f" ({reason})" if reason else ""
    other = f"the help for it does not fit WeasyPrint {weasyprint.__version__}{why}"
    return tuple(
        f"in the PDF, {HELPERS[name][1]}: {other}; `reportgen doctor` says which it fits" for name in names
    )
