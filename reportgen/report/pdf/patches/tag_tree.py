"""The PDF's tree of tags, made fit for readers: read what WeasyPrint built, tidy it, write it anew.

WeasyPrint makes an element for every box of the layout. Here a paragraph, table or list that goes on over
pages becomes one again, boxes without a meaning vanish, running heads and repeated headers of tables become
artifacts, and lists, formulas, code and contents get the tags that they have in PDF (ISO 32000-1, 14.8.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

PX = 0.75
"""Points in a CSS pixel."""

TEXT_BLOCKS = {"P", "H1", "H2", "H3", "H4", "H5", "H6", "TH", "TD", "Caption", "Lbl", "LBody", "TOCI", "Link"}
"""What text may stand in as it is; elsewhere it becomes a paragraph."""
WITHOUT_MEANING = {"NonStruct", "Span", "Div"}
"""What vanishes unless it says something: a language, or what a caption belongs to."""
TABLE_PARTS = {"Table", "THead", "TBody", "TFoot", "TR"}
"""What is put together again cell by cell where it was broken."""
WITHOUT_TEXT = TABLE_PARTS | {"L", "TOC"}
"""What holds nothing but its parts: between these there are only spaces."""


@dataclass(frozen=True)
class Ink:
    """A piece of a page's content: the number that the content stream calls it by."""

    page: int
    mcid: int


@dataclass(frozen=True)
class Annotation:
    """A link on a page, as an object of the PDF."""

    page: int
    number: int


@dataclass
class Element:
    """A tag: what it is, what it says of itself, and what is in it.

    Attributes:
        tag: Its name, without the slash.
        page: The number of the page that it begins on, from 0.
        html: The element of the page that it stands for.
        part: Which of the boxes of that element it is ("a", "a::after").
        block: Whether it is a block of the layout.
        language: What its text is in, where that is said.
        alternative: What is said to who cannot see it.
        table: What a cell says of its place in the table.
        box: Left, top, right and bottom in CSS pixels, of pictures.
        kids: What is in it, in order.
    """

    tag: str
    page: int
    html: Any = None
    part: str = ""
    block: bool = False
    language: str | None = None
    alternative: str | None = None
    table: dict[str, Any] = field(default_factory=dict)
    box: tuple[float, float, float, float] | None = None
    kids: list[Element | Ink | Annotation] = field(default_factory=list)

    def elements(self) -> Iterator[Element]:
        """Yield this one and all below it."""
        yield self
        for kid in self.kids:
            if isinstance(kid, Element):
                yield from kid.elements()

    def inks(self) -> Iterator[Ink]:
        """Yield all pieces of content below it, in order."""
        for kid in self.kids:
            if isinstance(kid, Element):
                yield from kid.inks()
            elif isinstance(kid, Ink):
                yield kid


def attribute(element: Element, name: str) -> str | None:
    """Return what the HTML says under this name; None where there is no element or no such attribute.

    Args:
        element: Of the tree of tags.
        name: Of the attribute.
    """
    value = None if element.html is None else element.html.attrib.get(name)
    return None if value is None else str(value)


# ---------------------------------------------------------------- tidying


def tidy(root: Element, language: str) -> set[Ink]:
    """Put the tree in order, in place.

    Args:
        root: Of the tree.
        language: The document's own, which need not be said again.

    Returns:
        The content that turned out to be decoration.
    """
    everything = set(root.inks())
    _drop(root, lambda kid, above: _is_ornament(kid, above) or attribute(kid, "aria-hidden") == "true")
    _name(root, inside_nav=False)
    _join(root)
    _give_captions_back(root)
    _simplify(root, language)
    return everything - set(root.inks())


def _name(element: Element, inside_nav: bool) -> None:
    """Give every element the tag that its HTML deserves, from the top down."""
    for kid in element.kids:
        if not isinstance(kid, Element):
            continue
        tag = kid.part.rpartition("}")[2]
        nav = inside_nav or tag == "nav"
        label = attribute(kid, "aria-label")
        if "::" in kid.part and kid.tag != "Lbl":
            kid.tag = "NonStruct"  # words of the style sheet, in the element that they are about
        elif (kid.html, kid.part, kid.tag) == (element.html, element.part, element.tag):
            kid.tag = "NonStruct"  # a box that the layout put between an element and its text
        elif attribute(kid, "role") in ("img", "math") and label and kid.part == tag_of(kid):
            kid.tag = "Formula" if attribute(kid, "role") == "math" else "Figure"
            kid.alternative = label
            kid.kids = list(kid.inks())
        elif tag in ("figure", "aside", "nav"):
            kid.tag = "Div"
        elif tag == "pre":
            kid.tag = "P"
        elif tag == "code" and kid.block:
            kid.tag = "Code"
        elif nav and kid.tag in ("L", "LI"):
            kid.tag = {"L": "TOC", "LI": "TOCI"}[kid.tag]
        elif nav and kid.tag == "LBody":
            kid.tag = "Span"
        elif kid.tag == "Div" and element.tag == "L":  # <dl><div><dt>..</dt><dd>..</dd></div></dl>
            kid.tag = "LI"
            kid.kids = [_term_or_value(inner) for inner in kid.kids]
        _name(kid, nav)


