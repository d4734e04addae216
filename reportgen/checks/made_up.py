"""Data that mean nothing, for proofs of what trains: as many as are asked for, the same ones every time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reportgen.data import Part, Splits
from reportgen.randomness import stream


def made_up_splits(shape: Sequence[int], classes: int, training: int, others: int) -> Splits:
    """Return parts of made-up inputs: noisy copies of one pattern for each class, so that there is a slope.

    Args:
        shape: Of an image, height, width and channels; or of a row, its features alone.
        classes: How many there are.
        training: How many inputs to train on.
        others: How many to validate with, and to test with.
    """
    random = stream(0, "made-up data")
    patterns = random.integers(40, 216, (classes, *shape))

    def part(count: int) -> Part:
        labels = random.integers(0, classes, count)
        images = (patterns[labels] + random.integers(-40, 41, (count, *shape))).astype(np.uint8)
        # the features of a table are about as large as their standard deviation
        inputs = images if len(shape) > 1 else ((images - 128.0) / 64).astype(np.float32)
        return Part(inputs, labels)

    return Splits(part(training), part(others), part(others))
