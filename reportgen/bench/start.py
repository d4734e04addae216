"""What all ways of training a work begin with: the same images in the same order, the same weights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.bench.works import CLASSES, Work

SEED = 0
PARAMETER = "parameter/"


@dataclass(frozen=True, eq=False)
class Start:
    """Bytes (N, H, W, C), labels (N,), the order of the first epoch (N,), and the weights w1, b1, w2, ..."""

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    order: NDArray[np.int64]
    parameters: dict[str, NDArray[Any]]

    def write(self, file: Path) -> None:
        """Write it where another process can read it.

        Args:
            file: An .npz file.
        """
        parameters: dict[str, Any] = {PARAMETER + name: array for name, array in self.parameters.items()}
        np.savez(file, pixels=self.pixels, labels=self.labels, order=self.order, **parameters)

    @classmethod
    def read(cls, file: Path) -> Start:
        """Read what was written.

        Args:
            file: An .npz file.
        """
        with np.load(file) as arrays:
            parameters = {
                name.removeprefix(PARAMETER): arrays[name]
                for name in arrays.files
                if name.startswith(PARAMETER)
            }
            return cls(arrays["pixels"], arrays["labels"], arrays["order"], parameters)

    def ordered(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Images (N, size) between 0 and 1 and labels (N,), as the first epoch sees them."""
        pixels = self.pixels.reshape(len(self.pixels), -1)[self.order]
        return pixels.astype(np.float32) / np.float32(255), self.labels[self.order]


def start_of(work: Work, pixels: NDArray[np.uint8], labels: NDArray[np.int64]) -> Start:
    """Return where a work begins.

    Args:
        work: Its network and its batch size.
        pixels: Images (N, H, W, C), as many as a round of the work sees.
        labels: Theirs (N,).
    """
    from reportgen.nn import Classifier
    from reportgen.randomness import stream
    from reportgen.training.batches import BatchOrder

    classifier = Classifier(work.input_size, work.hidden, CLASSES, stream(SEED, "weights"))
    order = BatchOrder(len(pixels), work.batch_size, stream(SEED, "batch order"))
    return Start(
        pixels,
        labels,
        np.concatenate([batch.numpy() for batch in order.epoch()]),
        {name: parameter.numpy() for name, parameter in classifier.parameters.items()},
    )
