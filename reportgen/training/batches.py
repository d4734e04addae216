"""Images as the network sees them, and the order in which it sees them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from reportgen.data import Part


class Images:
    """The images and labels of a part, handed out in batches of flat rows between 0 and 1.

    The pixels stay bytes until a batch is asked for: a data set of any precision costs one byte a value,
    and several processes share the same pages of the cache's file.
    """

    def __init__(self, part: Part, dtype: torch.dtype) -> None:
        self.pixels = torch.from_numpy(part.images.reshape(len(part.images), -1))
        self.labels = torch.from_numpy(part.labels)
        self.dtype = dtype
        self.white = torch.tensor(255, dtype=dtype)

    def __len__(self) -> int:
        """How many images there are."""
        return len(self.labels)

    @property
    def size(self) -> int:
        """How many values an image has."""
        return self.pixels.shape[1]

    def batch(self, index: Tensor | slice) -> tuple[Tensor, Tensor]:
        """Images (N, size) and labels (N,) at these places."""
        if isinstance(index, slice):
            return self.pixels[index] / self.white, self.labels[index]
        # index_select copies rows in half the time that self.pixels[index] takes
        return self.pixels.index_select(0, index) / self.white, self.labels.index_select(0, index)


class BatchOrder:
    """Which images form which batch, epoch after epoch.

    Every image is seen once an epoch, shuffled anew; the last batch may be smaller.

    slide_by_one: a defect to be reproduced. Batch i starts at place i instead of i * batch_size, so that
    an epoch of n // batch_size batches sees only about n / batch_size + batch_size distinct images.
    shuffle_first: whether the first epoch is shuffled too, or sees the images in the data set's order.
    """

    def __init__(
        self,
        images: int,
        batch_size: int,
        stream: np.random.Generator | np.random.RandomState,
        *,
        slide_by_one: bool = False,
        shuffle_first: bool = True,
    ) -> None:
        self.batch_size = batch_size
        self.slide_by_one = slide_by_one
        self.stream = stream
        self.order = np.arange(images)
        self.shuffle_next = shuffle_first
        # sliding batches are all full ones; else what is left over makes one more
        self.batches = images // batch_size if slide_by_one else -(-images // batch_size)

    def epoch(self) -> Iterator[Tensor]:
        """The places of each batch's images, for one epoch."""
        if self.shuffle_next:
            self.stream.shuffle(self.order)
        self.shuffle_next = True
        order = torch.from_numpy(self.order)
        step = 1 if self.slide_by_one else self.batch_size
        for batch in range(self.batches):
            yield order[batch * step : batch * step + self.batch_size]

    def counts(self, images: int) -> Tensor:
        """How often each of the first images counts when this many are evaluated batch by batch, in float64.

        Once each; or, with sliding batches, as often as the batches meet it.
        """
        if not self.slide_by_one:
            return torch.ones(images, dtype=torch.float64)
        batches = images // self.batch_size
        return torch.from_numpy(np.convolve(np.ones(batches), np.ones(self.batch_size)))
