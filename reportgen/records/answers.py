"""Which test images trials told right: a bit an image and trial, and which images these are."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ARRAYS = ("trials", "images", "bits", "seeds", "drawn", "pool")


@dataclass(frozen=True, eq=False)
class Answer:
    """What one trial told right (N,), and which images these are (N,), by numbers that all trials share."""

    correct: NDArray[np.bool_]
    places: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Answers:
    """The answers of a run's trials, as they are kept: packed arrays.

    trials (K,): the rows of results.csv that they are of, from 0. images (K,): how many test images each had.
    bits (K, B) bytes: a bit an image, 1 where it was told right; images in the order of their numbers, and 0
    behind the last. seeds (S,): those that drew test images of their own from a pool; none where all trials
    have the same ones. drawn (S, P) bytes: a bit an image of the pool, 1 for those. pool (): how many images
    the pool has; 0 where nothing was drawn.
    """

    trials: NDArray[np.int64]
    images: NDArray[np.int64]
    bits: NDArray[np.uint8]
    seeds: NDArray[np.int64]
    drawn: NDArray[np.uint8]
    pool: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Refuse arrays that do not go together."""
        trials, seeds = len(self.trials), len(self.seeds)
        largest, pool = int(self.images.max(initial=0)), int(self.pool)
        shapes = {
            "images": (trials,),
            "bits": (trials, -(-largest // 8)),
            "drawn": (seeds, -(-pool // 8)),
        }
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"answers.npz: {name} has shape {getattr(self, name).shape}, not {shape}")
        if self.bits.dtype != np.uint8 or self.drawn.dtype != np.uint8:
            raise ValueError("answers.npz: bits are not in bytes")
        if len(set(self.trials.tolist())) != trials or int(self.trials.min(initial=0)) < 0:
            raise ValueError("answers.npz: trials are no rows, each once")
        if int(self.images.min(initial=1)) < 1:
            raise ValueError("answers.npz: a trial has no test images")

    def by_row(self, seeds: Iterable[int]) -> dict[int, Answer]:
        """Return the answers by the row of results.csv that they are of.

        Args:
            seeds: The seed of every row.

        Raises:
            ValueError: A row is not there, or its seed has other test images than it tells of.
        """
        drawn = {
            int(seed): np.flatnonzero(np.unpackbits(bits, count=int(self.pool)))
            for seed, bits in zip(self.seeds, self.drawn, strict=True)
        }
        answers, listed = {}, list(seeds)
        for row, images, bits in zip(self.trials.tolist(), self.images.tolist(), self.bits, strict=True):
            if row >= len(listed):
                raise ValueError(f"answers.npz: row {row} is not in results.csv")
            places = drawn.get(int(listed[row])) if len(self.seeds) else np.arange(images)
            if places is None or len(places) != images:
                raise ValueError(f"answers.npz: row {row} has other test images than its seed")
            answers[row] = Answer(np.unpackbits(bits, count=images).astype(np.bool_), places)
        return answers

    def to_bytes(self) -> bytes:
        """Return the arrays as an .npz file."""
        buffer = io.BytesIO()
        arrays: dict[str, Any] = vars(self)
        np.savez_compressed(buffer, **arrays)
        return buffer.getvalue()

    @classmethod
    def of_bytes(cls, data: bytes) -> Answers:
        """Return what `to_bytes` was given. Raises ValueError or KeyError for anything else."""
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return cls(*(file[name] for name in ARRAYS))
