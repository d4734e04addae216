"""The layers of a multilayer perceptron, each with its own forward and backward pass."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from reportgen.nn.gradient import WeightGradient


class UniformStream(Protocol):
    """A source of uniform numbers in [0, 1), such as numpy's Generator."""

    def random(self, size: tuple[int, ...], dtype: type[np.float32], /) -> NDArray[np.float32]:
        """Draw an array of that size."""
        ...


class FullyConnectedLayer:
    """A fully connected layer: out = x w + b.

    l2: the weight of the L2 term l2 sum(w^2) that the layer adds to the objective; biases have
    none.

    Source: Goodfellow, Bengio and Courville, Deep Learning (2016), section 6.5.
    """

    def __init__(self, l2: float = 0.0) -> None:
        self.l2 = l2

    def forward(self, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
        """Map inputs x (N, D) through weights w (D, F) and biases b (F,) to outputs (N, F)."""
        self.cache = x, w
        return torch.addmm(b, x, w)

    def backward(self, dout: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Carry dout (N, F), the gradient of each example's loss by the outputs, back.

        Returns dx (N, D), whole for each example, and dw (D, F) and db (F,), averaged over the
        batch.
        """
        return self.dx(dout), self.dw(dout).written_out(), self.db(dout)

    def dx(self, dout: Tensor) -> Tensor:
        """The gradient of the inputs: dout w^T."""
        _, w = self.cache
        return dout @ w.T

    def dw(self, dout: Tensor) -> WeightGradient:
        """The gradient of the weights: x^T dout / N (the average) + 2 l2 w, as its factors."""
        x, w = self.cache
        return WeightGradient(x, dout / dout.shape[0], w, self.l2)

    def db(self, dout: Tensor) -> Tensor:
        """The gradient of the biases, averaged: the mean of dout over the batch."""
        return dout.mean(dim=0)


class ReLU:
    """The rectified linear unit: out = max(x, 0).

    Source: Nair and Hinton, Rectified linear units improve restricted Boltzmann machines
    (ICML 2010).
    """

    def forward(self, x: Tensor) -> Tensor:
        """Set the negative entries of x to 0; any shape."""
        self.out = torch.relu(x)
        return self.out

    def backward(self, dout: Tensor) -> Tensor:
        """Let dout through where the input was positive, not at 0; the same shape."""
        return dout * (self.out > 0)


class Dropout:
    """Dropout: in training, every entry is kept with probability 1 - rate, else set to 0.

    What is kept is divided by 1 - rate, so that its mean is the same with dropout and without.

    rate: the share that is dropped. stream: where the choices are drawn from.

    Source: Srivastava et al., Dropout: a simple way to prevent neural networks from overfitting
    (JMLR 2014), section 10 for the division.
    """

    def __init__(self, rate: float, stream: UniformStream | None) -> None:
        self.rate = rate
        self.stream = stream
        self.mask: Tensor | None = None

    def forward(self, x: Tensor, *, training: bool) -> Tensor:
        """Drop entries of x, any shape, in training; else hand x on."""
        if not (training and self.rate and self.stream):
            self.mask = None
            return x
        kept = torch.from_numpy(self.stream.random(tuple(x.shape), np.float32)) >= self.rate
        self.mask = kept.to(x.device, x.dtype).div_(1 - self.rate)
        return x * self.mask

    def backward(self, dout: Tensor) -> Tensor:
        """Let dout through where x was kept, with the same factor; the same shape."""
        return dout if self.mask is None else dout * self.mask
