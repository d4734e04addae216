"""What tells setups apart in every figure: colour, dashes and markers together, also in grey print."""

from __future__ import annotations

from typing import Any

COLORS = (
    "#5b6069", "#2f6fd0", "#d1495b", "#e08a00", "#2c8a74", "#7a3fb8",
    "#8c5a2b", "#c2408f", "#4d7c0f", "#0e7490", "#b45309", "#475569",
)  # fmt: skip
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
