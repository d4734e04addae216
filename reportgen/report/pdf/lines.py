"""Small changes to a page before it is laid out on paper: what a style sheet cannot say.

The contents become two lists, side by side; captions go beside what they caption (beside.py).
Chinese marks that meet are set closer (punctuation.py).
The last words of a paragraph are kept on one line, so that no paragraph ends with a line of a single
character or a single short word: WeasyPrint has no `text-wrap: pretty`.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from reportgen.report.pdf.beside import set_captions_beside
from reportgen.report.pdf.punctuation import INLINE, tighten

KEPT_HAN = 4
"""How many characters at least stand on the last line of a Chinese paragraph, its full stop one of them."""
KEPT_LATIN = 10
"""And of one in another language, in whole words."""
LONGEST = 24
"""The most characters that are kept together; longer words may break as they like."""
LONGEST_WHOLE = 220
"""The characters of the longest paragraph that is never broken over two pages."""
BLOCKS = frozenset({"p", "li", "figcaption", "caption", "td", "th", "div", "dd"})
_COUNT = re.compile(r"\d\s?個$")
_NAME = re.compile(r"\b([A-Za-z][A-Za-z0-9]*_[A-Za-z]\w{,20})\b")
_HAN = re.compile("[\u3000-\u9fff\uf900-\ufaff\uff00-\uffef]")


def prepare(root: Element) -> None:
    """Change a page's tree for paper."""
    set_captions_beside(root)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == "div" and child.get("class") == "curves":
                _unwrap(parent, child)
            if child.tag == "p" and len("".join(child.itertext())) > LONGEST_WHOLE:
                child.set("class", f"{child.get('class', '')} long")
            if child.tag == "ol" and parent.get("class") == "contents":
                _halve(parent, child)
        if parent.tag == "p" and "en" in parent.get("class", "").split():
            keep_names(parent)
    for element in list(root.iter()):
        # where languages stand beside each other, each has an end of its own
        block = element.tag in BLOCKS and not any(map(_is_passage, element))
        if (block or _is_passage(element)) and _is_text(element):
            keep_the_end(element)
    tighten(root)


def keep_names(element: Element) -> None:
    """Wrap names of programs in spans that do not break: hyphens would go into SGD_Momentum, too."""
    for parent in list(element.iter()):
        for child in list(parent):
            before, *rest = _NAME.split(child.tail or "")
            if rest:
                child.tail = before
                at = list(parent).index(child) + 1
                parent[at:at] = _wrapped(rest)
        before, *rest = _NAME.split(parent.text or "")
        if rest and parent.tag != "code":
            parent.text = before
            parent[:0] = _wrapped(rest)


def _wrapped(rest: list[str]) -> list[Element]:
    """Spans of names, each with what follows it: of names and texts by turns."""
    spans = []
    for name, text in zip(rest[::2], rest[1::2], strict=True):
        span = Element("span", {"class": "whole"})
        span.text, span.tail = name, text
        spans.append(span)
    return spans


def keep_the_end(element: Element) -> None:
    """Wrap an element's last words in a span that does not break; its children stay whole."""
    if len(element) == 1 and element[0].tag == "span" and _holds_all(element[0], element):
        keep_the_end(element[0])  # what a report in one language says in a span of its own
        return
    pieces = _pieces(element)
    text = "".join(piece for piece, _ in pieces)
    start = _start_of_end(text)
    if start <= 0:
        return
    position = len(text)
    for number in range(len(pieces) - 1, -1, -1):
        piece, child = pieces[number]
        position -= len(piece)
        if position > start:
            continue
        cut = start - position
        if child is not None:  # the end begins inside a child: the whole child comes with it
            cut = 0
            if len(text) - position > LONGEST:
                return
        _wrap(element, pieces, number, cut)
        return


def _holds_all(child: Element, element: Element) -> bool:
    """Whether a child has all the text of an element."""
    return not f"{element.text or ''}{child.tail or ''}".strip()


def _start_of_end(text: str) -> int:
    """Where the last words of a text begin; 0 where the text is too short to have such."""
    stripped = text.rstrip()
    if len(stripped) <= 2 * KEPT_LATIN:
        return 0
    if _HAN.search(stripped[-KEPT_HAN:]):
        start = len(stripped) - KEPT_HAN
        while start > 0 and not _may_break(stripped[:start], stripped[start:]):
            start -= 1
            if len(stripped) - start > LONGEST:
                return 0
        return start
    start = stripped.rfind(" ", 0, len(stripped) - KEPT_LATIN + 1) + 1
    return start if len(stripped) - start <= LONGEST else 0


def _may_break(before: str, after: str) -> bool:
    """Whether a line of Chinese may end there: before a bracket, between two of Han but in 8 個百分點."""
    if after.startswith("百分點") and _COUNT.search(before):
        return False
    return bool(_HAN.match(after) and _HAN.match(before[-1])) or after[0] in "（「"


def _is_passage(element: Element) -> bool:
    """Whether an element is what one language says, with the same in another beside it."""
    return element.tag == "span" and element.get("lang") is not None


def _is_text(element: Element) -> bool:
    """Whether an element holds text, and nothing but text and inline elements."""
    return all(child.tag in INLINE and _is_text(child) for child in element) and bool(
        "".join(element.itertext()).strip()
    )


def _pieces(element: Element) -> list[tuple[str, Element | None]]:
    """The element's text in order: its own texts, and each child's with the child."""
    pieces: list[tuple[str, Element | None]] = [(element.text or "", None)]
    for child in element:
        pieces.append(("".join(child.itertext()), child))
        pieces.append((child.tail or "", None))
    return pieces


def _wrap(element: Element, pieces: list[tuple[str, Element | None]], number: int, cut: int) -> None:
    """Put all from character `cut` of piece `number` on into one span."""
    span = Element("span", {"class": "tail"})
    text, child = pieces[number]
    rest = pieces[number + 1 :]
    if child is None:
        span.text = text[cut:]
        before = pieces[number - 1][1] if number else None
        if before is None:
            element.text = text[:cut]
        else:
            before.tail = text[:cut]
    else:
        rest = pieces[number:]
    for _, moved in rest:
        if moved is not None:
            element.remove(moved)
            span.append(moved)
    element.append(span)


def _unwrap(parent: Element, child: Element) -> None:
    """Put a child's own children in its place."""
    at = list(parent).index(child)
    parent.remove(child)
    for offset, grandchild in enumerate(list(child)):
        parent.insert(at + offset, grandchild)


def _halve(parent: Element, entries: Element) -> None:
    """Two lists of a list, to stand side by side: columns take WeasyPrint many attempts at a layout."""
    later = Element(entries.tag, entries.attrib)
    shown = [entry for entry in entries if entry.get("class") != "level3"]  # print.css: the outline has those
    first_of_later = shown[(len(shown) + 1) // 2] if len(shown) > 1 else None
    for entry in list(entries)[list(entries).index(first_of_later) if first_of_later is not None else 1 :]:
        entries.remove(entry)
        later.append(entry)
    parent.insert(list(parent).index(entries) + 1, later)
