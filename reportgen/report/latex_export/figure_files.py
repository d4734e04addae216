"""Each figure of a page as a PDF of its size, set as in the report: lines and letters, no pixels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from reportgen.report.pdf.machine import collected_warnings, load_weasyprint, same_everywhere
from reportgen.report.pdf.patches.drawings import drawings_apart
from reportgen.report.pdf.writer import finish_streams, lay_out

POINTS = 0.75
"""In a CSS pixel."""
MILLIMETRES = 25.4 / 96
"""Likewise."""
AROUND = 2
"""So many CSS pixels are left around what is drawn."""
_BODY = re.compile(r"(<body\b[^>]*>).*</body>", re.S)
_ALONE = """<style>
figure { margin: 0 !important; break-after: page; }
figcaption { display: none !important; }
</style></head>"""


@dataclass(frozen=True)
class FigureFile:
    """A figure as a file.

    Attributes:
        data: A PDF of one page.
        width: Of it, in millimetres, as in the report.
    """

    data: bytes
    width: float


def figure_files(page: str, figures: Mapping[str, str], created: datetime) -> dict[str, FigureFile]:
    """Return a PDF of each figure.

    Args:
        page: A report for print: its style sheets are those of its figures.
        figures: The <figure> elements, by their ids.
        created: When the records were made, with a time zone; fonts inside the files may say it.
    """
    body = "\n".join(figures.values())
    alone = _BODY.sub(lambda found: f'{found[1]}<div class="page"><main>{body}</main></div></body>', page)
    weasyprint = load_weasyprint()
    with (
        same_everywhere(created),
        collected_warnings(),
        drawings_apart(alone.replace("</head>", _ALONE, 1)) as html,
    ):
        document = lay_out(weasyprint, html, {})
        return {
            name: _cut_out(document, page, box, name)
            for page in document.pages
            for name, box in _figures(page._page_box)
            if name in figures
        }


def _cut_out(document: Any, page: Any, figure: Any, name: str) -> FigureFile:
    """The file of one figure: its page, cut to what is drawn."""
    import pydyf
    from weasyprint.document import DocumentMetadata
    from weasyprint.formatting_structure.boxes import MarginBox

    inside = [box for box in page._page_box.children if not isinstance(box, MarginBox)]
    page._page_box.children = inside  # no running heads
    edges = list(_edges(figure))
    left, top = (min(edge[side] for edge in edges) - AROUND for side in (0, 1))
    right, bottom = (max(edge[side] for edge in edges) + AROUND for side in (2, 3))
    size = [0, 0, *(round(length * POINTS, 2) for length in (right - left, bottom - top))]
    corner = [-left * POINTS, (bottom - page.height) * POINTS]

    def finish(_: Any, pdf: Any) -> None:
        for item in pdf.objects:
            if isinstance(item, dict) and item.get("Type") == "/Page":
                item.update(dict.fromkeys(("MediaBox", "TrimBox", "BleedBox"), pydyf.Array(size)))
                content = pdf.objects[int(item["Contents"].split()[0])]
                content.stream.insert(0, "1 0 0 1 {:.2f} {:.2f} cm".format(*corner).encode())
        finish_streams(pdf)

    alone = document.copy([page])
    alone.metadata = DocumentMetadata(title=name)
    identifier = sha256(name.encode()).hexdigest()[:32].encode()
    data: bytes = alone.write_pdf(finisher=finish, pdf_identifier=identifier)
    return FigureFile(data, (right - left) * MILLIMETRES)


def _figures(box: Any) -> Iterator[tuple[str, Any]]:
    """The figures in a box, by their ids."""
    for child in getattr(box, "children", ()):
        if child.element_tag == "figure" and child.element is not None:
            yield child.element.get("id") or "", child
        else:
            yield from _figures(child)


def _edges(box: Any) -> Iterator[tuple[float, float, float, float]]:
    """Left, top, right and bottom of everything that is drawn in a box, in CSS pixels from the page's top."""
    children = list(getattr(box, "children", ()))
    for child in children:
        yield from _edges(child)
    if not children:
        x, y = box.position_x + box.margin_left, box.position_y + box.margin_top
        yield x, y, x + box.border_width(), y + box.border_height()
