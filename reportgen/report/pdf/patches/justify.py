"""Justify Chinese between the characters: WeasyPrint stretches only spaces, and Chinese has none.

WeasyPrint counts the places of a line that may grow, divides what is missing by that number, and asks
Pango for so much more room at each. While a PDF is made, two of its functions are replaced: the one that
does this for a line, and the one that sets the room. In a line of Chinese each Han character, kana,
bopomofo and Chinese punctuation mark counts like a space; the last one does not, for nothing follows it.
Dashes and ellipses are left alone: they come in pairs that must not come apart. In a line of another
language nothing changes, so that a Chinese term in an English sentence keeps its shape.
"""

import inspect
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_STRETCHABLE = re.compile(
    "[\u3000-\u30ff\u3105-\u312f\u3400-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff]+"
)


class _Room(float):
    """How much wider each place gets, and that characters are places too, not only spaces."""


@contextmanager
def justified_chinese() -> Iterator[bool]:
    """Let WeasyPrint, while inside, justify Chinese; says whether it does.

    If WeasyPrint's inside no longer looks as expected, nothing is changed and Chinese stays ragged.
    """
    try:
        from weasyprint.formatting_structure import boxes
        from weasyprint.layout import inline
        from weasyprint.text import ffi, line_break

        count, justify_line = inline.count_expandable_spaces, inline.justify_line
        set_text = line_break.Layout.set_text
        known = (
            list(inspect.signature(count).parameters) == ["box"]
            and list(inspect.signature(justify_line).parameters) == ["context", "line", "extra_width"]
            and list(inspect.signature(set_text).parameters) == ["self", "text", "justify"]
            and "count_expandable_spaces" in inline.add_word_spacing.__code__.co_names
            and all(hasattr(boxes, name) for name in ("TextBox", "LineBox", "InlineBox"))
            and all(hasattr(ffi, name) for name in ("ffi", "pango", "TO_UNITS"))
        )
    except (ImportError, AttributeError, TypeError, ValueError):
        known = False
    if not known:
        yield False
        return

    def count_places(box: Any) -> int:
        return _places(box, boxes)

    def justify(context: Any, line: Any, extra_width: float) -> None:
        places = _places_in_line(line, boxes)
        if not places or not _is_chinese(line):
            justify_line(context, line, extra_width)
            return
        inline.count_expandable_spaces = count_places
        try:
            inline.add_word_spacing(context, line, _Room(extra_width / places), 0)
        finally:
            inline.count_expandable_spaces = count

    def set_text_and_room(layout: Any, text: str, justify: bool = False) -> None:
        set_text(layout, text, justify)
        if justify and isinstance(layout.justification_spacing, _Room):
            _add_room(layout, ffi)

    inline.justify_line = justify
    line_break.Layout.set_text = set_text_and_room
    try:
        yield True
    finally:
        inline.justify_line = justify_line
        line_break.Layout.set_text = set_text


# ---------------------------------------------------------------- counting


def _places_in_line(line: Any, boxes: Any) -> int:
    """How many places of a whole line may grow."""
    last = line
    while isinstance(last, (boxes.LineBox, boxes.InlineBox)) and last.children:
        last = last.children[-1]
    at_the_end = isinstance(last, boxes.TextBox) and _STRETCHABLE.match(last.text[-1:]) is not None
    return _places(line, boxes) - at_the_end


def _places(box: Any, boxes: Any) -> int:
    """How many places of a line, or of a part of it, may grow."""
    if isinstance(box, boxes.TextBox):
        text: str = box.text
        return text.count(" ") + text.count("\u00a0") + sum(map(len, _STRETCHABLE.findall(text)))
    if isinstance(box, (boxes.LineBox, boxes.InlineBox)):
        return sum(_places(child, boxes) for child in box.children)
    return 0


def _is_chinese(box: Any) -> bool:
    return str(box.style["lang"] or "").lower().split("-")[0] in ("zh", "ja")


# ---------------------------------------------------------------- setting


def _add_room(layout: Any, lib: Any) -> None:
    """Tell Pango to set each stretchable character so much wider.

    Pango puts half of the room before and half behind a character, except at the ends of the text, where
    it leaves that half out. So text that is stretched throughout starts and ends flush.
    """
    pango, ffi = lib.pango, lib.ffi
    letter_spacing = layout.style["letter_spacing"]
    own = 0 if letter_spacing == "normal" else letter_spacing
    room = int((layout.justification_spacing + own) * lib.TO_UNITS)

    attributes = pango.pango_layout_get_attributes(layout.layout)
    if attributes == ffi.NULL:
        attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
    for match in _STRETCHABLE.finditer(layout.text):
        start = len(layout.text[: match.start()].encode())
        attribute = pango.pango_attr_letter_spacing_new(room)
        attribute.start_index, attribute.end_index = start, start + len(match[0].encode())
        pango.pango_attr_list_change(attributes, attribute)
    pango.pango_layout_set_attributes(layout.layout, attributes)
