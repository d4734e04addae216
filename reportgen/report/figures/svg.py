"""SVG that can stand inside a page: unique ids, described for who cannot see it, the same every time."""

from __future__ import annotations

import functools
import html
import io
import pickle
import re
import warnings
from collections.abc import Callable, Sequence
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING

import matplotlib
from markupsafe import Markup

from reportgen.files.cache import kept
from reportgen.files.digests import program_digest
from reportgen.report.figures.style import COLUMN, SMALLEST_TYPE
from reportgen.report.figures.svg_paths import shorter
from reportgen.report.figures.svg_texts import labels_in, written_texts
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SERIES = "series-"
"""A matplotlib gid that starts so becomes a class, so that a page can fade a curve in every figure."""
WIDE_CLASS = "wide"
"""The class of a drawing that goes over the column of the text."""
NARROW_CLASS = "narrow"
"""The class of a drawing that stands on a phone in place of the one before it."""


def embed(svg: str, *, prefix: str, description: str = "", role: str = "img") -> Markup:
    """Return an SVG document as an element of a page.

    Args:
        svg: The document.
        prefix: What its ids begin with, unique in the page.
        description: The alternative text; empty where the element around it has one.
        role: "img", or "math" for a formula.
    """
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", body, flags=re.S)
    body = re.sub(rf'\bid="({SERIES}\d+)"', r'class="\1"', body)
    body = _without_idle_groups(body)
    body = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', body)
    body = re.sub(r'href="#([^"]+)"', rf'href="#{prefix}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", body)
    body = re.sub(r'(?<= d=")[^"]*', lambda match: shorter(match[0]), body)
    if sizes := re.findall(r'\bfont-size="([\d.]+)px"', body):
        body = body.replace(">", f' {SMALLEST_TYPE}="{min(map(float, sizes)):g}">', 1)
    if description:
        body = body.replace("<svg ", f'<svg role="{role}" aria-label="{html.escape(description)}" ', 1)
    return Markup(body)


def drawn(
    draw: Callable[..., Figure],
    *given: object,
    prefix: str,
    description: str = "",
    narrow: Callable[..., Figure] | None = None,
) -> Markup:
    """Return what a function draws of these values, as an element of a page; its texts stay texts.

    A Label among the values is a text in which a page can choose a language. What is as wide as the page has
    the class WIDE_CLASS.

    It is drawn once and then comes from the cache, until the values, the way in which numbers are written,
    the program, a library or matplotlib's settings change.

    Args:
        draw: Makes a figure of the values.
        *given: The values.
        prefix: What the figure's ids begin with, unique in the page.
        description: The alternative text; empty where the element around it has one.
        narrow: Makes a figure of the same values for the page on a phone; it stands after the other one and
            has the class NARROW_CLASS.
    """
    if narrow is not None:
        second = drawn(narrow, *given, prefix=f"{prefix}-narrow", description=description)
        second = Markup(str(second).replace("<svg ", f'<svg class="{NARROW_CLASS}" ', 1))
        return drawn(draw, *given, prefix=prefix, description=description) + second
    values = sha256(pickle.dumps((given, numbers.writing()))).hexdigest()
    made_from = [
        _program(),
        repr(sorted(matplotlib.rcParams.items())),
        _name_of(draw),
        values,
        prefix,
        description,
    ]

    def make() -> bytes:
        with warnings.catch_warnings():
            # also of a figure that measures texts: the report says itself which characters its fonts lack
            warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from font")
            return _as_element(draw(*given), labels_in(given), prefix, description).encode()

    return Markup(kept(made_from, make).decode())


def without_narrow(page: str) -> str:
    """Return a page without the drawings for a phone: paper has room for the others.

    Args:
        page: The HTML.
    """
    return re.sub(rf'<svg class="{NARROW_CLASS}".*?</svg>\s*', "", page, flags=re.S)


def _name_of(draw: Callable[..., Figure]) -> str:
    """What tells a function from others, with the arguments that it has already."""
    if isinstance(draw, functools.partial):
        return f"{_name_of(draw.func)} {draw.args} {draw.keywords}"
    return f"{draw.__module__}.{draw.__qualname__}"


@functools.cache
def _program() -> str:
    """What draws: the libraries' versions, and a digest of the program's own code."""
    return " ".join([*map(version, ("matplotlib", "numpy", "pandas")), program_digest()])


def _as_element(figure: Figure, labels: Sequence[Label], prefix: str, description: str) -> Markup:
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    # Figure.savefig draws everything twice, so that its layout is right; asking for the layout is enough
    figure.dpi = 72
    canvas = FigureCanvasSVG(figure)  # before the layout: it measures texts as they are drawn
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    if (engine := figure.get_layout_engine()) is not None:
        engine.execute(figure)
        figure.set_layout_engine("none")
    canvas.print_svg(buffer, metadata=nothing)  # type: ignore[no-untyped-call]
    svg = re.sub(r"<style.*?</style>", "", buffer.getvalue(), flags=re.S)
    # WeasyPrint warns of every declaration in style="..." that it takes only as an attribute
    svg = re.sub(r'style="([^"]*)"', lambda match: _as_attributes(match[1]), svg)
    svg = re.sub(r'(?<=\b[xy]=")(-?\d+\.\d\d)\d+', r"\1", svg)
    svg = re.sub(r' transform="rotate\(-?0 [^"]*"', "", svg)
    svg = re.sub(r"\s*\n\s*", " ", svg)
    svg = written_texts(svg, labels)
    if figure.get_figwidth() > COLUMN + 0.01:
        svg = svg.replace("<svg ", f'<svg class="{WIDE_CLASS}" ', 1)
    return embed(svg, prefix=prefix, description=description)


def _without_idle_groups(svg: str) -> str:
    """The drawing without ids that nothing in it names, and without groups that then say nothing."""
    named = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg))
    named = {one or other for one, other in named}
    svg = re.sub(r' id="([^"]+)"', lambda match: match[0] if match[1] in named else "", svg)
    says: list[bool] = []

    def tidied(tag: re.Match[str]) -> str:
        if tag[0] != "</g>":
            says.append(bool(tag[1].strip()))
            return tag[0] if says[-1] else ""
        return tag[0] if says.pop() else ""

    return re.sub(r"<g\b([^>]*)(?<!/)>|</g>", tidied, svg)


def _as_attributes(style: str) -> str:
    pairs = (declaration.split(":", 1) for declaration in style.split(";") if ":" in declaration)
    return " ".join(f'{name.strip()}="{value.strip()}"' for name, value in pairs)
