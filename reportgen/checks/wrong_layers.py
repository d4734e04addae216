"""Known wrong variants of the homework's layers: what each mistake makes of the input."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from reportgen.checks.likely_mistakes import Values, Variant

Variants = Mapping[str, Mapping[str, Variant]]


def of_fully_connected(*, averages: bool) -> Variants:
    """Return the wrong variants of a layer with x (N, D), w (D, F), b (F,) and backprop (N, F).

    Args:
        averages: Whether dw and db should be averages over the batch, or sums.
    """

    def scale(g: Values) -> int:
        return len(g["x"]) if averages else 1

    def dx(g: Values) -> Tensor:
        return g["backprop"] @ g["w"].T

    def dw(g: Values) -> Tensor:
        return g["x"].T @ g["backprop"] / scale(g)

    def db(g: Values) -> Tensor:
        return g["backprop"].sum(dim=0) / scale(g)

    variants: dict[str, dict[str, Variant]] = {
        "missing_transpose": {
            "out": lambda g: g["x"] @ g["w"].T + g["b"],
            "dx": lambda g: g["backprop"] @ g["w"],
            "dw": lambda g: g["x"] @ g["backprop"] / scale(g),
        },
        "reshaped_for_transposed": {
            "dx": lambda g: g["backprop"] @ g["w"].reshape(g["w"].T.shape),
            "dw": lambda g: g["x"].reshape(g["x"].T.shape) @ g["backprop"] / scale(g),
        },
        "dw_transposed": {"dw": lambda g: dw(g).T},
        "dx_averaged": {"dx": lambda g: dx(g) / len(g["x"])},
        "bias_forgotten": {"out": lambda g: g["x"] @ g["w"]},
        "bias_subtracted": {"out": lambda g: g["x"] @ g["w"] - g["b"]},
        "bias_not_summed": {"db": lambda g: g["backprop"]},
        "bias_not_summed, averaged": {"db": lambda g: g["backprop"] / len(g["x"])},
        "bias_not_summed, first": {"db": lambda g: g["backprop"][0]},
        "bias_not_summed, last": {"db": lambda g: g["backprop"][-1]},
        "bias_kept_as_row": {"db": lambda g: db(g)[None]},
        "bias_over_units": {"db": lambda g: g["backprop"].sum(dim=1)},
        "bias_over_units, averaged": {"db": lambda g: g["backprop"].mean(dim=1)},
        "bias_one_number": {"db": lambda g: g["backprop"].mean()},
        "bias_one_number, summed": {"db": lambda g: g["backprop"].sum()},
        "gradients_in_other_order": {"dx": dw, "dw": dx},
        "gradients_in_other_order, bias": {"dx": db, "dw": db, "db": dw},
        "gradients_in_other_order, inputs last": {"db": dx},
        "gradient_sign": {"dx": lambda g: -dx(g), "dw": lambda g: -dw(g), "db": lambda g: -db(g)},
        "averaged_over_units": {
            "dw": lambda g: g["x"].T @ g["backprop"] / g["backprop"].shape[1],
            "db": lambda g: g["backprop"].sum(dim=0) / g["backprop"].shape[1],
        },
        "averaged_over_inputs": {"dw": lambda g: g["x"].T @ g["backprop"] / g["x"].shape[1]},
    }
    if averages:
        variants["gradient_not_averaged"] = {
            "dw": lambda g: dw(g) * len(g["x"]),
            "db": lambda g: db(g) * len(g["x"]),
        }
        variants["averaged_twice"] = {
            "dw": lambda g: dw(g) / len(g["x"]),
            "db": lambda g: db(g) / len(g["x"]),
        }
    return variants


def _leaky(slope: float) -> dict[str, Variant]:
    return {
        "out": lambda g: torch.where(g["x"] > 0, g["x"], slope * g["x"]),
        "dx": lambda g: torch.where(g["x"] > 0, 1.0, slope) * g["backprop"],
    }


RELU: Variants = {
    "relu_passes_negative": {
        "out": lambda g: g["x"],
        "dx": lambda g: g["backprop"],
    },
    "relu_absolute": {"out": lambda g: g["x"].abs()},
    "relu_wrong_half": {
        "out": lambda g: g["x"].clamp(max=0),
        "dx": lambda g: g["backprop"] * (g["x"] < 0),
    },
    "relu_masked_by_gradient": {"dx": lambda g: g["backprop"].clamp(min=0)},
    "relu_times_output": {"dx": lambda g: g["backprop"] * g["x"].clamp(min=0)},
    "relu_slope_alone": {"dx": lambda g: (g["x"] > 0).double()},
    "gradient_sign": {"dx": lambda g: -g["backprop"] * (g["x"] > 0)},
    "relu_leaky": _leaky(0.01),
    "relu_leaky, more": _leaky(0.1),
    "relu_leaky, much": _leaky(0.2),
}
"""Of x and backprop, both of the same shape."""


def of_loss(*, divides: bool) -> Variants:
    """Return the wrong variants of softmax with cross-entropy: labels y (N,), logits x (N, K).

    Args:
        divides: Whether the gradient should be divided by N.
    """

    def scale(g: Values) -> int:
        return len(g["y"]) if divides else 1

    def dx(g: Values) -> Tensor:
        return (_softmax(g) - _one_hot(g["y"], g["x"])) / scale(g)

    def of(probabilities: Variant, labels: Variant = lambda g: g["y"]) -> dict[str, Variant]:
        """What comes of other probabilities, or of other labels."""
        return {
            "predictions": lambda g: _predicted(probabilities(g), g),
            "loss": lambda g: _losses(probabilities(g), labels(g)).mean(),
            "dx": lambda g: (probabilities(g) - _one_hot(labels(g), g["x"])) / scale(g),
        }

    return {
        "softmax_overflow": of(lambda g: _normalized(g["x"].exp(), dim=1)),
        "wrong_class": of(_softmax, lambda g: (g["y"] + 1) % g["x"].shape[1]),
        "wrong_class, one before": of(_softmax, lambda g: (g["y"] - 1) % g["x"].shape[1]),
        "wrong_class, the likeliest": of(_softmax, lambda g: g["x"].argmax(dim=1)),
        "softmax_over_batch": of(lambda g: torch.softmax(g["x"], dim=0)),
        "softmax_over_batch, once stable": of(
            lambda g: _normalized((g["x"] - g["x"].amax(dim=1, keepdim=True)).exp(), dim=0)
        ),
        "softmax_over_batch, of all": of(lambda g: _normalized((g["x"] - g["x"].max()).exp(), dim=0)),
        "softmax_missing": of(lambda g: g["x"]),
        "loss_not_averaged": {"loss": lambda g: _losses(_softmax(g), g["y"]).sum()},
        "loss_over_classes": {"loss": lambda g: _losses(_softmax(g), g["y"]).mean() / g["x"].shape[1]},
        "loss_sign": {"loss": lambda g: -_losses(_softmax(g), g["y"]).mean()},
        "gradient_sign": {"dx": lambda g: -dx(g)},
        "target_not_subtracted": {"dx": _softmax},
        "target_not_subtracted, divided": {"dx": lambda g: _softmax(g) / len(g["y"])},
        "averaged_over_units": {"dx": lambda g: dx(g) * scale(g) / g["x"].shape[1]},
        "averaged_twice": {"dx": lambda g: dx(g) * scale(g) / len(g["y"]) ** 2},
    }


def _softmax(g: Values) -> Tensor:
    return torch.softmax(g["x"], dim=1)


def _normalized(exponentials: Tensor, dim: int) -> Tensor:
    return exponentials / exponentials.sum(dim=dim, keepdim=True)


def _losses(probabilities: Tensor, labels: Tensor) -> Tensor:
    return -probabilities.gather(1, labels[:, None]).log()


def _predicted(probabilities: Tensor, g: Values) -> Tensor:
    """The probabilities, or where labels are predicted 1 for each of these."""
    return _one_hot(probabilities.argmax(dim=1), g["x"]) if g["labelled"] else probabilities


def _one_hot(labels: Tensor, logits: Tensor) -> Tensor:
    return torch.nn.functional.one_hot(labels, logits.shape[1]).to(logits.dtype)


PAIR: Mapping[str, Mapping[str, Callable[[Values], Tensor]]] = {
    "averaged_twice": {
        "dw": lambda g: g["dw"] / len(g["x"]),
        "db": lambda g: g["db"] / len(g["x"]),
    },
    "gradient_not_averaged": {
        "dw": lambda g: g["dw"] * len(g["x"]),
        "db": lambda g: g["db"] * len(g["x"]),
    },
}
"""Of a layer and a loss that are right each by itself; dw and db are those of the mean loss."""
