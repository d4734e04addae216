"""Let a line hold all words that fit: WeasyPrint may end one after its first word.

That happens where a text goes on in a span, as every paragraph does whose end is kept together: the words
before the span fit the line, and the space behind them does not.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_PARAMETERS = [
    "text",
    "style",
    "context",
    "max_width",
    "justification_spacing",
    "is_line_start",
    "minimum",
]
COLLAPSING = ("normal", "pre-line")
"""Values of white-space with which a space at a line's end takes no room."""


@contextmanager
def full_lines() -> Iterator[bool]:
    """Let a line, while inside, take a text whose last space alone has no room; says whether it does.

    If WeasyPrint's inside no longer looks as expected, nothing is changed and lines may end early.
    """
    try:
        from weasyprint.layout import inline

        split = inline.split_first_line
        known = (
            list(inspect.signature(split).parameters) == _PARAMETERS
            and "split_first_line" in inline.split_text_box.__code__.co_names
        )
    except (ImportError, AttributeError, TypeError, ValueError):
        known = False
    if not known:
        yield False
        return

    def split_fully(text: str, style: Any, context: Any, max_width: Any, *others: Any, **named: Any) -> Any:
        found = split(text, style, context, max_width, *others, **named)
        resume_at = found[2]
        if resume_at is None or not text.endswith(" ") or style["white_space"] not in COLLAPSING:
            return found
        if " " in text.encode()[:resume_at].decode().strip(" "):  # it did not end after its first word
            return found
        trimmed = split(text.rstrip(" "), style, context, max_width, *others, **named)
        return trimmed if trimmed[2] is None and trimmed[3] <= max_width else found

    inline.split_first_line = split_fully
    try:
        yield True
    finally:
        inline.split_first_line = split
