"""Numbers at axes: no more decimals than tell them apart, and one notation along one axis."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from reportgen.report.words import numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 6
"""Numbers along an axis."""
STEPS = ((1, 1.2, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,))
"""Of a decade of a logarithmic axis, the finest first."""
SMALLEST, LARGEST = 1e-4, 1e5
"""Outside of these, numbers are written as powers of ten."""
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

Direction = Literal["x", "y"]


def write_ticks(panel: Axes, direction: Direction, *, share: bool) -> None:
    """Write the numbers of a linear axis.

    Args:
        panel: Whose axis it is.
        direction: Which one.
        share: Whether its values are shares, written in per cent.
    """
    _set_writer(panel, direction, lambda ticks: linear_ticks(ticks, share=share))


def linear_ticks(ticks: Sequence[float], *, share: bool) -> list[str]:
    """Return evenly spaced numbers with as many decimals as their distance needs.

    Args:
        ticks: The numbers.
        share: Whether they are shares, written in per cent.
    """
    factor = 100 if share else 1
    step = factor * min((abs(b - a) for a, b in itertools.pairwise(ticks)), default=1.0)
    places = next((n for n in range(6) if math.isclose(round(step, n), step, rel_tol=1e-6)), 6)
    values = [0.0 if abs(tick) < 1e-12 else tick for tick in ticks]
    if places == 0 and not share:
        return [numbers.whole(value) for value in values]
    return [(numbers.percent if share else numbers.decimals)(value, places) for value in values]


def set_logarithmic(panel: Axes, direction: Direction, *, share: bool = False, most: int = MOST) -> None:
    """Make an axis logarithmic, once all is drawn, and write its numbers.

    Args:
        panel: Whose axis it is; panels that share it follow.
        direction: Which one.
        share: Whether its values are shares, written in per cent.
        most: So many numbers have room.
    """
    from matplotlib.ticker import FixedLocator, NullLocator

    getattr(panel, f"set_{direction}scale")("log")
    axis = getattr(panel, f"{direction}axis")
    low, high = getattr(panel, f"get_{direction}lim")()
    axis.set_major_locator(FixedLocator(log_ticks(low, high, most)))
    axis.set_minor_locator(NullLocator())
    _set_writer(panel, direction, lambda ticks: written_logarithms(ticks, share=share))


def log_ticks(low: float, high: float, most: int = MOST) -> list[float]:
    """Return numbers of one kind between two ends, as many as have room: all of a decade, or some, or one.

    Args:
        low: The lower end, above 0.
        high: The upper end.
        most: So many numbers have room.
    """
    from matplotlib.ticker import MaxNLocator

    decades = range(math.floor(math.log10(low)), math.floor(math.log10(high)) + 1)
    for steps in STEPS:
        ticks = [step * 10.0**decade for decade in decades for step in steps]
        there = [tick for tick in ticks if low * (1 - 1e-9) <= tick <= high * (1 + 1e-9)]
        if len(there) < 2:  # less than a decade: evenly spaced ones are closer to each other
            return [tick for tick in MaxNLocator(most - 1).tick_values(low, high) if low <= tick <= high]
        if len(there) <= most:
            return there
    return there[:: math.ceil(len(there) / most)]


def written_logarithms(ticks: Sequence[float], *, share: bool) -> list[str]:
    """Return numbers of a logarithmic axis, all of them with decimals or all as powers of ten.

    Args:
        ticks: The numbers, above 0.
        share: Whether they are shares, written in per cent.
    """
    values = [100 * tick if share else tick for tick in ticks]
    sign = "%" if share else ""
    if all(SMALLEST <= value < LARGEST for value in values):
        return [numbers.plain(float(f"{value:.3g}")) + sign for value in values]
    powers = [math.floor(math.log10(value) + 1e-9) for value in values]
    factors = [f"{value / 10.0**power:.3g}" for value, power in zip(values, powers, strict=True)]
    return [
        ("" if factor == "1" else f"{factor}×") + f"10{str(power).translate(SUPERSCRIPT)}{sign}"
        for factor, power in zip(factors, powers, strict=True)
    ]


def _set_writer(panel: Axes, direction: Direction, write: Callable[[Sequence[float]], list[str]]) -> None:
    from matplotlib.ticker import Formatter

    class Together(Formatter):
        """Writes a number as all those along the axis together ask for."""

        def __call__(self, x: float, pos: Any = None) -> str:  # noqa: ARG002
            return write([x])[0]

        def format_ticks(self, values: Sequence[float]) -> list[str]:
            return write(list(values)) if len(values) else []

    getattr(panel, f"{direction}axis").set_major_formatter(Together())
