"""Read a page as XML where that gives what HTML gives, in a small part of the time.

WeasyPrint reads HTML in Python. Empty elements, named characters and unescaped style sheets are all that a
page of ours has and XML has not. A page that is not well-formed, or where HTML would have moved an element to
another place, as a user's template may be, is read as HTML.
"""

import inspect
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.entities import html5
from types import SimpleNamespace
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.sax.saxutils import escape

_DOCTYPE = re.compile(r"\s*<!doctype html>", re.I)
_RAW = re.compile(r"(<(style|script)\b[^>]*>)(.*?)(</\2>)", re.S)
_EMPTY = re.compile(r"<((?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b[^<>]*?)\s*/?>")
_LINES = re.compile(r"""=("[^"<>]*[\t\r\n]|'[^'<>]*[\t\r\n])""")
"""An attribute of several lines: XML makes spaces of their ends."""
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]*;)")

_PARTS = {
    "html": {"head", "body"},
    "head": {"base", "link", "meta", "script", "style", "title"},
    "table": {"caption", "colgroup", "thead", "tbody", "tfoot"},
    "thead": {"tr"},
    "tbody": {"tr"},
    "tfoot": {"tr"},
    "tr": {"th", "td"},
    "title": set[str](),
}
"""The only children that HTML leaves in these, and no text but spaces; a title holds nothing but text."""
_INLINE = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "data", "dfn", "em", "i", "img", "input", "kbd",
    "label", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr",
    "{http://www.w3.org/2000/svg}svg",
})  # fmt: skip
"""What HTML leaves in a paragraph or a heading."""
_HOMES = {
    "li": {"ul", "ol", "menu"},
    "dt": {"dl", "div"},
    "dd": {"dl", "div"},
    **{
        part: {home for home, parts in _PARTS.items() if part in parts}
        for part in set().union(*_PARTS.values())
    },
    **{tag: {"head", "body"} for tag in ("base", "link", "meta", "script", "style")},
}
"""The only elements that HTML leaves these in."""
_OTHERWISE = {"button", "form", "iframe", "math", "noscript", "select", "template", "textarea"}
"""Elements that HTML reads by rules of their own."""


@contextmanager
def read_as_xml() -> Iterator[bool]:
    """While inside, WeasyPrint reads pages as XML where it may; says whether it does.

    If WeasyPrint's inside no longer looks as expected, nothing is changed and pages take longer to read.
    """
    try:
        import weasyprint

        reader = weasyprint.tinyhtml5
        known = {"tinyhtml5", "parse"} < set(
            weasyprint.HTML.__init__.__code__.co_names
        ) and "namespace_html_elements" in inspect.signature(reader.parse).parameters
    except (ImportError, AttributeError, TypeError, ValueError):
        known = False
    if not known:
        yield False
        return

    def parse(file: Any, **options: Any) -> Any:
        source = file.read()
        text = source if isinstance(source, str) else source.decode()
        tree = parsed(text)
        return reader.parse(text, **options) if tree is None else tree

    weasyprint.tinyhtml5 = SimpleNamespace(parse=parse)
    try:
        yield True
    finally:
        weasyprint.tinyhtml5 = reader


def parsed(html: str) -> Element | None:
    """The tree of a page, or None where a reader of HTML should look at it."""
    if _LINES.search(html):
        return None
    text = _DOCTYPE.sub("", html, count=1)
    text = _RAW.sub(lambda found: found[1] + escape(found[3]) + found[4], text)
    text = _EMPTY.sub(r"<\1/>", text)
    text = _NAMED.sub(lambda found: html5.get(found[1], found[0]), text)
    try:
        root = fromstring(text)
    except ParseError:
        return None
    return (
        root if [child.tag for child in root] == ["head", "body"] and all(map(_stays, root.iter())) else None
    )


def _stays(element: Element) -> bool:
    """Whether a reader of HTML would leave an element's children where they are."""
    tags = {child.tag for child in element}
    if any(element.tag not in _HOMES.get(tag, {element.tag}) for tag in tags) or tags & _OTHERWISE:
        return False
    if element.tag in _PARTS:
        loose = element.tag != "title" and any(
            (text or "").strip() for text in (element.text, *(child.tail for child in element))
        )
        return tags <= _PARTS[element.tag] and not loose
    if element.tag in {"p", "h1", "h2", "h3", "h4", "h5", "h6"} or element.tag in _INLINE:
        return tags <= _INLINE and not (
            element.tag == "a" and any(one is not element for one in element.iter("a"))
        )
    if element.tag == "pre" and (element.text or "").startswith("\n"):
        return False  # HTML leaves out a line break there
    return element.tag.islower()
