"""Proof of the whole network: the homework's four layers, and the gradients of its mean loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from reportgen.checks.check import (
    AUTOGRAD,
    FINITE_DIFFERENCES,
    Check,
    Measure,
    carry_out,
    numerical_gradient,
    worst,
)
from reportgen.nn import Classifier, WeightGradient

INPUTS, HIDDEN, OUTPUTS = 5, [8, 4, 2], 3
L2 = 0.01
DROPOUT, INPUT_DROPOUT, LABEL_SMOOTHING = 0.25, 0.125, 0.1


def network() -> Check:
    """The four-layer network of the homework, with its printed shapes."""
    return carry_out("network", "Test of network", "Passed", _prove)


def _prove() -> tuple[tuple[Measure, ...], tuple[str, ...]]:
    # numpy's legacy stream, seed 0 and standard deviation 0.8 are the homework's
    classifier = Classifier(
        INPUTS, HIDDEN, OUTPUTS, np.random.RandomState(0), std=0.8, l2=L2, dtype=torch.float64
    )
    stream = np.random.RandomState(1)
    move_biases(classifier, stream)
    x, labels = small_batch(stream)
    loss, gradients = classifier.loss_and_gradients(x, labels)
    refuse_zeros(gradients)

    numerical = {
        name: (
            gradient,
            numerical_gradient(
                lambda: classifier.loss_and_gradients(x, labels)[0] + classifier.l2_term(),
                classifier.parameters[name],
            ),
        )
        for name, gradient in gradients.items()
    }

    twin = twin_of(classifier, x, labels)
    autograd = {
        "loss": (loss, twin["loss"]),
        "l2 term": (classifier.l2_term(), twin["l2 term"]),
        "logits": (classifier.forward(x), twin["logits"]),
        **{name: (gradient, twin[name]) for name, gradient in gradients.items()},
    }
    measures = worst(FINITE_DIFFERENCES, numerical), worst(AUTOGRAD, autograd | _in_training())
    return measures, describe_shapes(classifier)


def _in_training() -> dict[str, tuple[Tensor, Tensor]]:
    """The same network with dropout and label smoothing, as the training loop calls it, and its twin."""
    stream = np.random.RandomState(2)
    classifier = Classifier(
        INPUTS,
        HIDDEN,
        OUTPUTS,
        stream,
        std=0.8,
        l2=L2,
        dtype=torch.float64,
        dropout=DROPOUT,
        input_dropout=INPUT_DROPOUT,
        dropout_stream=np.random.default_rng(0),
        label_smoothing=LABEL_SMOOTHING,
    )
    move_biases(classifier, stream)
    x, labels = small_batch(stream)
    logits = classifier.forward(x, training=True)
    _, loss = classifier.loss.forward(labels, logits)
    gradients = {
        name: gradient.written_out() if isinstance(gradient, WeightGradient) else gradient
        for name, gradient in classifier.backward().items()
    }
    refuse_zeros(gradients)

    draws = np.random.default_rng(0)  # the same numbers, drawn for the inputs and then layer by layer
    masks = []
    for size, rate in zip([INPUTS, *HIDDEN], [INPUT_DROPOUT, *[DROPOUT] * len(HIDDEN)], strict=True):
        kept = torch.from_numpy(draws.random((len(x), size), np.float32)) >= rate
        masks.append(kept.double() / (1 - rate))
    twin = twin_of(classifier, x, labels, masks, LABEL_SMOOTHING)
    return {
        "loss in training": (loss, twin["loss"]),
        "logits in training": (logits, twin["logits"]),
        "logits after training": (classifier.forward(x), twin_of(classifier, x, labels)["logits"]),
        **{f"{name} in training": (gradient, twin[name]) for name, gradient in gradients.items()},
    }


def move_biases(classifier: Classifier, stream: np.random.RandomState) -> None:
    """Away from 0: there, dead units sit exactly on the kink of the next ReLU."""
    for name, parameter in classifier.parameters.items():
        if name.startswith("b"):
            parameter.copy_(torch.from_numpy(stream.uniform(0.1, 0.5, tuple(parameter.shape))))


def small_batch(stream: np.random.RandomState) -> tuple[Tensor, Tensor]:
    """Return 12 inputs and their labels."""
    x = torch.from_numpy(stream.standard_normal((12, INPUTS)))
    return x, torch.from_numpy(stream.randint(0, OUTPUTS, 12))


def refuse_zeros(gradients: Mapping[str, Tensor]) -> None:
    """Refuse gradients that would agree with whatever is zero as well. Raises ArithmeticError."""
    if not all(bool(gradient.any()) for gradient in gradients.values()):
        raise ArithmeticError("a gradient is all zero: the test would prove nothing")


def twin_of(
    classifier: Classifier,
    x: Tensor,
    labels: Tensor,
    masks: Sequence[Tensor] | None = None,
    label_smoothing: float = 0.0,
) -> dict[str, Tensor]:
    """Logits, loss, L2 term and every gradient of a network put together anew, by autograd.

    masks: what the inputs and then the outputs of each hidden layer are multiplied by.
    """
    twins = {name: p.clone().requires_grad_() for name, p in classifier.parameters.items()}
    out, layers = x, len(twins) // 2
    for number in range(1, layers + 1):
        if masks is not None:
            out = out * masks[number - 1]
        out = out @ twins[f"w{number}"] + twins[f"b{number}"]
        if number < layers:
            out = torch.relu(out)
    loss = torch.nn.functional.cross_entropy(out, labels, label_smoothing=label_smoothing)
    l2_term = L2 * sum(
        (twins[f"w{number}"].square().sum() for number in range(1, layers + 1)), torch.zeros(())
    )
    gradients = torch.autograd.grad(loss + l2_term, list(twins.values()))
    return {
        "logits": out.detach(),
        "loss": loss.detach(),
        "l2 term": l2_term.detach(),
        **dict(zip(twins, gradients, strict=True)),
    }


def describe_shapes(
    classifier: Classifier, fully_connected: str = "FullyConnectedLayer", relu: str = "ReLU"
) -> tuple[str, ...]:
    """Return the layers and the shapes of their parameters, as the homework prints them.

    Args:
        classifier: The network.
        fully_connected: What its layers are called.
        relu: What its activations are called.
    """
    lines = ["Network architecture and shapes of parameters:"]
    shapes = classifier.parameter_shapes()
    for number in range(1, len(classifier.layers) + 1):
        w, b = list(shapes[f"w{number}"]), list(shapes[f"b{number}"])
        lines.append(f"{fully_connected}: w{number}({w}), b{number}({b})")
        if number < len(classifier.layers):
            lines.append(relu)
    return tuple(lines)
