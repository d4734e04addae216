"""The network, a classifier: fully connected layers with ReLU between them, and the loss on top."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Self

import torch
from torch import Tensor

from reportgen.nn.gradient import WeightGradient
from reportgen.nn.initialization import NormalStream, he_normal, scaled_normal
from reportgen.nn.kinds import TEXTBOOK, LayerKinds, Loss
from reportgen.nn.layers import Dropout, UniformStream


class Classifier:
    """A multilayer perceptron: input_size - hidden... - output_size, ReLU between the layers.

    The objective is the mean cross-entropy plus l2 times the sum of the squared weights; biases are not
    decayed. parameters holds w1 (input_size, hidden[0]), b1 (hidden[0],), w2, b2 and so on.

    stream: where the initial weights are drawn from, layer by layer; biases start at 0. std: None for He
    initialization, else the standard deviation of all weights. dropout, input_dropout: the share of each
    hidden layer's outputs, and of the inputs, that is dropped in training, drawn from dropout_stream. kinds:
    the classes that it is built of. device: where its parameters are, and its inputs are to be.
    """

    def __init__(
        self,
        input_size: int,
        hidden: Sequence[int],
        output_size: int,
        stream: NormalStream,
        *,
        std: float | None = None,
        l2: float = 0.0,
        dtype: torch.dtype = torch.float32,
        dropout: float = 0.0,
        input_dropout: float = 0.0,
        dropout_stream: UniformStream | None = None,
        label_smoothing: float = 0.0,
        divide_gradient: bool = False,
        kinds: LayerKinds = TEXTBOOK,
        device: torch.device | str = "cpu",
    ) -> None:
        sizes = [input_size, *hidden, output_size]
        if any(size < 1 for size in sizes):
            raise ValueError(f"every layer needs at least one unit, got sizes {sizes}")
        parameters = {}
        for number, (inputs, outputs) in enumerate(itertools.pairwise(sizes), start=1):
            w = (
                he_normal(stream, inputs, outputs)
                if std is None
                else scaled_normal(stream, inputs, outputs, std=std)
            )
            parameters[f"w{number}"] = torch.from_numpy(w).to(dtype).to(device)
            parameters[f"b{number}"] = torch.zeros(outputs, dtype=dtype, device=device)
        loss = kinds.loss(label_smoothing=label_smoothing, divide_gradient=divide_gradient)
        self._build(parameters, l2, loss, kinds)
        self.dropouts = [Dropout(input_dropout, dropout_stream)]
        self.dropouts += [Dropout(dropout, dropout_stream) for _ in hidden]

    def _build(self, parameters: dict[str, Tensor], l2: float, loss: Loss, kinds: LayerKinds) -> None:
        self.parameters = parameters
        self.l2 = l2
        self.kinds = kinds
        self.layers = [kinds.fully_connected(l2) for _ in range(len(parameters) // 2)]
        self.activations = [kinds.relu() for _ in self.layers[1:]]
        self.dropouts = [Dropout(0.0, None) for _ in self.layers]
        self.loss = loss

    @classmethod
    def from_parameters(
        cls, parameters: dict[str, Tensor], *, l2: float, loss: Loss, kinds: LayerKinds = TEXTBOOK
    ) -> Self:
        """Return the classifier that has these parameters, without dropout.

        Args:
            parameters: w1, b1, w2, ... in order, of shapes that fit each other; kept, not copied.
            l2: The factor of the sum of the squared weights in the objective.
            loss: The loss of its logits.
            kinds: The classes that its layers are built of.
        """
        classifier = cls.__new__(cls)
        classifier._build(parameters, l2, loss, kinds)
        return classifier

    def forward(self, x: Tensor, *, training: bool = False) -> Tensor:
        """Map inputs x (N, input_size) to logits (N, output_size); dropout acts in training only."""
        out = x
        for number, layer in enumerate(self.layers, start=1):
            out = self.dropouts[number - 1].forward(out, training=training)
            out = layer.forward(out, self.parameters[f"w{number}"], self.parameters[f"b{number}"])
            if number < len(self.layers):
                out = self.activations[number - 1].forward(out)
        return out.to(self.parameters["w1"].dtype)

    def backward(self) -> dict[str, Tensor | WeightGradient]:
        """Gradients of the objective after `forward` and `loss.forward`, by parameter name.

        Those of the weights are kept as factors. The images' own gradient is not computed:
        nobody needs it.
        """
        gradients: dict[str, Tensor | WeightGradient] = {}
        dout = self.loss.backward()
        for number in range(len(self.layers), 0, -1):
            layer = self.layers[number - 1]
            gradients[f"w{number}"] = layer.dw(dout)
            gradients[f"b{number}"] = layer.db(dout)
            if number > 1:
                dout = self.dropouts[number - 1].backward(layer.dx(dout))
                dout = self.activations[number - 2].backward(dout)
        return gradients

    def loss_and_gradients(self, x: Tensor, labels: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """The mean cross-entropy on a batch, and the objective's gradients as plain tensors.

        x (N, input_size); labels (N,), whole numbers below output_size. The L2 term is not in
        the loss (see `l2_term`); its gradient is in the gradients.
        """
        _, loss = self.loss.forward(labels, self.forward(x))
        return loss, {
            name: gradient.written_out() if isinstance(gradient, WeightGradient) else gradient
            for name, gradient in self.backward().items()
        }

    def l2_term(self) -> Tensor:
        """L2 times the sum of the squared weights, a scalar."""
        total = self.parameters["w1"].new_zeros(())
        for number in range(1, len(self.layers) + 1):
            w = self.parameters[f"w{number}"].flatten()
            total += w.dot(w)
        return self.l2 * total

    def predict(self, x: Tensor) -> Tensor:
        """The most probable label of each input; x (N, input_size) to (N,)."""
        return self.forward(x).argmax(dim=1)

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every parameter, in order: w1, b1, w2, ..."""
        return {name: tuple(parameter.shape) for name, parameter in self.parameters.items()}

    def copy(self, dtype: torch.dtype) -> Self:
        """A classifier of its own with the same parameters in this precision, without dropout."""
        parameters = {name: parameter.to(dtype, copy=True) for name, parameter in self.parameters.items()}
        loss = self.kinds.loss(
            label_smoothing=self.loss.label_smoothing, divide_gradient=self.loss.divide_gradient
        )
        return self.from_parameters(parameters, l2=self.l2, loss=loss, kinds=self.kinds)


def parameter_count(shapes: Mapping[str, tuple[int, ...]]) -> int:
    """How many numbers parameters of these shapes hold."""
    return sum(int(torch.Size(shape).numel()) for shape in shapes.values())
