"""Images for the works: made ones, of the shape that a work wants, or real ones from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.bench.works import CLASSES, Work
from reportgen.errors import UserError

SEED = 0
Pair = tuple[NDArray[np.uint8], NDArray[np.int64]]


def made_images(work: Work) -> Pair:
    """Return random bytes (N, H, W, C) and random labels (N,), as many as a round of the work sees.

    Args:
        work: Says how many, and their shape.
    """
    rng = np.random.default_rng(SEED)
    pixels = rng.integers(0, 256, (work.images, *work.shape), dtype=np.uint8)
    return pixels, rng.integers(0, CLASSES, work.images, dtype=np.int64)


def read_images(file: Path) -> Pair:
    """Return the training images and labels of an .npz file of the source `npz`.

    Args:
        file: The file.

    Raises:
        UserError: It cannot be read, or has not ten classes.
    """
    from reportgen.data.sources.npz import load

    dataset = load(file)
    pixels: NDArray[Any] = dataset.train_inputs
    if len(dataset.classes) != CLASSES:
        raise UserError(f"{file}: has {len(dataset.classes)} classes; the works need {CLASSES}")
    return pixels, dataset.train_labels


def images_for(work: Work, real: Pair | None) -> Pair:
    """Return the images of a work: the first real ones, again from the start where there are too few.

    Args:
        work: Says how many, and their shape.
        real: Images of a file; made ones where this is None, or of another shape than the work's.
    """
    if real is None or real[0].shape[1:] != work.shape:
        return made_images(work)
    places = np.arange(work.images) % len(real[0])
    return np.ascontiguousarray(real[0][places]), real[1][places]
