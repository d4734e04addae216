"""What is said of the figures of several rounds: their median, their range, and ratios of two ways."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """The median of some figures, and the least and the most of them."""

    median: float
    least: float
    most: float


def spread_of(figures: Sequence[float]) -> Spread:
    """Return the median and the range of figures.

    Args:
        figures: One of every round.
    """
    return Spread(statistics.median(figures), min(figures), max(figures))


def ratio_of(figures: Sequence[float], to: Sequence[float]) -> Spread:
    """Return the ratio of two medians, and the range of the ratios round by round.

    Args:
        figures: One of every round.
        to: What they are divided by, of the same rounds in the same order.
    """
    ratios = [figure / other for figure, other in zip(figures, to, strict=True)]
    return Spread(statistics.median(figures) / statistics.median(to), min(ratios), max(ratios))