def tag_of(element: Element) -> str:
    """Return the name of the HTML element, as WeasyPrint's boxes have it: with its namespace."""
    return "" if element.html is None else str(element.html.tag)


def _term_or_value(kid: Element | Ink | Annotation) -> Element | Ink | Annotation:
    """The inside of what WeasyPrint wrapped in an item of its own: the label, or the body of the item."""
    if isinstance(kid, Element) and kid.tag == "LI" and len(kid.kids) == 1:
        (inner,) = kid.kids
        if isinstance(inner, Element):
            inner.tag = "Lbl" if inner.part == "dt" else "LBody"
            return inner
    return kid


def _join(element: Element) -> None:
    """Make one of what was broken between lines or pages: neighbours of the same HTML element."""
    joined: list[Element | Ink | Annotation] = []
    for kid in element.kids:
        last = joined[-1] if joined else None
        if isinstance(kid, Element) and isinstance(last, Element) and _same(last, kid):
            _append(last, kid)
        else:
            joined.append(kid)
    element.kids = joined
    for kid in joined:
        if isinstance(kid, Element):
            _join(kid)


def _give_captions_back(root: Element) -> None:
    """Put every caption that stands beside a table into it."""
    for element in list(root.elements()):
        parts = {kid.tag: kid for kid in element.kids if isinstance(kid, Element)}
        if {"Caption", "Table"} <= parts.keys():
            element.kids.remove(parts["Caption"])
            parts["Table"].kids.insert(0, parts["Caption"])


def _same(one: Element, other: Element) -> bool:
    return one.html is not None and (one.html, one.tag, one.part) == (other.html, other.tag, other.part)


def _append(whole: Element, rest: Element) -> None:
    """Add the rest of an element to its beginning. A table's repeated header is there already."""
    if whole.tag not in TABLE_PARTS:
        whole.kids += rest.kids
        return
    for kid in rest.kids:
        twin = next(
            (
                one
                for one in whole.kids
                if isinstance(one, Element) and isinstance(kid, Element) and _same(one, kid)
            ),
            None,
        )
        if twin is None:
            whole.kids.append(kid)
        elif isinstance(kid, Element) and kid.tag != "THead":
            _append(twin, kid)


def _is_ornament(element: Element, above: Element) -> bool:
    """Whether it is the number of a line of code, or the dots that lead to a page's number."""
    if "::" not in element.part:
        return False
    dots = (element.html, element.part) == (above.html, above.part)
    return dots or attribute(element, "data-line") is not None


def _drop(element: Element, is_decoration: Callable[[Element, Element], bool]) -> None:
    element.kids = [
        kid for kid in element.kids if not (isinstance(kid, Element) and is_decoration(kid, element))
    ]
    for kid in element.kids:
        if isinstance(kid, Element):
            _drop(kid, is_decoration)


def _simplify(element: Element, language: str) -> None:
    """Let boxes without a meaning vanish, from the bottom up, and loose text become paragraphs."""
    kept: list[Element | Ink | Annotation] = []
    for kid in element.kids:
        if not isinstance(kid, Element):
            kept.append(kid)
            continue
        if kid.language == language:
            kid.language = None
        _simplify(kid, kid.language or language)
        if (
            kid.tag in ("NonStruct", "Div")
            and kid.block
            and _has_text(kid)
            and element.tag not in TEXT_BLOCKS
        ):
            kid.tag = "P"
        if not kid.kids and kid.tag not in ("TD", "TH"):
            continue
        if kid.tag == "LI":
            _gather_body(kid)
        if kid.tag in WITHOUT_MEANING and kid.language is None and not _holds_caption(kid):
            kept += kid.kids
        else:
            if kid.tag == "NonStruct":
                kid.tag = "Div" if kid.block else "Span"
            kept.append(kid)
    if element.tag in WITHOUT_TEXT:
        kept = [kid for kid in kept if not isinstance(kid, Ink)]
    element.kids = kept


def _gather_body(item: Element) -> None:
    """Put what stands in a list's item beside its label and its body into the body."""
    body = next((kid for kid in item.kids if isinstance(kid, Element) and kid.tag == "LBody"), None)
    if body is None:
        body = Element("LBody", item.page)
    label = [kid for kid in item.kids if isinstance(kid, Element) and kid.tag == "Lbl"]
    rest: list[Element | Ink | Annotation] = []
    for kid in item.kids:
        if isinstance(kid, Element) and kid.tag == "LBody":
            rest += kid.kids
        elif kid not in label:
            rest.append(kid)
    body.kids = rest
    item.kids = [*label, body]


