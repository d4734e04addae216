"""What can be looked at of a trained classifier: its first weights, and images told right and wrong."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from reportgen.files.atomic import write_bytes

UNITS = 12
EXAMPLES = 2  # of each class that were told right, and as many that were not
CLASSES = 20  # with more, only the first so many have examples
LARGEST = 127


@dataclass(frozen=True)
class Insight:
    """Plain arrays; of U units of the first hidden layer, D inputs, and E test images.

    units (U,): which ones: those with the longest weights after training, longest first. before, after
    (U, D): their weights as whole numbers from -127 to 127, and scale (U,), which times these gives the
    weights. images (E, D) bytes, labels (E,), predicted (E,), probability (E,): of the predicted class.
    """

    units: NDArray[np.int64]
    before: NDArray[np.int8]
    after: NDArray[np.int8]
    scale: NDArray[np.float32]
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    predicted: NDArray[np.int64]
    probability: NDArray[np.float32]

    def save(self, path: Path) -> None:
        """Write the arrays to an .npz file, whole or not at all."""
        buffer = io.BytesIO()
        arrays: dict[str, Any] = vars(self)
        np.savez_compressed(buffer, **arrays)
        write_bytes(path, buffer.getvalue())


def insight(before: Tensor, after: Tensor, pixels: Tensor | None, labels: Tensor, logits: Tensor) -> Insight:
    """Choose what to show of a classifier.

    Args:
        before: The first layer's weights (D, F) as they were drawn.
        after: The same after training.
        pixels: Of the test images (N, D), bytes, as they were read for the test; None where they are rows of
            a table, which nobody could look at.
        labels: Theirs (N,).
        logits: Theirs (N, K).
    """
    units = torch.linalg.vector_norm(after, dim=0).argsort(descending=True, stable=True)[:UNITS]
    both = torch.stack([before[:, units].T, after[:, units].T]).float()  # (2, U, D)
    scale = both.abs().amax(dim=(0, 2)) / LARGEST
    whole = (both / scale.where(scale > 0, torch.ones_like(scale))[:, None]).round().to(torch.int8).numpy()
    probabilities, predicted = torch.softmax(logits.float(), dim=1).max(dim=1)
    if pixels is None:
        pixels, places = torch.empty((0, len(before)), dtype=torch.uint8), torch.empty(0, dtype=torch.int64)
    else:
        places = examples(labels, predicted)
    return Insight(
        units=units.numpy(),
        before=whole[0],
        after=whole[1],
        scale=scale.numpy(),
        images=pixels[places].numpy(),
        labels=labels[places].numpy(),
        predicted=predicted[places].numpy(),
        probability=probabilities[places].numpy(),
    )


def examples(labels: Tensor, predicted: Tensor) -> Tensor:
    """Return the places of the first images of every class told right, then of those told wrong.

    Args:
        labels: The true ones (N,).
        predicted: Those told (N,).
    """
    right = labels == predicted
    found = [
        torch.nonzero((labels == label) & (right == kind)).flatten()[:EXAMPLES]
        for label in range(min(CLASSES, int(labels.max()) + 1))
        for kind in (True, False)
    ]
    return torch.cat(found)
