"""Say in the PDF's structure what WeasyPrint leaves out: the language of each part, the scope of a header.

A screen reader needs the first to change its voice between Chinese and English, and the second to know
whether a table's header speaks for its row or its column.
"""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def annotated_structure() -> Iterator[bool]:
    """While inside, WeasyPrint's structure elements get `/Lang` and `/Scope`; says whether they do.

    If WeasyPrint's inside no longer looks as expected, nothing is changed.
    """
    try:
        import pydyf
        from weasyprint.pdf import tags

        build = tags._build_box_tree
        known = (
            inspect.isgeneratorfunction(build) and next(iter(inspect.signature(build).parameters)) == "box"
        )
    except (ImportError, AttributeError, TypeError, ValueError, StopIteration):
        known = False
    if not known:
        yield False
        return

    def build_and_annotate(box: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        for element in build(box, *args, **kwargs):
            _annotate(element, _attributes(box), pydyf.String)
            yield element

    tags._build_box_tree = build_and_annotate  # it calls itself by this name, so each level is reached
    try:
        yield True
    finally:
        tags._build_box_tree = build


def _attributes(box: Any) -> dict[str, str]:
    """The HTML attributes behind a box; an absolutely placed box hides behind a placeholder.

    The root has no structure element of its own, its children are handed through: the language of the
    whole document is said elsewhere, in the catalogue.
    """
    element = getattr(getattr(box, "_box", box), "element", None)
    return {} if element is None or element.tag == "html" else dict(element.attrib)


def _annotate(element: Any, attributes: dict[str, str], string: Any) -> None:
    if (lang := attributes.get("lang")) and "Lang" not in element:
        element["Lang"] = string(lang)
    if element.get("S") == "/TH" and isinstance(element.get("A"), dict):
        element["A"]["Scope"] = "/Row" if attributes.get("scope") in ("row", "rowgroup") else "/Column"
