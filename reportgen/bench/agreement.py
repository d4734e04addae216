"""Whether two ways of training computed the same numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Weights = Mapping[str, NDArray[Any]]


def relative_difference(weights: Weights, others: Weights, start: Weights) -> float:
    """Return how far two ways ended from each other, as a share of how far the first went.

    The largest over all parameters; lengths are Euclidean ones. A parameter that did not move at all must
    not have moved in the other way either: the difference is then infinite.

    Args:
        weights: After some steps of one way, by parameter.
        others: After the same steps of another way.
        start: Where both began.
    """
    if weights.keys() != others.keys():
        return float("inf")
    return max(_of_parameter(weights[name], others[name], start[name]) for name in start)


def _of_parameter(weights: NDArray[Any], others: NDArray[Any], start: NDArray[Any]) -> float:
    moved = float(np.linalg.norm(weights.astype(np.float64) - start))
    apart = float(np.linalg.norm(weights.astype(np.float64) - others))
    if not np.isfinite(apart):
        return float("inf")
    if moved == 0:
        return 0.0 if apart == 0 else float("inf")
    return apart / moved
