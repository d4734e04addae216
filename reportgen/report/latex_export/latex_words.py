"""Words of a page as LaTeX: bold, code, formulas, and references to tables and figures."""

from __future__ import annotations

import re
from collections.abc import Collection
from xml.etree.ElementTree import Element

from reportgen.report.latex_export.escaping import escape

COMMANDS = {
    "b": "textbf", "strong": "textbf", "em": "emph", "code": "texttt", "sub": "textsubscript",
    "sup": "textsuperscript",
}  # fmt: skip
BLOCKS = frozenset({"div", "p", "br", "small", "li", "ul", "ol"})
"""What begins a line of its own in a page."""
PREFIXES = {"table": "tab", "figure": "fig"}
"""What a label begins with, by what the page's anchors begin with."""
_NUMBER = re.compile(r"(?<=[\u00a0\u2002 ])\d+$")


def label(anchor: str) -> str:
    """Return the label of a table or figure, by its anchor in the page: tab:comparison-pairs.

    Args:
        anchor: Such as table-comparison-pairs.
    """
    kind, _, key = anchor.partition("-")
    return f"{PREFIXES[kind]}:{key}"


def inner(element: Element, anchors: Collection[str], *, without: Collection[Element] = ()) -> str:
    """Return what is in an element as LaTeX.

    Args:
        element: Of a page, without a name space.
        anchors: The tables and figures that there are labels of.
        without: Elements in it that are left out.
    """
    made = escape(element.text or "")
    for child in element:
        if child not in without:
            made += _outer(child, anchors, without)
        made += escape(child.tail or "")
    return re.sub(r"  +", " ", made).strip() if element.tag in ("th", "td", "caption", "figcaption") else made


def plain(element: Element) -> str:
    """Return the text in an element, as it is read."""
    parts = [element.text or ""]
    for child in element:
        between = " " if _stands_apart(child) else ""
        parts += [between, _described(child) or plain(child), between, child.tail or ""]
    return re.sub(r"[ \t\n\r\f]+", " ", "".join(parts)).strip(" ")


def _stands_apart(element: Element) -> bool:
    """Whether the page's style sheet leaves room beside an element: a space stands for it here."""
    return element.tag in BLOCKS or element.get("class") == "code"


def _outer(element: Element, anchors: Collection[str], without: Collection[Element]) -> str:
    """An element as LaTeX."""
    if (described := _described(element)) is not None:
        return f"\\({described}\\)" if element.get("role") == "math" else escape(described)
    made = inner(element, anchors, without=without)
    anchor = (element.get("href") or "").removeprefix("#") if element.tag == "a" else ""
    if anchor in anchors:
        return _NUMBER.sub(lambda _: rf"\ref{{{label(anchor)}}}", plain(element)).replace("\u00a0", "~")
    if element.tag in COMMANDS and made.strip():
        return f"\\{COMMANDS[element.tag]}{{{made}}}"
    return f" {made} " if _stands_apart(element) else made


def _described(element: Element) -> str | None:
    """What stands for a drawing or a picture; None for an element of words."""
    if element.tag.rpartition("}")[2] not in ("svg", "img", "math"):
        return None
    return element.get("aria-label") or element.get("alt") or ""
