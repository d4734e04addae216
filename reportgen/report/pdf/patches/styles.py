"""Compute a style once for all elements that share it, also where they say their language.

WeasyPrint lets elements share a style that the same rules gave to the same parent's style. An element with a
`lang` attribute never shares, as that counts as a declaration of its own; nor does anything within it.
"""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_OWN = {"style", "id", "name", "width", "height"}
"""Attributes that say more than a language: an element with one of them has a style of its own."""


@contextmanager
def shared_styles() -> Iterator[bool]:
    """While inside, elements of one language share styles; says whether they do.

    If WeasyPrint's inside no longer looks as expected, nothing is changed and styles take longer.
    """
    try:
        from weasyprint import css

        find = css.find_style_attributes
        known = (
            list(inspect.signature(find).parameters) == ["tree", "presentational_hints", "base_url"]
            and inspect.isgeneratorfunction(find)
            and {"find_style_attributes", "get"} < set(css.StyleFor.__init__.__code__.co_names)
        )
    except (ImportError, AttributeError, TypeError, ValueError):
        known = False
    if not known:
        yield False
        return

    said: dict[str, Any] = {}

    def find_shared(tree: Any, presentational_hints: bool = False, base_url: str | None = None) -> Any:
        for specificity, element, declarations, url in find(tree, presentational_hints, base_url):
            language = element.get("lang")
            if language and not presentational_hints and _OWN.isdisjoint(element.keys()):
                yield specificity, element, said.setdefault(language, declarations), url
            else:
                yield specificity, element, declarations, url

    css.find_style_attributes = find_shared
    try:
        yield True
    finally:
        css.find_style_attributes = find
