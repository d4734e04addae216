"""Curves as small as a word, drawn as plain SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

Curve = tuple[Sequence[float], str]
"""Values from left to right, a value that is not finite leaving a gap, and a colour."""

MARGIN = 2.0


def sparkline(curves: Sequence[Curve], *, width: int, height: int, description: str) -> Markup:
    """Return curves on one scale, each ending in a dot.

    Args:
        curves: The values of each, and its colour.
        width: Of the picture, in pixels.
        height: Of the picture, in pixels.
        description: For who cannot see it.
    """
    finite = [value for values, _ in curves for value in values if math.isfinite(value)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 0.0)
    longest = max((len(values) for values, _ in curves), default=0)

    def at(position: int, value: float) -> tuple[float, float]:
        x = MARGIN + (width - 2 * MARGIN) * (position / (longest - 1) if longest > 1 else 1.0)
        y = height - MARGIN - (height - 2 * MARGIN) * ((value - low) / (high - low) if high > low else 0.5)
        return round(x, 1), round(y, 1)

    drawn = Markup("")
    for values, colour in curves:
        points = [at(position, value) for position, value in enumerate(values) if math.isfinite(value)]
        if not points:
            continue
        line = " ".join(f"{x},{y}" for x, y in points)
        drawn += Markup(
            '<polyline fill="none" stroke="{}" stroke-width="1.2" points="{}"/>'
            '<circle fill="{}" cx="{}" cy="{}" r="1.6"/>'
        ).format(colour, line, colour, *points[-1])
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{0}" width="{1}" height="{2}"'
        ' viewBox="0 0 {1} {2}"><title>{0}</title>{3}</svg>'
    ).format(description, width, height, drawn)
