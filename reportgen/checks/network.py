"""Proof of the whole network: the homework's four layers, and the gradients of its mean loss."""

from __future__ import annotations

import numpy as np
import torch

from reportgen.checks.check import (
    AUTOGRAD,
    FINITE_DIFFERENCES,
    Check,
    Measure,
    carry_out,
    numerical_gradient,
    worst,
)
from reportgen.nn import Classifier

INPUTS, HIDDEN, OUTPUTS = 5, [8, 4, 2], 3
L2 = 0.01


def network() -> Check:
    """The four-layer network of the homework, with its printed shapes."""
    return carry_out("network", "Test of network", "Passed", _prove)


def _prove() -> tuple[tuple[Measure, ...], tuple[str, ...]]:
    # numpy's legacy stream, seed 0 and standard deviation 0.8 are the homework's
    classifier = Classifier(
        INPUTS, HIDDEN, OUTPUTS, np.random.RandomState(0), std=0.8, l2=L2, dtype=torch.float64
    )
    stream = np.random.RandomState(1)
    for name, parameter in classifier.parameters.items():
        if name.startswith("b"):  # with biases of 0, dead units sit exactly on the kink of the next ReLU
            parameter.copy_(torch.from_numpy(stream.uniform(0.1, 0.5, tuple(parameter.shape))))
    x = torch.from_numpy(stream.standard_normal((12, INPUTS)))
    labels = torch.from_numpy(stream.randint(0, OUTPUTS, 12))
    loss, gradients = classifier.loss_and_gradients(x, labels)
    if not all(bool(gradient.any()) for gradient in gradients.values()):
        raise ArithmeticError("a gradient is all zero: the test would prove nothing")

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

    twins = {name: p.clone().requires_grad_() for name, p in classifier.parameters.items()}
    out = x
    layers = len(twins) // 2
    for number in range(1, layers + 1):
        out = out @ twins[f"w{number}"] + twins[f"b{number}"]
        if number < layers:
            out = torch.relu(out)
    twin_loss = torch.nn.functional.cross_entropy(out, labels)
    twin_l2 = L2 * sum(
        (twins[f"w{number}"].square().sum() for number in range(1, layers + 1)), torch.zeros(())
    )
    twin_gradients = torch.autograd.grad(twin_loss + twin_l2, list(twins.values()))
    autograd = {
        "loss": (loss, twin_loss.detach()),
        "l2 term": (classifier.l2_term(), twin_l2.detach()),
        "logits": (classifier.forward(x), out.detach()),
        **{name: (gradients[name], twin) for name, twin in zip(twins, twin_gradients, strict=True)},
    }
    return (worst(FINITE_DIFFERENCES, numerical), worst(AUTOGRAD, autograd)), _shapes(classifier)


def _shapes(classifier: Classifier) -> tuple[str, ...]:
    """The layers and the shapes of their parameters, as the homework prints them."""
    lines = ["Network architecture and shapes of parameters:"]
    shapes = classifier.parameter_shapes()
    for number, layer in enumerate(classifier.layers, start=1):
        w, b = list(shapes[f"w{number}"]), list(shapes[f"b{number}"])
        lines.append(f"{type(layer).__name__}: w{number}({w}), b{number}({b})")
        if number < len(classifier.layers):
            lines.append(type(classifier.activations[number - 1]).__name__)
    return tuple(lines)
