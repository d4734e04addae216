"""A formula of a user's, set as SVG; what cannot be set is refused with what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from xml.etree.ElementTree import Element, fromstring

LONGEST = 2000
"""The most characters of a formula."""
WIDEST, HIGHEST = 100, 60
"""What a formula may measure, in units of the size of type: a page is 48 wide and 70 high."""
SIZE = 14
"""The size of type that formulas are set in, in pixels; a page scales them to that of its text."""
REFUSED = (
    "class", "declaremathoperator", "def", "href", "newcommand", "newenvironment", "renewcommand", "style",
    "unicode", "verb",
)  # fmt: skip
"""Commands that would change later formulas, lead elsewhere, or are no mathematics."""
ENVIRONMENTS = (
    "align", "align*", "aligned", "array", "Bmatrix", "bmatrix", "cases", "matrix", "pmatrix", "smallmatrix",
    "split", "Vmatrix", "vmatrix",
)  # fmt: skip
DRAWN = frozenset({"svg", "symbol", "use", "path", "rect", "g", "line", "polygon", "polyline", "circle"})
"""The elements of a drawing that holds nothing but shapes."""
_COMMAND = re.compile(r"\\(?:[A-Za-z]+\*?|.|\Z)", re.DOTALL)
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\s*\{([^}]*)\}")


@dataclass(frozen=True)
class SetFormula:
    """A formula as it is drawn.

    Attributes:
        svg: The drawing.
        width: In units of the size of type.
        height: Likewise.
        depth: How far it reaches below the line that the text stands on, likewise.
    """

    svg: str
    width: float
    height: float
    depth: float


@lru_cache(maxsize=600)
def set_formula(latex: str, *, inline: bool = False) -> SetFormula:
    """Set a formula.

    Args:
        latex: Its source, without the signs around it.
        inline: Whether it stands within a line of text.

    Raises:
        ValueError: It cannot be set; the message says why.
    """
    _check_source(latex)
    from ziamath.tex import tex2mml
    from ziamath.zmath import Math

    source = re.sub(r"\\(begin|end)\s*\{align\}", r"\\\1{align*}", latex)  # numbers would begin at 1 in each
    try:
        mathml = tex2mml(source, inline=inline)
        parts = list(fromstring(mathml).iter())
    except Exception as error:
        raise ValueError(_reason(error)) from None
    _check_parts(parts)
    try:
        formula = Math(mathml, size=SIZE)
        lacking = [
            char for char in _characters(parts) if char.isprintable() and not formula.font.glyphindex(char)
        ]
        svg = formula.svg()
    except Exception as error:
        raise ValueError(_reason(error)) from None
    if lacking:
        raise ValueError(
            f"the font of formulas lacks {lacking[0]!r}; write it in the text beside the formula"
        )
    return _measured(svg)


def _check_source(latex: str) -> None:
    if not latex.strip():
        raise ValueError("is empty")
    if len(latex) > LONGEST:
        raise ValueError(f"has more than {LONGEST} characters")
    depth = 0
    for sign in re.findall(r"\\.|[{}]", latex, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if depth < 0:
            break
    if depth:
        raise ValueError("has braces without their counterparts")
    for command in _COMMAND.findall(latex):
        if command[1:].lower() in REFUSED:
            raise ValueError(f"{command} cannot be used")
    for name in _ENVIRONMENT.findall(latex):
        if name not in ENVIRONMENTS:
            raise ValueError(f"there is no {name!r} to begin; there are {', '.join(ENVIRONMENTS)}")


def _check_parts(parts: list[Element]) -> None:
    """Refuse what the reader of LaTeX did not know: it leaves that as it is."""
    for part in parts:
        if part.text and (unknown := _COMMAND.search(part.text)):
            raise ValueError(f"unknown command {unknown[0]}")


def _characters(parts: list[Element]) -> Iterator[str]:
    for part in parts:
        yield from (char for char in (part.text or "") if not char.isspace())


def _measured(svg: str) -> SetFormula:
    """The drawing with its size, once it is seen to hold nothing but shapes."""
    root = fromstring(svg)
    shapes = 0
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        shapes += name not in ("svg", "symbol", "g")
        foreign = [
            key for key, value in element.attrib.items() if key.endswith("href") and not value.startswith("#")
        ]
        if name not in DRAWN or foreign:
            raise ValueError("holds more than mathematics")
    if not shapes:
        raise ValueError("draws nothing")
    _, top, width, height = (float(number) for number in root.attrib["viewBox"].split())
    formula = SetFormula(svg, width / SIZE, height / SIZE, (top + height) / SIZE)
    if formula.width > WIDEST or formula.height > HIGHEST:
        raise ValueError("is larger than a page; write it in several lines")
    return formula


def _reason(error: Exception) -> str:
    """Why a formula cannot be set: errors of the reader are named by their classes."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__.removesuffix("Error")).lower()
    known = {
        "extra left or missing right": r"\left and \right do not match",
        "missing end": r"a \begin without its \end",
        "no available tokens": "something is missing at its end",
        "recursion": "is nested too deep",
        "missing super script or subscript": "something is missing after ^ or _",
        "parse": "has a sign that must be written as a command, such as \\lt for <, or \\& for &",
        "assertion": "a command lacks an argument",
    }
    return known.get(words, f"cannot be set ({words})")
