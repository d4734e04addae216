"""Say in the PDF's structure what WeasyPrint leaves out: languages, scopes, what is decoration.

A screen reader needs the language of a part to change its voice between Chinese and English, and the scope
of a table's header to know whether it speaks for its row or its column. The tree as a whole is put in order
by `_pdf_tree`.
"""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reportgen.report.pdf.patches import tag_tree


class StructureError(Exception):
    """WeasyPrint has built a tree of tags that cannot be tidied: write the PDF again, with that tree."""


@contextmanager
def annotated_structure() -> Iterator[bool]:
    """Tidy, while inside, WeasyPrint's trees of tags; says whether they are tidied.

    If WeasyPrint's inside no longer looks as expected, nothing is changed. Where only the tree shows that it
    is another, writing raises StructureError.
    """
    try:
        from weasyprint import pdf as writer
        from weasyprint.formatting_structure import boxes
        from weasyprint.pdf import tags

        build, add_tags = tags._build_box_tree, writer.add_tags
        known = inspect.isgeneratorfunction(build) and all(
            list(inspect.signature(function).parameters)[: len(wanted)] == wanted
            for function, wanted in (
                (build, ["box", "parent", "pdf", "page_number"]),
                (add_tags, ["pdf", "document", "pdf_version", "page_streams"]),
            )
        )
    except (ImportError, AttributeError, TypeError, ValueError):
        known = False
    if not known:
        yield False
        return

    def build_and_annotate(box: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        for element in build(box, *args, **kwargs):
            if not hasattr(element, "about"):
                element.about = _about(getattr(box, "_box", box), element["S"], boxes)
            yield element

    def add_and_tidy(pdf: Any, *others: Any) -> None:
        try:
            tidied(pdf, *others)
        except Exception as error:  # another version's tree can be different in any way
            raise StructureError(f"{type(error).__name__}: {error}") from error

    def tidied(pdf: Any, document: Any, version: Any, streams: Any) -> None:
        start = len(pdf.objects)
        with _pages_gathered(pdf):
            add_tags(pdf, document, version, streams)
        root = tag_tree.read(pdf, start)
        tagged = set(root.inks())
        counts = [
            1
            + max(
                [mcid for _, mcid in _marks(stream)] + [ink.mcid for ink in tagged if ink.page == page],
                default=-1,
            )
            for page, stream in enumerate(streams)
        ]
        decoration = tag_tree.tidy(root, pdf.catalog["Lang"].string if "Lang" in pdf.catalog else "")
        tag_tree.write(pdf, start, root, counts)
        for page, stream in enumerate(streams):
            for index, mcid in _marks(stream):
                ink = tag_tree.Ink(page, mcid)
                if ink in decoration or ink not in tagged:
                    stream.stream[index - 1 : index + 2] = [b"/Artifact", _KIND[ink in decoration], b"BDC"]

    tags._build_box_tree = build_and_annotate  # it calls itself by this name, so each level is reached
    writer.add_tags = add_and_tidy
    try:
        yield True
    finally:
        tags._build_box_tree = build
        writer.add_tags = add_tags


@contextmanager
def _pages_gathered(pdf: Any) -> Iterator[None]:
    """While inside, the PDF knows its pages' references: it would gather them anew for every tag."""
    own = type(pdf)
    pdf.__class__ = type(own.__name__, (own,), {"page_references": pdf.page_references})
    try:
        yield
    finally:
        pdf.__class__ = own


_KIND = {False: b"<</Type/Pagination>>", True: b"<</Type/Layout>>"}
"""What an artifact is: a running head, or a line's number, a header's repetition and the like."""


def _marks(stream: Any) -> Iterator[tuple[int, int]]:
    """The places in a page's content where marked content begins, and its numbers."""
    for index, part in enumerate(stream.stream):
        if isinstance(part, dict) and "MCID" in part:
            yield index, part["MCID"]


def _about(box: Any, tag: str, boxes: Any) -> dict[str, Any]:
    """What a box knows of a tag: the names are those of `_pdf_tree.Element`."""
    html = box.element
    if html is None:
        return {}
    about: dict[str, Any] = {
        "html": html,
        "part": box.element_tag,
        "block": isinstance(box, boxes.BlockLevelBox),
        "language": html.attrib.get("lang"),
    }
    if tag == "/Figure" or html.attrib.get("role") in ("img", "math"):
        left, top = box.content_box_x(), box.content_box_y()
        about["box"] = (left, top, left + box.width, top + box.height)
        if label := html.attrib.get("aria-label"):
            about["alternative"] = label
    return about
