"""Texts of drawings: on the screen a reader chooses their language, in print they have fixed places."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence

from markupsafe import escape

from reportgen.report.words.catalogue import Label

FAMILY = """ font-family="'Report Sans', 'Report Hei TC'\""""
"""What matplotlib says of every text; said once it is enough."""


def labels_in(given: Iterable[object]) -> list[Label]:
    """Return the labels among values, the longest first."""
    labels: set[Label] = set()
    for value in given:
        if isinstance(value, Label):
            labels.add(value)
        elif isinstance(value, Mapping):
            labels |= {each for each in value.values() if isinstance(each, Label)}
    return sorted(labels, key=lambda label: (-len(label), label))


def written_texts(svg: str, labels: Sequence[Label]) -> str:
    """Return a drawing whose texts say how wide they are and which part is of which language.

    Args:
        svg: As matplotlib wrote it, styles as attributes.
        labels: Of labels_in.
    """
    if FAMILY in svg:
        svg = svg.replace(FAMILY, "").replace("<svg", f"<svg{FAMILY}", 1)
    svg = re.sub(
        r'(<text [^>]*?font-size="([\d.]+)px"[^>]*?text-anchor="(?:middle|end)")([^>]*>)([^<]*)(?=</text>)',
        lambda match: f'{match[1]} data-width="{_width(match[4], float(match[2])):.1f}"{match[3]}{match[4]}',
        svg,
    )
    return re.sub(r"(?<=>)([^<>]+)(?=</text>)", lambda match: _with_choice(match[0], labels), svg)


def fixed_for_print(page: str) -> str:
    """Return a page whose drawings have texts of one part, each with the place where it begins.

    In print nobody chooses a language. WeasyPrint makes a picture of its own of a text that has another
    anchor, at whose edge viewers cut off parts of letters.

    Args:
        page: The HTML.
    """

    def placed(match: re.Match[str]) -> str:
        share = 0.5 if match[1] == "middle" else 1.0
        return f'{match[3]} x="{float(match[4]) - share * float(match[2]):.2f}"'

    page = re.sub(r"<tspan lang=[^>]*>([^<]*)</tspan>", r"\1", page)
    return re.sub(r' text-anchor="(middle|end)" data-width="([\d.]+)"([^>]*?) x="([-\d.]+)"', placed, page)


def _width(written: str, size: float) -> float:
    """The width of what is written in a <text>, in points."""
    import matplotlib as mpl
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=mpl.rcParams["font.family"], size=size)
    return float(text_to_path.get_text_width_height_descent(html.unescape(written), font, ismath=False)[0])


def _with_choice(text: str, labels: Sequence[Label]) -> str:
    """The content of a <text> with a span for each language of the label in it."""
    plain = html.unescape(text)
    label = next((label for label in labels if label in plain), None)
    if label is None:
        return text
    before, _, after = plain.partition(label)
    return str(escape(before) + label.spans() + escape(after))
