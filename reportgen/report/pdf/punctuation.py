"""Chinese marks without the blank half that they have where two of them meet, as browsers set them.

A bracket fills half of its square. Before another mark, a closing one gives its blank half up, and so does an
opening one after a mark (CSS Text 4, `text-spacing-trim`); commas and stops stand in the middle of theirs, as
in Taiwan, and keep it. WeasyPrint does not know the rule, but the fonts have the narrow forms (`halt`).
"""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree.ElementTree import Element

from reportgen.report.pdf.beside import SVG

HALF = "half"
"""The class of a mark that is set half as wide, see print.css."""
_OPENING, _CLOSING, _MIDDLE = "（「『《〈【〔［｛", "）」』》〉】〕］｝", "，。、；：．・\u3000"
_TIGHT = re.compile(f"[{_CLOSING}](?=[{_CLOSING}{_MIDDLE}])|(?<=[{_OPENING}{_CLOSING}{_MIDDLE}])[{_OPENING}]")
_AS_IT_IS = frozenset({"head", "code", "pre", SVG})
INLINE = frozenset({"span", "a", "b", "i", "em", "strong", "code", "small", "s"})
"""The elements that go on in a line of text."""

Piece = tuple[Element, Element | None]
"""A piece of text: what an element begins with, or, where a child is named, what follows that child."""


def tighten(root: Element) -> None:
    """Put every mark that gives up its blank half into a span of its own.

    Args:
        root: Of the page.
    """
    runs: list[list[Piece]] = [[]]
    _gather(root, runs)
    for run in runs:
        text = "".join(map(_text, run))
        marks = [found.start() for found in _TIGHT.finditer(text)]
        end = len(text)
        for piece in reversed(run):
            start = end - len(_text(piece))
            if inside := [mark - start for mark in marks if start <= mark < end]:
                _split(piece, inside)
            end = start


def _gather(element: Element, runs: list[list[Piece]]) -> None:
    """Add an element's pieces of text to the runs: a new one wherever what follows is set apart."""
    if element.tag in _AS_IT_IS or not isinstance(element.tag, str):
        runs.append([])
        return
    if element.tag not in INLINE:
        runs.append([])
    runs[-1].append((element, None))
    for child in element:
        _gather(child, runs)
        if child.tag not in INLINE:
            runs.append([])
        runs[-1].append((element, child))


def _text(piece: Piece) -> str:
    parent, child = piece
    return (parent.text if child is None else child.tail) or ""


def _split(piece: Piece, marks: list[int]) -> None:
    """Put the characters at these places of a piece into spans."""
    parent, child = piece
    text = _text(piece)
    at = 0 if child is None else list(parent).index(child) + 1
    for number, (mark, following) in enumerate(pairwise([*marks, len(text)])):
        span = Element("span", {"class": HALF})
        span.text, span.tail = text[mark], text[mark + 1 : following]
        parent.insert(at + number, span)
    if child is None:
        parent.text = text[: marks[0]]
    else:
        child.tail = text[: marks[0]]
