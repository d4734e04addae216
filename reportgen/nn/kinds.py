"""The classes that a network is built of: the textbook's, or somebody's own behind the same methods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from reportgen.nn.gradient import WeightGradient
from reportgen.nn.layers import FullyConnectedLayer, ReLU
from reportgen.nn.loss import SoftmaxCrossEntropy


class FullyConnected(Protocol):
    """A fully connected layer; shapes and averages are those of `FullyConnectedLayer`."""

    def forward(self, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
        """Map inputs through weights and biases to outputs."""
        ...

    def dx(self, dout: Tensor) -> Tensor:
        """The gradient of the inputs."""
        ...

    def dw(self, dout: Tensor) -> Tensor | WeightGradient:
        """The gradient of the weights, with that of the L2 term."""
        ...

    def db(self, dout: Tensor) -> Tensor:
        """The gradient of the biases."""
        ...


class Activation(Protocol):
    """What stands between two fully connected layers."""

    def forward(self, x: Tensor) -> Tensor:
        """Map x, any shape, to outputs of the same shape."""
        ...

    def backward(self, dout: Tensor) -> Tensor:
        """The gradient of x, from that of the outputs."""
        ...


class Loss(Protocol):
    """Softmax and cross-entropy; shapes and averages are those of `SoftmaxCrossEntropy`."""

    label_smoothing: float
    divide_gradient: bool

    def forward(self, labels: Tensor, logits: Tensor) -> tuple[Tensor, Tensor]:
        """The probabilities and the mean loss."""
        ...

    def backward(self) -> Tensor:
        """The gradient of the logits."""
        ...


class MakeLoss(Protocol):
    """Makes a loss with these settings."""

    def __call__(self, *, label_smoothing: float = 0.0, divide_gradient: bool = False) -> Loss:
        """Return a new one."""
        ...


@dataclass(frozen=True)
class LayerKinds:
    """What makes each part of a network. fully_connected is called with the factor of the L2 term."""

    fully_connected: Callable[[float], FullyConnected] = FullyConnectedLayer
    relu: Callable[[], Activation] = ReLU
    loss: MakeLoss = SoftmaxCrossEntropy


TEXTBOOK = LayerKinds()
"""This program's own classes."""
