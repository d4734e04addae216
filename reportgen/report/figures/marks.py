"""What tells setups apart in every figure: colour, dashes and markers together, also in grey print."""

from __future__ import annotations

from typing import Any

COLORS = (
    "#5b6069", "#2f6fd0", "#d1495b", "#159673", "#995507", "#959100",
    "#9a4cf6", "#7c006b", "#838ec9", "#642625", "#000db8", "#424e08",
)  # fmt: skip
"""As far apart as twelve can be, on paper and in the dark, for every kind of colour vision; those that share
their dashes lie more than twice as far apart as the others."""

LINES: tuple[Any, ...] = ("-", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (7, 1.6, 1.4, 1.6)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "*")


def color(number: int) -> str:
    """Return the colour of the setup at this place."""
    return COLORS[number % len(COLORS)]


def dashes(number: int) -> Any:
    """Return the dashes of the setup at this place: colour is never the only difference."""
    return LINES[number % len(LINES)]


def marker(number: int) -> str:
    """Return the marker of the setup at this place."""
    return MARKERS[number % len(MARKERS)]
