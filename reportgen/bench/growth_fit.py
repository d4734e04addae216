"""How something grows with its size: the exponent of a power, fitted to what was measured."""

from __future__ import annotations

import math
from collections.abc import Sequence


def exponent(sizes: Sequence[float], figures: Sequence[float]) -> float:
    """Return the slope of the least-squares line through the logarithms: 1 is in proportion, 2 is its square.

    Args:
        sizes: At least two different ones.
        figures: What was measured at each; all above 0.
    """
    x, y = [math.log(size) for size in sizes], [math.log(figure) for figure in figures]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    apart = sum((one - mean_x) ** 2 for one in x)
    return sum((one - mean_x) * (other - mean_y) for one, other in zip(x, y, strict=True)) / apart
