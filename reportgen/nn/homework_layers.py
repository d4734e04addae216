"""Layers in the homework's form, behind the methods that the network uses.

`FullyConnectedLayer.forward(x, w, b)` and `backward(backprop) -> dx, dw, db`; `ReLU.forward(x)` and
`backward(backprop)`; `Softmax_CrossEntropy.forward(y, x) -> predictions, loss` and `backward()`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from reportgen.nn.handing import Form, FormError, as_tensor, find_form, handed
from reportgen.nn.kinds import Loss

Make = Callable[[], Any]
"""Makes an object of a class of somebody's own."""


class HomeworkFullyConnected:
    """A fully connected layer whose `backward` gives all three gradients at once.

    layer: the object. form: what it works on. l2: as in `FullyConnectedLayer`; its gradient is added here.
    """

    def __init__(self, layer: Any, form: Form, l2: float = 0.0) -> None:
        self.layer = layer
        self.form = form
        self.l2 = l2
        self.dout: Tensor | None = None

    def forward(self, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
        """Map inputs x (N, D) through weights w (D, F) and biases b (F,) to outputs (N, F)."""
        self.w, self.dout = w, None
        return as_tensor(self.layer.forward(*handed(self.form, x, w, b)), x, "what forward returns")

    def backward(self, dout: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return dx, dw and db as the object gives them, without the L2 term."""
        gradients = self.layer.backward(*handed(self.form, dout))
        if not isinstance(gradients, tuple | list) or len(gradients) != 3:
            raise FormError("backward must return three things: dx, dw, db")
        dx, dw, db = (
            as_tensor(value, dout, name) for name, value in zip(("dx", "dw", "db"), gradients, strict=True)
        )
        return dx, dw, db

    def dx(self, dout: Tensor) -> Tensor:
        """The gradient of the inputs (N, D)."""
        return self._gradients(dout)[0]

    def dw(self, dout: Tensor) -> Tensor:
        """The gradient of the weights (D, F), with that of the L2 term."""
        dw = self._gradients(dout)[1]
        return dw + 2 * self.l2 * self.w if self.l2 else dw

    def db(self, dout: Tensor) -> Tensor:
        """The gradient of the biases (F,)."""
        return self._gradients(dout)[2]

    def _gradients(self, dout: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """All three; the network asks for one after the other, of the same dout."""
        if self.dout is not dout:
            self.gradients, self.dout = self.backward(dout), dout
        return self.gradients


class HomeworkReLU:
    """The rectified linear unit. relu: the object. form: what it works on."""

    def __init__(self, relu: Any, form: Form) -> None:
        self.relu = relu
        self.form = form

    def forward(self, x: Tensor) -> Tensor:
        """Set the negative entries of x to 0; any shape."""
        return as_tensor(self.relu.forward(*handed(self.form, x)), x, "what forward returns")

    def backward(self, dout: Tensor) -> Tensor:
        """Let dout through where the input was positive; the same shape."""
        return as_tensor(self.relu.backward(*handed(self.form, dout)), dout, "what backward returns")


class HomeworkLoss:
    """Softmax and cross-entropy. loss: the object. form: what it works on."""

    label_smoothing = 0.0
    divide_gradient = False
    predicts_labels = False
    """Whether it gave labels, not probabilities."""

    def __init__(self, loss: Any, form: Form) -> None:
        self.loss = loss
        self.form = form

    def forward(self, labels: Tensor, logits: Tensor) -> tuple[Tensor, Tensor]:
        """From labels (N,) and logits (N, K): the probabilities (N, K) and the mean loss.

        Where the object predicts labels, each is given the probability 1.
        """
        self.logits = logits
        result = self.loss.forward(*handed(self.form, labels, logits))
        if not isinstance(result, tuple | list) or len(result) != 2:
            raise FormError("forward must return two things: the predictions and the loss")
        predictions = as_tensor(result[0], logits, "what forward predicts")
        loss = as_tensor(result[1], logits, "the loss")
        if loss.numel() != 1:
            raise FormError(f"the loss has shape {tuple(loss.shape)}; it must be one number, the mean")
        return self._probabilities(predictions), loss.reshape(())

    def _probabilities(self, predictions: Tensor) -> Tensor:
        self.predicts_labels = predictions.shape != self.logits.shape
        if not self.predicts_labels:
            return predictions
        if predictions.numel() != len(self.logits):
            raise FormError(
                f"what forward predicts has shape {tuple(predictions.shape)}; labels (N,) or probabilities"
                " (N, K) are needed"
            )
        named = torch.arange(self.logits.shape[1]) == predictions.reshape(-1, 1)
        return named.to(self.logits.dtype)

    def backward(self) -> Tensor:
        """The gradient of the logits (N, K)."""
        return as_tensor(self.loss.backward(), self.logits, "what backward returns")


class ScaledLoss:
    """A loss whose gradient is divided by N so many times more than it does itself; -1 multiplies it."""

    def __init__(self, loss: Loss, divisions: int, *, divide_gradient: bool) -> None:
        self.loss = loss
        self.divisions = divisions
        self.divide_gradient = divide_gradient
        self.label_smoothing = loss.label_smoothing

    def forward(self, labels: Tensor, logits: Tensor) -> tuple[Tensor, Tensor]:
        """From labels (N,) and logits (N, K): the probabilities (N, K) and the mean loss."""
        return self.loss.forward(labels, logits)

    def backward(self) -> Tensor:
        """The gradient of the logits (N, K)."""
        dlogits = self.loss.backward()
        return dlogits / float(len(dlogits)) ** self.divisions


def find_fully_connected(make: Make) -> Callable[[float], HomeworkFullyConnected]:
    """Return what makes a network's fully connected layers of a class. Raises FormError.

    Args:
        make: Makes an object of the class.
    """

    def rehearse(form: Form) -> None:
        layer = HomeworkFullyConnected(make(), form)
        layer.forward(torch.ones(2, 2), torch.ones(2, 2), torch.ones(2))  # square: it may transpose wrongly
        layer.backward(torch.ones(2, 2))

    form = find_form(rehearse)
    return lambda l2: HomeworkFullyConnected(make(), form, l2)


def find_relu(make: Make) -> Callable[[], HomeworkReLU]:
    """Return what makes a network's activations of a class. Raises FormError.

    Args:
        make: Makes an object of the class.
    """

    def rehearse(form: Form) -> None:
        relu = HomeworkReLU(make(), form)
        relu.forward(torch.ones(2, 2))
        relu.backward(torch.ones(2, 2))

    form = find_form(rehearse)
    return lambda: HomeworkReLU(make(), form)


def find_loss(make: Make) -> Callable[[], HomeworkLoss]:
    """Return what makes a network's loss of a class. Raises FormError.

    Args:
        make: Makes an object of the class.
    """

    def rehearse(form: Form) -> None:
        loss = HomeworkLoss(make(), form)
        loss.forward(torch.tensor([0, 1]), torch.ones(2, 2))
        loss.backward()

    form = find_form(rehearse)
    return lambda: HomeworkLoss(make(), form)
