"""Colours that stay readable: their contrast, and what they become on a dark page."""

from __future__ import annotations

import re

PAPER, NIGHT = "#ffffff", "#14181e"
"""The page in its light and in its dark theme."""

TEXT_CONTRAST = 4.5
"""What WCAG 2 asks of text against its background (level AA)."""

NAMED = {"black": "#000000", "white": "#ffffff"}

_Rgb = tuple[float, float, float]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 defines it, from 1 to 21.

    Args:
        one: A colour: black, white, #rgb or #rrggbb.
        other: The colour beside it.
    """
    brighter, darker = sorted((_luminance(_linear(one)), _luminance(_linear(other))), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def at_night(color: str) -> str:
    """Return the colour's counterpart on a dark page: the same hue, white as the page and black as light."""
    lightness, a, b = _to_oklab(_linear(color))
    page = _to_oklab(_linear(NIGHT))
    # the bend keeps colours of middle lightness, which curves have, clear of the page
    share = max(0.0, 1 - lightness) ** 0.7
    return _nearest(
        (page[0] + (0.97 - page[0]) * share, a + page[1] * (1 - share), b + page[2] * (1 - share))
    )


def readable(color: str, backgrounds: tuple[str, ...], wanted: float = TEXT_CONTRAST) -> str:
    """Return the colour, made darker or lighter until it has the wanted contrast with every background.

    Args:
        color: Black, white, #rgb or #rrggbb.
        backgrounds: The colours that it is to be read on.
        wanted: The contrast, from 1 to 21.
    """
    lightness, a, b = _to_oklab(_linear(color))
    step = -0.01 if _luminance(_linear(backgrounds[0])) > 0.18 else 0.01
    candidate = color
    while min(contrast(candidate, background) for background in backgrounds) < wanted and 0 < lightness < 1:
        lightness += step
        candidate = _nearest((lightness, a, b))
    return candidate


def _linear(color: str) -> _Rgb:
    """Red, green and blue as shares of light; color: black, white, #rgb or #rrggbb."""
    color = NAMED.get(color, color)
    if re.fullmatch(r"#[0-9a-fA-F]{3}", color):
        color = "#" + "".join(2 * digit for digit in color[1:])
    red, green, blue = (int(color[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return _light(red), _light(green), _light(blue)


def _light(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def _luminance(rgb: _Rgb) -> float:
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def _to_oklab(rgb: _Rgb) -> _Rgb:
    """Lightness from 0 to 1, and two axes of colour, by Björn Ottosson's Oklab."""
    red, green, blue = rgb
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _from_oklab(lab: _Rgb) -> _Rgb:
    lightness, a, b = lab
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _nearest(lab: _Rgb) -> str:
    """The colour of this lightness and hue, as strong as a screen can show it."""
    lightness, a, b = min(1.0, max(0.0, lab[0])), lab[1], lab[2]
    while True:
        rgb = _from_oklab((lightness, a, b))
        if all(-0.002 <= share <= 1.002 for share in rgb) or abs(a) + abs(b) < 0.001:
            break
        a, b = 0.95 * a, 0.95 * b
    written = (min(1.0, max(0.0, share)) for share in rgb)
    return "#" + "".join(
        f"{round(255 * (12.92 * s if s <= 0.0031308 else 1.055 * s ** (1 / 2.4) - 0.055)):02x}"
        for s in written
    )
