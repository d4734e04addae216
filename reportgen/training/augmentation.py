"""Random changes to the training images that leave their labels true."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class Augmentation:
    """What may happen to a training image each time it is seen.

    flip: mirrored left to right, every other time on average. shift: moved by up to this many pixels up
    or down and left or right; what comes in from outside is black.

    Source: Krizhevsky, Sutskever and Hinton, ImageNet classification with deep convolutional neural
    networks (NeurIPS 2012), section 4.1.
    """

    flip: bool = False
    shift: int = 0

    def __bool__(self) -> bool:
        """Whether anything happens at all."""
        return self.flip or self.shift > 0


class Augmenter:
    """Applies an augmentation to batches of flat images of one shape (H, W, C)."""

    def __init__(
        self,
        augmentation: Augmentation,
        shape: tuple[int, int, int],
        stream: np.random.Generator,
    ) -> None:
        self.augmentation = augmentation
        self.shape = shape
        self.stream = stream
        height, width, channels = shape
        # where each value of an image stands in the padded one; plain and mirrored
        self.row = (width + 2 * augmentation.shift) * channels
        rows = torch.arange(height)[:, None, None] * self.row
        columns = torch.arange(width)[None, :, None] * channels
        values = torch.arange(channels)[None, None, :]
        plain = rows + columns + values
        self.places = torch.stack([plain, plain.flip(1)]).reshape(2, -1)

    def __call__(self, pixels: Tensor) -> Tensor:
        """Change every image of a batch (N, H * W * C) in its own way."""
        count, shift = len(pixels), self.augmentation.shift
        height, width, channels = self.shape
        # drawn here, wherever the images are: the same changes on any device
        flipped = torch.from_numpy(self.stream.integers(0, 2, count))
        flipped *= int(self.augmentation.flip)
        down, right = torch.from_numpy(self.stream.integers(0, 2 * shift + 1, (2, count)))
        padding = (0, 0, shift, shift, shift, shift)
        padded = torch.nn.functional.pad(pixels.view(count, height, width, channels), padding)
        offsets = (down * self.row + right * channels).to(pixels.device)
        self.places = self.places.to(pixels.device)
        return padded.view(count, -1).gather(1, self.places[flipped.to(pixels.device)] + offsets[:, None])
