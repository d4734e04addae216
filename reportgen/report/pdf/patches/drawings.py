"""Keep drawings out of what WeasyPrint reads as HTML: half of a report's elements are parts of its figures.

WeasyPrint looks for the style of every element of the page, those inside an <svg> too, where no style sheet
of ours says anything. So only the empty <svg> stays in the page, and its content is handed over when
WeasyPrint makes a picture of it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring

NUMBER = "data-drawing"
"""The attribute that says which drawing belongs into an <svg>."""
_PARAMETERS = ["tree", "base_url", "url_fetcher", "context"]


@contextmanager
def drawings_apart(html: str) -> Iterator[str]:
    """Give the page with its drawings emptied; while inside, WeasyPrint draws them in full.

    If WeasyPrint's inside no longer looks as expected, the page stays as it is and is only slower to read.
    """
    try:
        import weasyprint.html as reader
        from weasyprint.images import SVGImage

        known = (
            list(inspect.signature(SVGImage).parameters) == _PARAMETERS
            and reader.SVGImage is SVGImage
            and "SVGImage" in reader.handle_svg.__code__.co_names
        )
    except (ImportError, AttributeError, TypeError, ValueError):
        known = False
    if not known:
        yield html
        return

    drawings: list[Element] = []

    def emptied(match: re.Match[str]) -> str:
        try:
            drawings.append(fromstring(match[0]))
        except ParseError:  # a user's own, written for HTML's more patient reader
            return match[0]
        return f'{match[1][:-1]} {NUMBER}="{len(drawings) - 1}"></svg>'

    def whole(element: Any, *others: Any) -> Any:
        number = element.get(NUMBER)
        return SVGImage(element if number is None else drawings[int(number)], *others)

    reader.SVGImage = whole
    try:
        yield re.sub(r"(<svg [^>]*>)(?:(?!<svg ).)*?</svg>", emptied, html, flags=re.S)
    finally:
        reader.SVGImage = SVGImage