def _has_text(element: Element) -> bool:
    """Whether text stands in it directly, or in a span."""
    return any(
        isinstance(kid, Ink) or (isinstance(kid, Element) and kid.tag in ("Span", "Link"))
        for kid in element.kids
    )


def _holds_caption(element: Element) -> bool:
    return any(isinstance(kid, Element) and kid.tag == "Caption" for kid in element.kids)


# ---------------------------------------------------------------- reading and writing


def read(pdf: Any, start: int) -> Element:
    """Return the tree that WeasyPrint has just built.

    Args:
        pdf: The document, as pydyf has it.
        start: The number of the tree's first object; it has all from there on.
    """
    pages = {number: index for index, number in enumerate(pdf.pages["Kids"][::3])}

    def element_of(source: Any) -> Element:
        page = pages[number_in(source["Pg"])] if "Pg" in source else 0
        about = dict(getattr(source, "about", {}))
        if "Alt" in source:
            about.setdefault("alternative", source["Alt"].string)
        element = Element(source["S"].removeprefix("/"), page, **about)
        if element.tag in ("TH", "TD"):
            element.table = {key: source["A"][key] for key in ("ColSpan", "RowSpan") if key in source["A"]}
        if element.tag == "TH":
            element.table["Scope"] = (
                "/Row" if attribute(element, "scope") in ("row", "rowgroup") else "/Column"
            )
        for kid in source["K"]:
            if isinstance(kid, int):
                element.kids.append(Ink(page, kid))
            else:
                target = pdf.objects[number_in(kid)]
                if target["Type"] == "/OBJR":
                    element.kids.append(Annotation(page, number_in(target["Obj"])))
                else:
                    element.kids.append(element_of(target))
        return element

    root = next(one for one in pdf.objects[start:] if isinstance(one, dict) and one.get("S") == "/Document")
    return element_of(root)


def write(pdf: Any, start: int, root: Element, inks: list[int]) -> None:
    """Put the tree in the place of the one that WeasyPrint built.

    Args:
        pdf: The document, as pydyf has it.
        start: The number of the first object of the tree that is replaced.
        root: Of the tree.
        inks: How many pieces of content each page has.
    """
    import pydyf

    del pdf.objects[start:]
    tree, parents = pydyf.Dictionary({"Type": "/StructTreeRoot"}), pydyf.Dictionary()
    pdf.add_object(tree)
    pdf.add_object(parents)
    owners: list[list[Any]] = [[b"null"] * count for count in inks]
    links: list[tuple[int, Any]] = []
    pages = pdf.page_references  # gathered anew at every asking

    def add(element: Element, parent: Any) -> Any:
        made = pydyf.Dictionary({"Type": "/StructElem", "S": f"/{element.tag}", "P": parent.reference})
        pdf.add_object(made)
        if element.language:
            made["Lang"] = pydyf.String(element.language)
        if element.alternative:
            made["Alt"] = pydyf.String(element.alternative)
        if element.box:
            height = pdf.objects[pdf.pages["Kids"][::3][element.page]]["MediaBox"][3]
            left, top, right, bottom = (PX * side for side in element.box)
            corners = pydyf.Array((left, height - bottom, right, height - top))
            made["A"] = pydyf.Dictionary({"O": "/Layout", "BBox": corners})
        elif element.table:
            made["A"] = pydyf.Dictionary({"O": "/Table", **element.table})
        own = [kid for kid in element.kids if not isinstance(kid, Element)]
        page = own[0].page if own else None
        if page is not None:
            made["Pg"] = pages[page]
        kids = pydyf.Array()
        for kid in element.kids:
            if isinstance(kid, Element):
                kids.append(add(kid, made).reference)
            elif isinstance(kid, Ink):
                owners[kid.page][kid.mcid] = made.reference
                elsewhere = {"Type": "/MCR", "Pg": pages[kid.page], "MCID": kid.mcid}
                kids.append(kid.mcid if kid.page == page else pydyf.Dictionary(elsewhere))
            else:
                links.append((kid.number, made))
                target = pdf.objects[kid.number]
                kids.append(
                    pydyf.Dictionary({"Type": "/OBJR", "Pg": pages[kid.page], "Obj": target.reference})
                )
        made["K"] = kids
        return made

    tree["K"] = pydyf.Array([add(root, tree).reference])
    tree["ParentTree"] = parents.reference
    numbers = pydyf.Array()
    for page, of_page in enumerate(owners):
        numbers += [page, pydyf.Array(of_page)]
    for key, (annotation, owner) in enumerate(links, start=len(owners)):
        pdf.objects[annotation]["StructParent"] = key
        numbers += [key, owner.reference]
    parents["Nums"] = numbers
    tree["ParentTreeNextKey"] = len(owners) + len(links)
    pdf.catalog["StructTreeRoot"] = tree.reference


def number_in(reference: bytes) -> int:
    """Return the number of the object that a reference such as b'12 0 R' means."""
    return int(reference.split()[0])
