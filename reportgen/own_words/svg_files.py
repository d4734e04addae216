"""An SVG of a user's own: one that holds a drawing and nothing that acts, or leads out of it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, fromstring

from reportgen.own_words.raster_files import check_raster

SVG = "http://www.w3.org/2000/svg"
MOST_ELEMENTS, DEEPEST = 50_000, 100
"""How many elements a drawing may have, and how deep they may stand in each other."""
_ACTING = frozenset(
    {
        "script", "foreignobject", "iframe", "object", "embed", "audio", "video", "canvas", "handler",
        "animate", "animatemotion", "animatetransform", "animatecolor", "set", "link", "a",
    }
)  # fmt: skip
_NAMESPACES = frozenset({"", "http://www.w3.org/1999/xlink", "http://www.w3.org/XML/1998/namespace"})
"""Those of attributes that draw; in others drawing programs note things for themselves."""
_PICTURE_INSIDE = re.compile(r"data:(image/png|image/jpeg);base64,([A-Za-z0-9+/=\s]*)")
_URL = re.compile(r"url\(\s*['\"]?([^'\")]*)", re.IGNORECASE)
_LENGTH = re.compile(r"\s*(\d+(?:\.\d+)?|\.\d+)\s*(px|pt|pc|mm|cm|in)?\s*")
_PIXELS = {None: 1, "px": 1, "pt": 4 / 3, "pc": 16, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96}


def check_svg(data: bytes) -> tuple[float, float]:
    """Return the width and the height of a drawing, in CSS pixels.

    Args:
        data: The bytes of the file.

    Raises:
        ValueError: It is no drawing, or does more than being looked at; the message says what.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8 text; save it as an SVG in that encoding") from None
    for foreign in ("<!ENTITY", "<?xml-stylesheet"):
        if foreign in text:
            raise ValueError(f"holds {foreign}; save it as a plain SVG, or as PNG")
    try:
        root = fromstring(text)
    except (ParseError, ValueError, RecursionError):
        raise ValueError("cannot be read as SVG; save it anew") from None
    if root.tag != f"{{{SVG}}}svg":
        raise ValueError("cannot be read as SVG; save it anew")
    for number, (element, depth) in enumerate(_walk(root)):
        if number >= MOST_ELEMENTS or depth > DEEPEST:
            raise ValueError("is too large a drawing; save it as PNG")
        if mistake := _mistake(element):
            raise ValueError(f"{mistake}; save it as a plain SVG, or as PNG")
    return _size(root)


def _walk(root: Element) -> Iterator[tuple[Element, int]]:
    """All elements with their depth, without Python's own."""
    waiting = [(root, 0)]
    while waiting:
        element, depth = waiting.pop()
        yield element, depth
        waiting += [(child, depth + 1) for child in element]


def _mistake(element: Element) -> str | None:
    namespace, _, name = element.tag.rpartition("}")
    if name.lower() in _ACTING:
        return f"holds <{name}>, which does more than being looked at"
    if namespace.removeprefix("{") not in (SVG, ""):
        return None
    for key, value in element.attrib.items():
        space, _, attribute = key.rpartition("}")
        if space.removeprefix("{") not in _NAMESPACES:
            continue
        if attribute.lower().startswith("on"):
            return f"holds {attribute}, which is a script"
        if attribute.lower() in ("href", "src", "base") and not value.strip().startswith("#"):
            inside = _PICTURE_INSIDE.fullmatch(value.strip())
            if inside is None:
                return f"leads to {value.strip()[:60]!r}"
            check_raster(base64.b64decode(inside[2]), inside[1])
        elif outside := _leads_out(value):
            return outside
    return _leads_out(element.text or "") if name.lower() == "style" else None


def _leads_out(style: str) -> str | None:
    """What an attribute or a style sheet takes from elsewhere."""
    if "@import" in style.lower() or "\\" in style:
        return "takes styles from elsewhere"
    for address in _URL.findall(style):
        if not address.strip().startswith("#"):
            return f"leads to {address.strip()[:60]!r}"
    return None


def _size(root: Element) -> tuple[float, float]:
    """The size that a drawing has by its width and height, or else by its viewBox."""
    sides = []
    for name in ("width", "height"):
        length = _LENGTH.fullmatch(root.get(name, ""))
        sides.append(float(length[1]) * _PIXELS[length[2]] if length else 0.0)
    if not all(sides):
        numbers = re.findall(r"-?\d*\.?\d+(?:[eE][-+]?\d+)?", root.get("viewBox", ""))
        sides = [float(number) for number in numbers[2:4]]
    if len(sides) != 2 or not all(0 < side < 1e5 for side in sides):
        raise ValueError("does not say how large it is; give it a width and a height")
    return sides[0], sides[1]
