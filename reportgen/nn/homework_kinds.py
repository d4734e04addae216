"""A network of somebody's own layers, those that are not given being the textbook's.

Two ways of averaging over the batch are right: the layer averages its gradients of weights and biases and the
loss does not divide its own, or the layer sums and the loss divides. Where one of both is the textbook's, it
is fitted to the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType

import torch
from torch import Tensor

from reportgen.nn.handing import FormError
from reportgen.nn.homework_layers import (
    HomeworkFullyConnected,
    HomeworkLoss,
    Make,
    ScaledLoss,
    find_fully_connected,
    find_loss,
    find_relu,
)
from reportgen.nn.kinds import TEXTBOOK, LayerKinds, Loss

N = 4
FULLY_CONNECTED, RELU, LOSS = "fully_connected", "relu", "softmax_cross_entropy"
NAMES: Mapping[str, tuple[str, ...]] = {
    FULLY_CONNECTED: ("FullyConnectedLayer",),
    RELU: ("ReLU",),
    LOSS: ("Softmax_CrossEntropy", "SoftmaxCrossEntropy"),
}
"""What somebody's class of each part of a network may be called."""


@dataclass(frozen=True)
class HomeworkClasses:
    """What makes objects of somebody's own classes; None for a class that is not given."""

    fully_connected: Make | None = None
    relu: Make | None = None
    softmax_cross_entropy: Make | None = None


def find_names(is_there: Callable[[str], bool]) -> dict[str, str]:
    """Return the name of the class for each part of a network that somebody has written.

    Args:
        is_there: Whether there is a class of a name.
    """
    return {
        part: name
        for part, possible in NAMES.items()
        if (name := next(filter(is_there, possible), None)) is not None
    }


def classes_in(module: ModuleType) -> HomeworkClasses:
    """Return the classes of a module of somebody's own, in this process; none that it has imported.

    Args:
        module: It has been run.
    """
    own = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__
    }
    return HomeworkClasses(**{part: own[name] for part, name in find_names(own.__contains__).items()})


def kinds_of(given: HomeworkClasses) -> LayerKinds:
    """Return the classes of a network.

    Args:
        given: Those that somebody has written.

    Raises:
        FormError: One cannot be used in the homework's way; one line that says why.
    """
    fully_connected = TEXTBOOK.fully_connected
    averages, divides = True, False
    if given.fully_connected is not None:
        fully_connected = find_fully_connected(given.fully_connected)
        averages = averages_over_batch(find_fully_connected(given.fully_connected))
    relu = TEXTBOOK.relu if given.relu is None else find_relu(given.relu)
    own_loss = None if given.softmax_cross_entropy is None else find_loss(given.softmax_cross_entropy)
    if own_loss is not None:
        divides = divides_by_batch(own_loss)
    twice = averages and divides
    return LayerKinds(
        fully_connected,
        relu,
        _Losses(
            own_loss,
            divisions=_fit(given, averages=averages, divides=divides),
            twice=twice and given.fully_connected is not None and given.softmax_cross_entropy is not None,
        ),
    )


def _fit(given: HomeworkClasses, *, averages: bool, divides: bool) -> int:
    """How often the network divides the loss's gradient by N, so that it is averaged once."""
    if given.softmax_cross_entropy is None and not averages:
        return 1
    if given.fully_connected is None and divides:
        return -1
    return 0  # two of somebody's own are left as they are, right or wrong


@dataclass(frozen=True)
class _Losses:
    """Makes losses. twice: whether layer and loss both average, so that the defect is there already."""

    own: Callable[[], HomeworkLoss] | None
    divisions: int
    twice: bool

    def __call__(self, *, label_smoothing: float = 0.0, divide_gradient: bool = False) -> Loss:
        if self.own is None:
            loss: Loss = TEXTBOOK.loss(label_smoothing=label_smoothing)
        elif label_smoothing:
            raise FormError("a loss of one's own does not smooth labels")
        else:
            loss = self.own()
        divisions = self.divisions + (divide_gradient and not self.twice)
        if not divisions and not divide_gradient:
            return loss
        return ScaledLoss(loss, divisions, divide_gradient=divide_gradient)


def averages_over_batch(make: Callable[[float], HomeworkFullyConnected]) -> bool:
    """Whether a layer averages its gradients over the batch, and does not sum them.

    One that does neither, or sums one gradient only, counts as if it averaged.

    Args:
        make: Makes the layer.
    """
    x, w = torch.eye(N, dtype=torch.float64), torch.ones(N, N, dtype=torch.float64)
    layer = make(0.0)
    layer.forward(x, w, w[0])
    _, dw, db = layer.backward(w)
    return not (_is(dw, w) and not _is(db, w[0]))


def divides_by_batch(make: Callable[[], HomeworkLoss]) -> bool:
    """Whether a loss divides its gradient by the batch size; one that does neither counts as if it did not.

    Args:
        make: Makes the loss.
    """
    logits = torch.zeros(N, 2, dtype=torch.float64)
    loss = make()
    loss.forward(torch.zeros(N, dtype=torch.int64), logits)
    expected = torch.tensor([[-0.5, 0.5]], dtype=torch.float64).expand(N, 2) / N
    return _is(loss.backward().abs(), expected.abs())


def _is(value: Tensor, other: Tensor) -> bool:
    return value.shape == other.shape and torch.allclose(value, other)
