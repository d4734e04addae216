"""Captions beside what they caption, in the column at the side of the text, where there is room for that.

A figure stands at the size that it was drawn in. One that fits the width of the text, and a short table, have
their captions beside them; a wider one goes across both columns and keeps its caption below or above it.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from xml.etree.ElementTree import Element

from reportgen.report.figures.style import SMALLEST_TYPE

COLUMN = 125.2 * 72 / 25.4
"""How wide the text is, in points, as print.css has it, and what rounding may add to a drawing."""
ACROSS = 170 * 72 / 25.4
"""And with the column at its side."""
LEAST_TYPE = 6.5
"""The smallest type that a page may have, in points."""
MOST_ROWS = 18
"""The rows of the longest table that is never broken, so that its caption stays beside all of it."""
TABLE_TYPE, DENSE_TYPE = 8.4, 6.8
"""The sizes of type in tables, in points, as style.css has them."""
PADDING, LETTER = 1.0, 0.55
"""How wide the blank of a cell and a letter are, in ems, about."""
SMALLEST_SCALE = "data-smallest"
"""The attribute of a figure that says how much smaller it may be set before its type is too small."""
BESIDE = "at-side"
SVG = "{http://www.w3.org/2000/svg}svg"
_TABLES_ACROSS = {"wide", "long"}
_SHARE = re.compile(r"share-(\d+)")


def set_captions_beside(root: Element) -> None:
    """Put every caption of the sections beside its figure or table where there is room for it.

    Args:
        root: Of the page.
    """
    for element in (element for main in root.iter("main") for element in main.iter()):
        table = element.find("table")
        if "figure" in _classes(element):
            _set_figure(element)
        elif "table" in _classes(element) and table is not None and not _classes(table) & _TABLES_ACROSS:
            _set_table(element, table)


def _set_figure(figure: Element) -> None:
    """Give a figure its own size, and its caption a place beside it where it fits the text."""
    contents = [child for child in figure if child.tag != "figcaption"]
    widths = [_own_width(content) for content in contents]
    across = "wide" in _classes(figure) or max((width or 0 for width in widths), default=0) > COLUMN
    for content, width in zip(contents, widths, strict=True):
        if width is not None or not across:
            content.set("style", f"width: {COLUMN if width is None else width:.1f}pt")
        drawing = _drawing(content)
        if drawing is not None and (smallest := drawing.get(SMALLEST_TYPE)):
            figure.set(SMALLEST_SCALE, f"{min(1.0, LEAST_TYPE / float(smallest)):.3f}")
    if not across:
        _move_caption(figure, figure)


def _own_width(content: Element) -> float | None:
    """How wide a drawing or an author's picture is, in points; None where it fills the width that it gets."""
    drawing = _drawing(content)
    if drawing is not None:
        return float(drawing.get("width", "0").removesuffix("pt"))
    picture = content.find("img")
    share = None if picture is None else _SHARE.fullmatch(picture.get("class") or "")
    if picture is None or share is None:
        return None
    picture.set("style", "width: 100%")
    return int(share[1]) / 100 * ACROSS


def _drawing(content: Element) -> Element | None:
    return content if content.tag == SVG else content.find(SVG)


def _set_table(block: Element, table: Element) -> None:
    """Give a table's caption a place beside it where the table is short, and fits the width of the text."""
    rows = [row for part in table if part.tag in ("thead", "tbody", "tfoot") for row in part.findall("tr")]
    size = DENSE_TYPE if "dense" in _classes(table) else TABLE_TYPE
    width = sum(max(map(_least_width, cells)) + PADDING for cells in zip_longest(*rows))
    if len(rows) <= MOST_ROWS and width * size <= COLUMN:
        _move_caption(block, table)


def _least_width(cell: Element | None) -> float:
    """How wide a cell is at least, in ems, about: a number is not broken, other text is between words."""
    if cell is None or cell.get("colspan"):
        return 0
    parts = [child for child in cell if child.tag == "span"] or [cell]
    texts = ["".join(part.itertext()) for part in parts]
    pieces = [piece for text in texts for piece in ([text] if "n" in _classes(cell) else text.split())]
    return max((sum(1 if char > "\u2e80" else LETTER for char in piece) for piece in pieces), default=0)


def _move_caption(block: Element, parent: Element) -> None:
    caption = next((child for child in parent if child.tag in ("caption", "figcaption")), None)
    if caption is None:
        return
    parent.remove(caption)
    caption.tail = None
    block.text = None
    block.insert(0, caption)
    block.set("class", f"{block.get('class')} {BESIDE}")


def _classes(element: Element) -> set[str]:
    return set((element.get("class") or "").split())
