"""Images as the network sees them, and the order in which it sees them."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from reportgen.data import Part
from reportgen.training.augmentation import Augmenter
from reportgen.training.measured.evidence import BatchLog


@dataclass(frozen=True, eq=False)
class Normalization:
    """The mean and standard deviation of each channel's pixels (C,), between 0 and 255."""

    mean: NDArray[np.float64]
    std: NDArray[np.float64]

    @classmethod
    def of(cls, images: NDArray[np.uint8]) -> Self:
        """Measured on images (N, H, W, C); a channel of a single value counts as of deviation 1."""
        channels = images.shape[3]
        histogram = np.zeros((channels, 256))
        for start in range(0, len(images), 1000):  # in pieces: bincount needs eight bytes a pixel
            piece = images[start : start + 1000].reshape(-1, channels)
            histogram += [np.bincount(values, minlength=256) for values in piece.T]
        shares, values = histogram / histogram.sum(axis=1, keepdims=True), np.arange(256)
        mean = shares @ values
        std = np.sqrt((shares * (values - mean[:, None]) ** 2).sum(axis=1))
        return cls(mean, np.where(std > 0, std, 1.0))


class Images:
    """The images and labels of a part, handed out in batches of flat rows; features of a table as they are.

    Images are between 0 and 1; or, with a normalization, of mean 0 and deviation 1 in every channel.
    The pixels stay bytes until a batch is asked for: a data set of any precision costs one byte a value,
    and several processes share the same pages of the cache's file.

    augmenter: changes the images of every batch that is asked for by places. device: where they are kept and
    handed out. handed_out: how many images have been asked for in a row, as evaluation does.
    """

    def __init__(
        self,
        part: Part,
        dtype: torch.dtype,
        *,
        normalization: Normalization | None = None,
        augmenter: Augmenter | None = None,
        device: str = "cpu",
    ) -> None:
        self.pixels = torch.from_numpy(part.inputs.reshape(len(part.inputs), -1)).to(device)
        self.labels = torch.from_numpy(part.labels).to(device)
        self.dtype = dtype
        self.white = torch.tensor(255, dtype=dtype).to(device)
        self.augmenter = augmenter
        self.handed_out = 0
        self.mean_and_std: tuple[Tensor, Tensor] | None = None
        if normalization is not None:
            pixels = self.size // len(normalization.mean)
            mean, std = np.tile(normalization.mean, pixels), np.tile(normalization.std, pixels)
            on_device = [torch.from_numpy(values).to(dtype).to(device) for values in (mean, std)]
            self.mean_and_std = on_device[0], on_device[1]

    def for_another(self, augmenter: Augmenter | None) -> Images:
        """The same images for another trial, from the same memory.

        Args:
            augmenter: That trial's own.
        """
        images = copy.copy(self)
        images.augmenter, images.handed_out = augmenter, 0
        return images

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
            labels = self.labels[index]
            self.handed_out += len(labels)
            return self._scaled(self.pixels[index]), labels
        # index_select copies rows in half the time that self.pixels[index] takes
        pixels = self.pixels.index_select(0, index)
        if self.augmenter is not None:
            pixels = self.augmenter(pixels)
        return self._scaled(pixels), self.labels.index_select(0, index)

    @property
    def features(self) -> bool:
        """Whether they are the features of a table, and no images."""
        return self.pixels.is_floating_point()

    def _scaled(self, pixels: Tensor) -> Tensor:
        if self.features:
            return pixels.to(self.dtype)
        if self.mean_and_std is None:
            return pixels / self.white
        mean, std = self.mean_and_std
        return (pixels - mean).div_(std)


class BatchOrder:
    """Which images form which batch, epoch after epoch.

    Every image is seen once an epoch, shuffled anew; the last batch may be smaller.

    slide_by_one: a defect to be reproduced. Batch i starts at place i instead of i * batch_size, so that
    an epoch of n // batch_size batches sees only about n / batch_size + batch_size distinct images.
    shuffle_first: whether the first epoch is shuffled too, or sees the images in the data set's order.
    device: where the images are.
    log: the account of what was in all the batches so far.
    """

    def __init__(
        self,
        images: int,
        batch_size: int,
        stream: np.random.Generator | np.random.RandomState,
        *,
        slide_by_one: bool = False,
        shuffle_first: bool = True,
        device: str = "cpu",
    ) -> None:
        self.batch_size = batch_size
        self.slide_by_one = slide_by_one
        self.stream = stream
        self.device = device
        self.order = np.arange(images)
        self.log = BatchLog()
        self.shuffle_next = shuffle_first
        # sliding batches are all full ones; else what is left over makes one more
        self.batches = images // batch_size if slide_by_one else -(-images // batch_size)

    def epoch(self) -> Iterator[Tensor]:
        """The places of each batch's images, for one epoch."""
        yield from self.cut(self.next_order())

    def next_order(self) -> Tensor:
        """The images' places in the order of the next epoch (images,), which counts as trained."""
        if self.shuffle_next:
            self.stream.shuffle(self.order)
        self.shuffle_next = True
        order = torch.from_numpy(self.order)
        self.log.add(self.cut(order))
        return order.to(self.device)  # all at once, not batch by batch

    def cut(self, order: Tensor) -> list[Tensor]:
        """The batches (..., N) of an epoch's order (..., images), which may be that of several trials."""
        step = 1 if self.slide_by_one else self.batch_size
        return [order[..., b * step : b * step + self.batch_size] for b in range(self.batches)]

    def counts(self, images: int) -> Tensor:
        """How often each of the first images counts when this many are evaluated batch by batch, in float64.

        Once each; or, with sliding batches, as often as the batches meet it.
        """
        if not self.slide_by_one:
            return torch.ones(images, dtype=torch.float64)
        batches = images // self.batch_size
        return torch.from_numpy(np.convolve(np.ones(batches), np.ones(self.batch_size)))
