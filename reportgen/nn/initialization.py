"""Where the weights start."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class NormalStream(Protocol):
    """A source of standard normal numbers: numpy's Generator and its older RandomState both are."""

    def standard_normal(self, size: tuple[int, int], /) -> NDArray[np.float64]:
        """Draw an array of that size."""
        ...


def he_normal(stream: NormalStream, inputs: int, outputs: int) -> NDArray[np.float64]:
    """Return weights (inputs, outputs) of standard deviation sqrt(2 / inputs).

    Keeps the variance of the activations from layer to layer under ReLU. Source: He et al., Delving deep
    into rectifiers (ICCV 2015), equation 10.

    Args:
        stream: Where they are drawn from.
        inputs: The layer's inputs.
        outputs: The layer's units.
    """
    return stream.standard_normal((inputs, outputs)) * math.sqrt(2 / inputs)


def scaled_normal(stream: NormalStream, inputs: int, outputs: int, *, std: float) -> NDArray[np.float64]:
    """Return weights (inputs, outputs) of a fixed standard deviation.

    Args:
        stream: Where they are drawn from.
        inputs: The layer's inputs.
        outputs: The layer's units.
        std: The standard deviation.
    """
    return stream.standard_normal((inputs, outputs)) * std
