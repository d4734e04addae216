"""SVG that can stand inside a page: unique ids, described for who cannot see it, the same every time."""

from __future__ import annotations

import functools
import html
import io
import pickle
import re
import warnings
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING

import matplotlib
from markupsafe import Markup

from reportgen.files.cache import kept
from reportgen.files.resources import PACKAGE
from reportgen.report.figures.svg_paths import shorter
from reportgen.report.words import numbers

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SERIES = "series-"
"""A matplotlib gid that starts so becomes a class, so that a page can fade a curve in every figure."""
KEY = "key"
"""This gid becomes a class too: a page that names the curves itself can leave the figure's legend out."""


def embed(svg: str, *, prefix: str, description: str, role: str = "img") -> Markup:
    """Return an SVG document as an element of a page.

    Args:
        svg: The document.
        prefix: What its ids begin with, unique in the page.
        description: The alternative text.
        role: "img", or "math" for a formula.
    """
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", body, flags=re.S)
    body = re.sub(rf'\bid="({SERIES}\d+|{KEY})"', r'class="\1"', body)
    body = _without_idle_groups(body)
    body = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', body)
    body = re.sub(r'href="#([^"]+)"', rf'href="#{prefix}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", body)
    body = re.sub(r'(?<= d=")[^"]*', lambda match: shorter(match[0]), body)
    text = html.escape(description)
    body = body.replace("<svg ", f'<svg role="{role}" aria-label="{text}" ', 1)
    return Markup(re.sub(r"(<svg [^>]*>)", rf"\1<title>{_no_groups(text)}</title>", body, count=1))


def drawn(draw: Callable[..., Figure], *given: object, prefix: str, description: str) -> Markup:
    """Return what a function draws of these values, as an element of a page; its texts stay texts.

    It is drawn once and then comes from the cache, until the values, the way in which numbers are written,
    the program, a library or matplotlib's settings change.

    Args:
        draw: Makes a figure of the values.
        *given: The values.
        prefix: What the figure's ids begin with, unique in the page.
        description: The alternative text.
    """
    values = sha256(pickle.dumps((given, numbers.signs()))).hexdigest()
    name = f"{draw.__module__}.{draw.__qualname__}"
    made_from = [_program(), repr(sorted(matplotlib.rcParams.items())), name, values, prefix, description]
    made = kept(made_from, lambda: _as_element(draw(*given), prefix, description).encode())
    return Markup(made.decode())


@functools.cache
def _program() -> str:
    """What draws: the libraries' versions, and a digest of the program's own code."""
    code = sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        code.update(path.read_bytes())
    return " ".join([*map(version, ("matplotlib", "numpy", "pandas")), code.hexdigest()])


def _as_element(figure: Figure, prefix: str, description: str) -> Markup:
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    # Figure.savefig draws everything twice, so that its layout is right; asking for the layout is enough
    figure.dpi = 72
    canvas = FigureCanvasSVG(figure)  # before the layout: it measures texts as they are drawn
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with warnings.catch_warnings():
        # the report says itself which characters its fonts lack
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from font")
        if (engine := figure.get_layout_engine()) is not None:
            engine.execute(figure)
            figure.set_layout_engine("none")
        canvas.print_svg(buffer, metadata=nothing)  # type: ignore[no-untyped-call]
    svg = re.sub(r"<style.*?</style>", "", buffer.getvalue(), flags=re.S)
    # WeasyPrint warns of every declaration in style="..." that it takes only as an attribute
    svg = re.sub(r'style="([^"]*)"', lambda match: _as_attributes(match[1]), svg)
    svg = re.sub(r'(?<=\b[xy]=")(-?\d+\.\d\d)\d+', r"\1", svg)
    svg = re.sub(r' transform="rotate\(-?0 [^"]*"', "", svg)
    return embed(re.sub(r"\s*\n\s*", " ", svg), prefix=prefix, description=description)


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


def _no_groups(text: str) -> str:
    """The text as a replacement that re.sub takes as it is."""
    return text.replace("\\", r"\\")
