"""Whether a document's pages say what its report claims to print, computed again from its records."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from reportgen.report.fonts import faces
from reportgen.report.sections.section import Claim
from reportgen.verification.document import count, squeezed

FRONT = 2
"""The key findings stand on the first page; many long ones may reach the second."""


def missing(claims: Iterable[Claim], pages: Sequence[str]) -> Iterator[Claim]:
    """Yield what the pages do not say, or not as often as they must.

    Args:
        claims: What the report claims to print.
        pages: The text of each page, squeezed.
    """
    listed = list(claims)
    unshown = faces.missing_characters("".join(claim.text for claim in listed))
    without = str.maketrans("", "", unshown)
    pages = [page.translate(without) for page in pages]
    texts = {claim: squeezed(claim.text.translate(without)) for claim in listed}
    in_front = Counter(texts[claim] for claim in listed if claim.front)
    elsewhere = Counter(texts[claim] for claim in listed if not claim.front)
    first = {text: min(count(pages[:FRONT], text), often) for text, often in in_front.items()}
    others = {text: count(pages, text) - first.get(text, 0) for text in elsewhere}
    for claim in dict.fromkeys(listed):
        text = texts[claim]
        there, needed = (first, in_front) if claim.front else (others, elsewhere)
        if there[text] < needed[text]:
            yield claim


def is_right_to_left(text: str) -> bool:
    """Return whether a text has letters that run from right to left; readers reorder the whole line then."""
    return any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)
