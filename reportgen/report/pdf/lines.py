"""Small changes to a page before it is laid out on paper: what a style sheet cannot say.

The contents become two lists, side by side.
The last words of a paragraph are kept on one line, so that no paragraph ends with a line of a single
character or a single short word: WeasyPrint has no `text-wrap: pretty`.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

KEPT_HAN = 4
"""How many characters at least stand on the last line of a Chinese paragraph, its full stop one of them."""
KEPT_LATIN = 10
"""And of one in another language, in whole words."""
LONGEST = 24
"""The most characters that are kept together; longer words may break as they like."""
BLOCKS = frozenset({"p", "li", "figcaption", "caption", "td", "th", "div", "dd"})
INLINE = frozenset({"span", "a", "b", "i", "em", "strong", "code", "small"})
_HAN = re.compile("[\u3000-\u9fff\uf900-\ufaff\uff00-\uffef]")


def prepare(root: Element) -> None:
    """Change a page's tree for paper."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == "div" and child.get("class") == "curves":
                _unwrap(parent, child)
            if child.tag == "ol" and parent.get("class") == "contents":
                _halve(parent, child)
    for element in list(root.iter()):
        # where languages stand beside each other, each has an end of its own
        block = element.tag in BLOCKS and not any(map(_is_passage, element))
        if (block or _is_passage(element)) and _is_text(element):
            keep_the_end(element)


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
        while start > 0 and not _may_break(stripped[start - 1], stripped[start]):
            start -= 1
            if len(stripped) - start > LONGEST:
                return 0
        return start
    start = stripped.rfind(" ", 0, len(stripped) - KEPT_LATIN + 1) + 1
    return start if len(stripped) - start <= LONGEST else 0


def _may_break(before: str, after: str) -> bool:
    """Whether a line of Chinese may end between two characters: between two Han ones, before a bracket."""
    return bool(_HAN.match(after) and _HAN.match(before)) or after in "（「"


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
    for entry in list(entries)[(len(entries) + 1) // 2 :]:
        entries.remove(entry)
        later.append(entry)
    parent.insert(list(parent).index(entries) + 1, later)
