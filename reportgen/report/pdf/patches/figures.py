"""Let figures fill pages: WeasyPrint has no floats, and leaves a page empty below what no longer fits.

While a PDF is made, the function that lays out one block in its place is replaced. A figure that does not fit
into what is left of a page is made smaller, down to `SMALLEST` of its width and not below readable type;
where that does not do, the text that follows it is set first and the figure begins the next page, as in a
book. It never passes a heading, so that a figure stays in its section, never comes between the two languages
of a paragraph, and never stands below a paragraph about another figure or table.
"""

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import inf
from typing import Any

from reportgen.report.pdf.beside import SMALLEST_SCALE

SMALLEST = 0.9
"""How small a figure may get where text can go before it; its letters get smaller too."""
SMALLEST_AT_LEAST = 0.75
"""How small it may get where nothing else would keep the page from being a fifth empty."""
GAP = 0.2
"""The share of a page that may stay empty before a figure gets that small."""
ATTEMPTS = 3
"""How often the width of a figure is tried: lines of text and gaps in it do not get smaller with it."""
MAY_GO_FIRST = frozenset({"p", "ul", "ol"})

_PARAMETERS = [
    "context",
    "box",
    "index",
    "child",
    "new_children",
    "page_is_empty",
    "absolute_boxes",
    "fixed_boxes",
    "adjoining_margins",
    "bottom_space",
    "position_y",
    "skip_stack",
    "first_letter_style",
    "first_line_style",
    "discard",
    "next_page",
    "max_lines",
]


@contextmanager
def filled_pages() -> Iterator[bool]:
    """Let figures, while inside, fit themselves in; says whether they do.

    If WeasyPrint's inside no longer looks as expected, nothing is changed and pages may end early.
    """
    try:
        from weasyprint.css.properties import Dimension
        from weasyprint.formatting_structure import boxes
        from weasyprint.layout import block

        in_flow = block._in_flow_layout
        known = (
            list(inspect.signature(in_flow).parameters) == _PARAMETERS
            and "_in_flow_layout" in block.block_container_layout.__code__.co_names
            and hasattr(boxes, "ReplacedBox")
        )
    except (ImportError, AttributeError, TypeError, ValueError):
        known = False
    if not known:
        yield False
        return

    def fitted(context: Any, box: Any, index: int, child: Any, new_children: Any, *others: Any) -> Any:
        given = dict(zip(_PARAMETERS[5:], others, strict=True))
        at = child.position_x, child.position_y
        child = box.children[index]  # not the one of the loop, once a figure let others pass
        child.position_x, child.position_y = at
        if _is(child, "figure", "figure") and given["skip_stack"] is None:
            content = _content(child)
            _set_width(content, 1, Dimension)
            if new_children or not given["page_is_empty"]:
                limit = context.page_bottom - given["bottom_space"]

                def lay_out() -> Any:
                    child.position_x, child.position_y = at
                    return block.block_level_layout(
                        context, child, -inf, None, box, False, [], [], list(given["adjoining_margins"])
                    )[0]

                scale = _fitting(lay_out, content, limit, Dimension)
                passing = _passing(box.children, index)
                wasted = limit - at[1] > GAP * context.page_bottom
                readable = float(child.element.get(SMALLEST_SCALE) or 0)
                fits = scale >= max(readable, SMALLEST_AT_LEAST if wasted and not passing else SMALLEST)
                _set_width(content, scale if fits else 1, Dimension)
                if not fits and passing:
                    after = index + 1 + passing
                    box.children = [
                        *box.children[:index], *box.children[index + 1 : after], child, *box.children[after:]
                    ]  # fmt: skip
                    child = box.children[index]
                child.position_x, child.position_y = at
        return in_flow(context, box, index, child, new_children, *others)

    block._in_flow_layout = fitted
    try:
        yield True
    finally:
        block._in_flow_layout = in_flow


# ---------------------------------------------------------------- figures and what follows them


def _is(box: Any, tag: str, name: str = "") -> bool:
    """Whether a box is that of an element with this tag, and this class if one is given."""
    element = box.element
    if element is None or box.element_tag != tag:
        return False
    return not name or name in (element.get("class") or "").split()


def _content(figure: Any) -> list[Any]:
    """What a figure shows: all of it but its caption, which may stand in one line with it."""
    parts = [part for child in figure.children for part in (child.children if _is_line(child) else [child])]
    return [part for part in parts if not _is(part, "figcaption")]


def _is_line(box: Any) -> bool:
    return type(box).__name__ == "LineBox"


def _fitting(lay_out: Callable[[], Any], content: list[Any], limit: float, dimension: Any) -> float:
    """How much of its size a figure may have to end above `limit`; 1 where it does, 0 where none is enough.

    Args:
        lay_out: Lays the figure out with the width that it has now.
        content: What the figure shows. Its width is left as it was tried last.
        limit: Where the page ends, in pixels.
        dimension: WeasyPrint's class of a length with its unit.
    """
    scale = 1.0
    for _ in range(ATTEMPTS):
        laid = lay_out()
        beyond = laid.border_box_y() + laid.border_height() - limit
        height = sum(box.margin_height() for box in _content(laid))
        if height <= 0 or beyond <= 0:
            return scale
        scale *= (height - beyond - 0.5) / height
        if scale < SMALLEST_AT_LEAST:
            break
        _set_width(content, scale, dimension)
    return 0.0


def _set_width(content: Sequence[Any], scale: float, dimension: Any) -> None:
    """Give what a figure shows this share of the width that the page gives it."""
    for box in content:
        if not hasattr(box, "full_width"):
            width = box.style["width"]
            box.full_width = dimension(100, "%") if width == "auto" else width
            box.style = box.style.copy()  # other boxes may have the same one
        box.style["width"] = dimension(box.full_width.value * scale, box.full_width.unit)


def _passing(siblings: Sequence[Any], index: int) -> int:
    """How many of the siblings after a figure may go before it: the next paragraph in all its languages."""
    after = siblings[index + 1 :]
    if not after or not (after[0].element_tag in MAY_GO_FIRST or _is(after[0], "div", "table")):
        return 0
    if not _is(after[0], "p"):
        return 1
    if not _is_about(after[0].element, siblings[index].element.get("id")):
        return 0
    first = after[0].element.get("lang")
    count = 1
    while count < len(after) and _is(after[count], "p") and first is not None:
        language = after[count].element.get("lang")
        if language is None or language == first:
            break
        count += 1
    return count


def _is_about(paragraph: Any, figure: str) -> bool:
    """Whether a paragraph names no other figure or table than this one."""
    links = {link.get("href", "") for link in paragraph.iter("a")}
    return {link for link in links if link.startswith(("#figure-", "#table-"))} <= {f"#{figure}"}
