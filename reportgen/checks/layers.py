"""Proofs of the layers and the loss: against finite differences, and against an autograd twin."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from reportgen.checks.check import (
    AUTOGRAD,
    BY_HAND,
    FINITE_DIFFERENCES,
    Check,
    Measure,
    carry_out,
    numerical_gradient,
    worst,
)
from reportgen.nn import Dropout, FullyConnectedLayer, ReLU, SoftmaxCrossEntropy

L2 = 0.01
LABEL_SMOOTHING = 0.1
RATE = 0.25
Found = tuple[tuple[Measure, ...], tuple[str, ...]]


def fully_connected() -> Check:
    """The fully connected layer, with its averages over the batch and its L2 term."""
    return carry_out(
        "fully_connected",
        "Results of fully connected layer forward and backward tests",
        "All passed",
        _prove_fully_connected,
    )


def relu() -> Check:
    """The rectified linear unit."""
    return carry_out("relu", "Results of ReLU forward and backward tests", "All passed", _prove_relu)


def softmax_cross_entropy() -> Check:
    """The loss, with label smoothing and without, also at logits that would overflow a plain exponential."""
    return carry_out(
        "softmax_cross_entropy",
        "Results of softmax cross-entropy forward and backward tests",
        "All passed",
        _prove_softmax_cross_entropy,
    )


def dropout() -> Check:
    """Dropout, with draws that are known."""
    return carry_out("dropout", "Results of dropout forward and backward tests", "All passed", _prove_dropout)


def _random(generator: torch.Generator, *shape: int) -> Tensor:
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def _prove_fully_connected() -> Found:
    generator = torch.Generator().manual_seed(0)
    x, w, b = _random(generator, 6, 5), _random(generator, 5, 4), _random(generator, 4)
    dout = _random(generator, 6, 4)  # each example's loss is the sum of its dout * out
    layer = FullyConnectedLayer(L2)
    out = layer.forward(x, w, b)
    dx, dw, db = layer.backward(dout)

    def total() -> Tensor:
        return (dout * layer.forward(x, w, b)).sum()

    def objective() -> Tensor:
        return total() / len(x) + L2 * w.square().sum()

    numerical = {
        "dx": (dx, numerical_gradient(total, x)),
        "dw": (dw, numerical_gradient(objective, w)),
        "db": (db, numerical_gradient(objective, b)),
    }

    twin_x, twin_w, twin_b = (tensor.clone().requires_grad_() for tensor in (x, w, b))
    twin_out = torch.nn.functional.linear(twin_x, twin_w.T, twin_b)
    twin_total = (dout * twin_out).sum()
    (twin_dx,) = torch.autograd.grad(twin_total, twin_x, retain_graph=True)
    twin_dw, twin_db = torch.autograd.grad(twin_total / len(x) + L2 * twin_w.square().sum(), (twin_w, twin_b))

    # the training loop adds dw to something without writing it out: to the weights, and to a velocity
    layer.forward(x, w, b)
    velocity = _random(generator, 5, 4)
    added = velocity.clone()
    layer.dw(dout).add_to(added, beta=0.9, alpha=-0.3)
    moved = w.clone()
    layer.forward(x, moved, b)
    layer.dw(dout).add_to(moved, beta=1.0, alpha=-0.3)
    autograd = {
        "out": (out, twin_out),
        "dx": (dx, twin_dx),
        "dw": (dw, twin_dw),
        "db": (db, twin_db),
        "dw added to a velocity": (added, 0.9 * velocity - 0.3 * twin_dw),
        "dw added to the weights": (moved, w - 0.3 * twin_dw),
    }
    return (worst(FINITE_DIFFERENCES, numerical), worst(AUTOGRAD, _detached(autograd))), ()


def _prove_relu() -> Found:
    generator = torch.Generator().manual_seed(1)
    x, dout = _random(generator, 6, 5), _random(generator, 6, 5)
    layer = ReLU()
    layer.forward(x)
    dx = layer.backward(dout)

    def total() -> Tensor:
        return (dout * layer.forward(x)).sum()

    numerical = {"dx": (dx, numerical_gradient(total, x))}
    x[0, 0] = 0  # on the kink there is no slope to measure, but one to agree on
    out, dx = layer.forward(x), layer.backward(dout)
    twin = x.clone().requires_grad_()
    twin_out = torch.nn.functional.relu(twin)
    (twin_dx,) = torch.autograd.grad((dout * twin_out).sum(), twin)
    autograd = {"out": (out, twin_out), "dx": (dx, twin_dx)}
    return (worst(FINITE_DIFFERENCES, numerical), worst(AUTOGRAD, _detached(autograd))), ()


def _prove_softmax_cross_entropy() -> Found:
    generator = torch.Generator().manual_seed(2)
    labels = torch.tensor([0, 3, 1, 2, 3, 0])
    logits = _random(generator, 6, 4)
    numerical: dict[str, tuple[Tensor, Tensor]] = {}
    autograd: dict[str, tuple[Tensor, Tensor]] = {}
    for smoothing in (0.0, LABEL_SMOOTHING):
        loss_function = SoftmaxCrossEntropy(label_smoothing=smoothing)

        def total(loss_function: SoftmaxCrossEntropy = loss_function) -> Tensor:
            return len(labels) * loss_function.forward(labels, logits)[1]

        total()
        dlogits = loss_function.backward()
        numerical[f"dlogits, smoothing {smoothing}"] = dlogits, numerical_gradient(total, logits)
        for scale in (1, 1000):  # exp(1000) is infinite: only a stable softmax survives
            twin = (logits * scale).requires_grad_()
            twin_losses = torch.nn.functional.cross_entropy(
                twin, labels, reduction="none", label_smoothing=smoothing
            )
            (twin_dlogits,) = torch.autograd.grad(twin_losses.sum(), twin)
            probabilities, loss = loss_function.forward(labels, logits * scale)
            case = f"x{scale}, smoothing {smoothing}"
            autograd |= {
                f"probabilities {case}": (probabilities, torch.softmax(twin, dim=1)),
                f"loss {case}": (loss, twin_losses.mean()),
                f"dlogits {case}": (loss_function.backward(), twin_dlogits),
            }
    return (worst(FINITE_DIFFERENCES, numerical), worst(AUTOGRAD, _detached(autograd))), ()


class KnownNumbers:
    """A stream that draws the same numbers each time."""

    def __init__(self, numbers: NDArray[np.float32]) -> None:
        self.numbers = numbers

    def random(self, size: tuple[int, ...], dtype: type[np.float32], /) -> NDArray[np.float32]:
        """All of them, in this shape."""
        return self.numbers.reshape(size).astype(dtype)


def _prove_dropout() -> Found:
    generator = torch.Generator().manual_seed(4)
    x, dout = _random(generator, 8, 4), _random(generator, 8, 4)
    # 0, 1/32, ... 31/32 in some order: exactly a share of RATE lies below RATE
    draws = torch.randperm(32, generator=generator).reshape(8, 4) / 32
    layer = Dropout(RATE, KnownNumbers(draws.numpy()))
    out = layer.forward(x, training=True)
    dx = layer.backward(dout)

    def total() -> Tensor:
        return (dout * layer.forward(x, training=True)).sum()

    numerical = {"dx": (dx, numerical_gradient(total, x))}

    twin = x.clone().requires_grad_()
    (twin_dx,) = torch.autograd.grad((dout * twin.masked_fill(draws < RATE, 0) / (1 - RATE)).sum(), twin)
    ones = torch.ones_like(x)
    by_hand = {
        "out": (out, torch.where(draws < RATE, 0, x / (1 - RATE))),
        "mean": (layer.forward(ones, training=True).mean(), ones.mean()),
        "out, not in training": (layer.forward(x, training=False), x),
        "dx, not in training": (layer.backward(dout), dout),
    }
    return (
        worst(FINITE_DIFFERENCES, numerical),
        worst(AUTOGRAD, {"dx": (dx, twin_dx)}),
        worst(BY_HAND, by_hand),
    ), ()


def _detached(pairs: dict[str, tuple[Tensor, Tensor]]) -> dict[str, tuple[Tensor, Tensor]]:
    return {name: (found, expected.detach()) for name, (found, expected) in pairs.items()}
