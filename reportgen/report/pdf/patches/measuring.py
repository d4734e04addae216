"""Measure a text once: WeasyPrint asks Pango for the same words again and again.

The narrowest and the widest that a table's cell may become, its line itself, the running heads of every page
and the figures' labels: many of these questions have been asked before.
"""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from operator import itemgetter
from types import CodeType
from typing import Any

_ROOMY = 1.0
"""How many pixels more than its width make sure that a text stays on its line whatever is rounded."""
_UNBROKEN = ("nowrap", "pre")
"""The values of white-space with which the room for a text does not matter to its lines."""
_PARAMETERS = ["text", "style", "context", "max_width", "justification_spacing", "is_line_start", "minimum"]


@contextmanager
def remembered_measures() -> Iterator[bool]:
    """While inside, WeasyPrint measures no text twice in the same style and room; says whether that is so.

    If WeasyPrint's inside no longer looks as expected, nothing is changed.
    """
    try:
        from weasyprint.css.properties import INITIAL_VALUES
        from weasyprint.layout import inline, preferred
        from weasyprint.text import fonts, line_break

        split, layout_class = line_break.split_first_line, line_break.Layout
        places = (line_break, inline, preferred)
        styled = (
            split,
            line_break.create_layout,
            line_break.first_line_metrics,
            line_break.line_size,
            layout_class.setup,
            layout_class.set_text,
            layout_class.set_tabs,
            fonts.get_font_description,
        )
        properties = sorted(
            {name for one in styled for name in _strings(one.__code__) if name in INITIAL_VALUES}
        )
        known = (
            list(inspect.signature(split).parameters) == _PARAMETERS
            and {"font_family", "font_size", "lang", "white_space", "letter_spacing"} < set(properties)
            and all(place.split_first_line is split for place in places)
        )
    except (ImportError, AttributeError, TypeError, ValueError):
        known = False
    if not known:
        yield False
        return

    what_counts = itemgetter(*properties)
    measured: dict[Any, Any] = {}
    on_one_line: dict[Any, Any] = {}

    def split_once(
        text: str, style: Any, context: Any, max_width: float | None, spacing: float, **how: bool
    ) -> Any:
        looks = tuple(map(_fixed, what_counts(style)))
        words = (text, looks, spacing, type(spacing))
        unbroken = max_width is None or style["white_space"] in _UNBROKEN
        whole = on_one_line.get(words)
        if whole is not None and (unbroken or whole[3] + _ROOMY <= max_width):
            return copied(whole, max_width)
        question = (words, max_width, *how.items())
        if question not in measured:
            answer = split(text, style, context, max_width, spacing, **how)
            measured[question] = answer
            if answer[2] is None and (unbroken or answer[3] <= max_width):
                on_one_line[words] = answer
        return copied(measured[question], max_width)

    def copied(answer: Any, max_width: float | None) -> Any:
        """With a layout of its own: WeasyPrint sets each anew when it is drawn."""
        layout = object.__new__(layout_class)
        layout.__dict__.update(answer[0].__dict__)
        layout.max_width = max_width
        return (layout, *answer[1:])

    for place in places:
        place.split_first_line = split_once
    try:
        yield True
    finally:
        for place in places:
            place.split_first_line = split


def _fixed(value: Any) -> Any:
    """A style's value as a key of a dictionary: families are lists, lines under a text are sets."""
    if isinstance(value, list):
        return tuple(value)
    return frozenset(value) if isinstance(value, set) else value


def _strings(code: CodeType) -> Iterator[str]:
    """The strings that a function's code names, in the functions inside it as well."""
    for one in code.co_consts:
        if isinstance(one, str):
            yield one
        elif isinstance(one, CodeType):
            yield from _strings(one)
