"""The textbook's layers for several trials at once: each of T networks on a batch of its own.

What is (N, F) in `nn/layers.py` is (T, N, F) here, and a product of matrices one of T pairs of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from reportgen.nn import LayerKinds, ReLU, WeightGradient
from reportgen.nn.layers import UniformStream


@dataclass(slots=True)
class StackedGradient(WeightGradient):
    """The gradients of T weight matrices, as their factors, for weights that lie one below the other.

    x: (T, N, D). d: (T, N, F). w: the weights (T * D, F), as an optimizer has them. l2: the same for all.
    """

    @property
    def shape(self) -> torch.Size:
        """(T * D, F), the shape of the weights."""
        trials, _, inputs = self.x.shape
        return torch.Size((trials * inputs, self.d.shape[2]))

    def written_out(self) -> Tensor:
        """The gradients as a tensor, (T * D, F)."""
        dw = torch.bmm(self.x.mT, self.d).flatten(0, 1)
        return dw.to(self.w.dtype).add_(self.w, alpha=2 * self.l2) if self.l2 else dw

    def add_to(self, target: Tensor, *, beta: float, alpha: float) -> None:
        """Do target <- beta target + alpha dw, in place; the target (T * D, F) may be w itself."""
        if not self.x.dtype == self.d.dtype == target.dtype:  # products in a type shorter than w
            dw = self.written_out()  # before the target changes: it may be w
            target.mul_(beta).add_(dw, alpha=alpha)
            return
        own = 2 * alpha * self.l2
        stacked = target.view(len(self.x), -1, target.shape[1])
        if target is self.w:
            stacked.baddbmm_(self.x.mT, self.d, beta=beta + own, alpha=alpha)
            return
        stacked.baddbmm_(self.x.mT, self.d, beta=beta, alpha=alpha)
        if self.l2:
            target.add_(self.w, alpha=own)

    def part(self, trials: slice, w: Tensor, l2: float) -> StackedGradient:
        """Return the gradients of some of the trials.

        Args:
            trials: Which.
            w: Their weights, one below the other.
            l2: The factor of their L2 term.
        """
        return StackedGradient(self.x[trials], self.d[trials], w, l2)


class StackedFullyConnected:
    """Fully connected layers: out = x w + b in each of the networks.

    l2: is not added here, since every trial has its own; `StackedGradient.part` does.
    """

    def __init__(self, l2: float = 0.0) -> None:
        self.l2 = l2

    def forward(self, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
        """Map inputs x (T, N, D) through weights w (T, D, F) and biases b (T, F) to outputs (T, N, F)."""
        self.cache = x, w
        return torch.baddbmm(b[:, None], x, w)

    def dx(self, dout: Tensor) -> Tensor:
        """The gradients of the inputs: dout w^T."""
        _, w = self.cache
        return torch.bmm(dout, w.mT)

    def dw(self, dout: Tensor) -> StackedGradient:
        """The gradients of the weights: x^T dout / N (the average), as factors."""
        x, w = self.cache
        return StackedGradient(x, dout / dout.shape[1], w.flatten(0, 1))

    def db(self, dout: Tensor) -> Tensor:
        """The gradients of the biases (T, F): the mean of dout over each batch."""
        return dout.mean(dim=1)


class StackedSoftmaxCrossEntropy:
    """The mean cross-entropy of every trial's batch; the settings are those of `SoftmaxCrossEntropy`."""

    def __init__(self, *, label_smoothing: float = 0.0, divide_gradient: bool = False) -> None:
        self.label_smoothing = label_smoothing
        self.divide_gradient = divide_gradient

    def forward(self, labels: Tensor, logits: Tensor) -> tuple[Tensor, Tensor]:
        """From labels (T, N) and logits (T, N, K): the probabilities (T, N, K) and the mean losses (T,)."""
        log_probabilities = torch.log_softmax(logits, dim=2)
        probabilities = log_probabilities.exp()
        losses = -log_probabilities.gather(2, labels[..., None]).mean(dim=(1, 2))
        if self.label_smoothing:
            evenly = -log_probabilities.mean(dim=(1, 2))
            losses = (1 - self.label_smoothing) * losses + self.label_smoothing * evenly
        self.cache = labels, probabilities
        return probabilities, losses

    def backward(self) -> Tensor:
        """The gradient of each example's loss by its logits: p - target, (T, N, K)."""
        labels, probabilities = self.cache
        target = torch.zeros_like(probabilities).scatter_(2, labels[..., None], 1)
        if self.label_smoothing:
            target.mul_(1 - self.label_smoothing).add_(self.label_smoothing / target.shape[2])
        dlogits = probabilities - target
        return dlogits / labels.shape[1] if self.divide_gradient else dlogits


class StackedStreams:
    """The streams of several trials as one, for what is drawn for all of them at once."""

    def __init__(self, streams: Sequence[UniformStream]) -> None:
        self.streams = streams

    def random(self, size: tuple[int, ...], dtype: type[np.float32], /) -> NDArray[np.float32]:
        """Draw an array (T, ...), each trial's part from its own stream."""
        return np.stack([stream.random(size[1:], dtype) for stream in self.streams])


STACKED = LayerKinds(StackedFullyConnected, ReLU, StackedSoftmaxCrossEntropy)
"""What a `Classifier` of several trials is built of; activations and dropout are the textbook's."""
