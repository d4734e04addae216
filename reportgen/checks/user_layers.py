"""Proofs of layers of somebody's own, in float64: against finite differences and autograd."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from reportgen.checks import wrong_layers
from reportgen.checks.check import (
    AUTOGRAD,
    FINITE_DIFFERENCES,
    Check,
    Measure,
    Mistake,
    numerical_gradient,
    worst,
)
from reportgen.checks.likely_mistakes import Case, Values, key_of_error, recognize
from reportgen.nn.handing import describe
from reportgen.nn.homework_kinds import FULLY_CONNECTED, RELU, averages_over_batch, divides_by_batch
from reportgen.nn.homework_kinds import LOSS as CROSS_ENTROPY
from reportgen.nn.homework_layers import (
    HomeworkFullyConnected,
    HomeworkLoss,
    HomeworkReLU,
    find_fully_connected,
    find_loss,
    find_relu,
)

Make = Callable[[], Any]
LOSS = ("autograd twin, loss", 1e-6)
"""Many add a little in the logarithm, so that it is never of 0; nothing is trained by the loss's value."""

OVERFLOWS = 700
"""The exponential of more than that is infinite, or nearly, in float64."""

SENTENCES = {
    FULLY_CONNECTED: "Results of fully connected layer forward and backward tests",
    RELU: "Results of ReLU forward and backward tests",
    CROSS_ENTROPY: "Results of softmax cross-entropy forward and backward tests",
}


def prove_fully_connected(make: Make) -> Check:
    """Prove a fully connected layer; it may average its gradients over the batch, or sum them.

    Args:
        make: Makes an object of the class.
    """

    def proof() -> Check:
        found = find_fully_connected(make)
        averages = averages_over_batch(found)
        cases = [_use_fully_connected(found(0.0), given, averages) for given in _fully_connected_inputs()]
        where = {"out": "forward: out", "dx": "backward: dx", "dw": "backward: dw", "db": "backward: db"}
        mistakes = recognize(cases, wrong_layers.of_fully_connected(averages=averages), where)
        if not mistakes:
            mistakes = _share_state(found, averages) or _change_weights(found)
        return _check(
            FULLY_CONNECTED,
            (
                _numerical(lambda: _differences_of_fully_connected(found(0.0), averages)),
                worst(AUTOGRAD, _pairs(cases)),
            ),
            mistakes,
            "averages" if averages else "sums",
        )

    return _carry_out(FULLY_CONNECTED, proof)


def prove_relu(make: Make) -> Check:
    """Prove a rectified linear unit; at 0, where it has no slope, it may do as it likes.

    Args:
        make: Makes an object of the class.
    """

    def proof() -> Check:
        found = find_relu(make)
        cases = [_use_relu(found(), given) for given in _relu_inputs()]
        mistakes = recognize(cases, wrong_layers.RELU, {"out": "forward: out", "dx": "backward: dx"})
        return _check(
            RELU,
            (_numerical(lambda: _differences_of_relu(found())), worst(AUTOGRAD, _pairs(cases))),
            mistakes,
        )

    return _carry_out(RELU, proof)


def prove_loss(make: Make) -> Check:
    """Prove softmax with cross-entropy; it may divide its gradient by the batch size, or not.

    Args:
        make: Makes an object of the class.
    """

    def proof() -> Check:
        found = find_loss(make)
        divides = divides_by_batch(found)
        cases = [_use_loss(found(), given, divides) for given in _loss_inputs()]
        where = {"predictions": "forward: predictions", "loss": "forward: loss", "dx": "backward: dx"}
        mistakes = recognize(cases, wrong_layers.of_loss(divides=divides), where)
        measures = (
            _numerical(lambda: _differences_of_loss(found(), divides)),
            worst(AUTOGRAD, _pairs(cases, "predictions", "dx")),
            worst(LOSS, _pairs(cases, "loss")),
        )
        if all(measure.passed for measure in measures):
            mistakes = ()  # a little in the logarithm
        return _check(CROSS_ENTROPY, measures, mistakes, "divides" if divides else "does_not_divide")

    return _carry_out(CROSS_ENTROPY, proof)


def _carry_out(key: str, proof: Callable[[], Check]) -> Check:
    try:
        return proof()
    except Exception as error:  # whatever somebody's code does
        problem = describe(error)
        return Check(
            key, SENTENCES[key], "All passed", (), (), problem, (Mistake(key_of_error(problem), problem),)
        )


def _check(key: str, measures: tuple[Measure, ...], mistakes: tuple[Mistake, ...], remark: str = "") -> Check:
    problem = "" if not mistakes else mistakes[0].where
    return Check(key, SENTENCES[key], "All passed", measures, (), problem, mistakes, remark)


def _pairs(cases: Sequence[Case], *names: str) -> dict[str, tuple[Tensor, Tensor]]:
    """What came beside what was expected; of what did not come, nothing that could agree."""
    return {
        f"{name} {number}": (case.came.get(name, torch.full_like(expected, torch.nan)), expected)
        for number, case in enumerate(cases)
        for name, expected in case.expected.items()
        if not names or name in names
    }


def _use(expected: Mapping[str, Tensor], given: Values, use: Callable[[dict[str, Tensor]], None]) -> Case:
    """Use somebody's code, as far as it goes."""
    came: dict[str, Tensor] = {}
    try:
        use(came)
    except Exception as error:
        return Case(given, expected, came, describe(error))
    return Case(given, expected, came)


def _tensor(*rows: object) -> Tensor:
    return torch.tensor(rows, dtype=torch.float64)


def _random(seed: int) -> Callable[..., Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return lambda *shape: torch.randn(shape, generator=generator, dtype=torch.float64)


def _fully_connected_inputs() -> list[dict[str, Tensor]]:
    """Small numbers, first all square, so that also what is wrongly transposed gives numbers; and others."""
    random = _random(0)
    return [
        {
            "x": _tensor([1, 2], [3, -1]),
            "w": _tensor([2, -1], [1, 3]),
            "b": _tensor(1, -2),
            "backprop": _tensor([1, -2], [4, 2]),
        },
        {
            "x": _tensor([1, 2], [3, -1], [0, 2]),
            "w": _tensor([2], [1]),
            "b": _tensor(1),
            "backprop": _tensor([1], [-2], [4]),
        },
        {"x": random(6, 5), "w": random(5, 4), "b": random(4), "backprop": random(6, 4)},
    ]


def _use_fully_connected(layer: HomeworkFullyConnected, given: dict[str, Tensor], averages: bool) -> Case:
    x, w, b = (given[name].clone().requires_grad_() for name in ("x", "w", "b"))
    out = x @ w + b
    total = (given["backprop"] * out).sum()
    (dx,) = torch.autograd.grad(total, x, retain_graph=True)
    dw, db = torch.autograd.grad(total / len(x) if averages else total, (w, b))

    def use(came: dict[str, Tensor]) -> None:
        came["out"] = layer.forward(given["x"].clone(), given["w"].clone(), given["b"].clone()).clone()
        came["dx"], came["dw"], came["db"] = layer.backward(given["backprop"].clone())

    return _use({"out": out.detach(), "dx": dx, "dw": dw, "db": db}, given, use)


def _numerical(pairs: Callable[[], dict[str, tuple[Tensor, Tensor]]]) -> Measure:
    """Hold gradients against finite differences; where the code raises, a case says so already."""
    try:
        return worst(FINITE_DIFFERENCES, pairs())
    except Exception:
        against, limit = FINITE_DIFFERENCES
        return Measure(against, float("inf"), limit)


def _differences_of_fully_connected(
    layer: HomeworkFullyConnected, averages: bool
) -> dict[str, tuple[Tensor, Tensor]]:
    *_, given = _fully_connected_inputs()
    x, w, b, backprop = given.values()
    layer.forward(x, w, b)
    dx, dw, db = layer.backward(backprop.clone())
    scale = len(x) if averages else 1

    def total() -> Tensor:
        return (backprop * layer.forward(x, w, b)).sum()

    return {
        "dx": (dx, numerical_gradient(total, x)),
        "dw": (dw, numerical_gradient(total, w) / scale),
        "db": (db, numerical_gradient(total, b) / scale),
    }


def _share_state(make: Callable[[float], HomeworkFullyConnected], averages: bool) -> tuple[Mistake, ...]:
    """Whether a second layer disturbs the first, which would make a network of both go wrong."""
    given, *_ = _fully_connected_inputs()
    first, second = make(0.0), make(0.0)
    expected = _use_fully_connected(first, given, averages).expected
    first.forward(given["x"], given["w"], given["b"])
    second.forward(10 * given["x"], given["w"].T.contiguous(), given["b"])
    dx, dw, db = first.backward(given["backprop"].clone())
    case = Case(given, expected, {"dx": dx, "dw": dw, "db": db})
    where = {"dx": "backward: dx", "dw": "backward: dw"}
    return tuple(
        Mistake("layers_share_state", mistake.where, mistake.example)
        for mistake in recognize([case], {}, where)
    )[:1]


def _change_weights(make: Callable[[float], HomeworkFullyConnected]) -> tuple[Mistake, ...]:
    """Whether a layer writes into its weights, which is the optimizer's work."""
    given, *_ = _fully_connected_inputs()
    changed = {name: value.clone() for name, value in given.items()}
    layer = make(0.0)
    layer.forward(changed["x"], changed["w"], changed["b"])
    layer.backward(changed["backprop"])
    case = Case(given, {"w": given["w"], "b": given["b"]}, {"w": changed["w"], "b": changed["b"]})
    where = {"w": "after backward: w", "b": "after backward: b"}
    return tuple(
        Mistake("weights_changed", mistake.where, mistake.example) for mistake in recognize([case], {}, where)
    )[:1]


def _relu_inputs() -> list[dict[str, Tensor]]:
    random = _random(1)
    return [
        {"x": _tensor([-1, 2], [3, -2]), "backprop": _tensor([1, -2], [4, 3])},
        {"x": random(6, 5), "backprop": random(6, 5)},
    ]


def _use_relu(relu: HomeworkReLU, given: dict[str, Tensor]) -> Case:
    x = given["x"].clone().requires_grad_()
    out = torch.nn.functional.relu(x)
    (dx,) = torch.autograd.grad((given["backprop"] * out).sum(), x)

    def use(came: dict[str, Tensor]) -> None:
        came["out"] = relu.forward(given["x"].clone()).clone()
        came["dx"] = relu.backward(given["backprop"].clone())

    return _use({"out": out.detach(), "dx": dx}, given, use)


def _differences_of_relu(relu: HomeworkReLU) -> dict[str, tuple[Tensor, Tensor]]:
    _, given = _relu_inputs()
    x, backprop = given.values()
    relu.forward(x.clone())
    dx = relu.backward(backprop.clone())

    def total() -> Tensor:
        return (backprop * relu.forward(x.clone())).sum()

    return {"dx": (dx, numerical_gradient(total, x))}


def _loss_inputs() -> list[dict[str, Tensor]]:
    """The third would overflow a plain exponential; its labels are the likeliest, so that no loss is."""
    random = _random(2)
    return [
        {"x": _tensor([2, 1, 0], [0, 1, 3]), "y": torch.tensor([0, 1])},
        {"x": random(6, 4), "y": torch.tensor([0, 3, 1, 2, 3, 0])},
        {"x": _tensor([1000, 0, 0], [0, 900, 1000]), "y": torch.tensor([0, 2])},
    ]


def _use_loss(loss: HomeworkLoss, given: dict[str, Tensor], divides: bool) -> Case:
    x = given["x"].clone().requires_grad_()
    losses = torch.nn.functional.cross_entropy(x, given["y"], reduction="none")
    (dx,) = torch.autograd.grad(losses.mean() if divides else losses.sum(), x)
    expected = {
        "predictions": torch.softmax(given["x"], dim=1),
        "loss": losses.mean().detach(),
        "dx": dx,
    }

    def use(came: dict[str, Tensor]) -> None:
        predictions, came["loss"] = loss.forward(given["y"].clone(), given["x"].clone())
        if loss.predicts_labels:
            likeliest = given["x"].argmax(dim=1)
            expected["predictions"] = torch.nn.functional.one_hot(likeliest, x.shape[1]).double()
        came["predictions"] = predictions
        came["dx"] = loss.backward()

    case = _use(expected, given, use)
    labelled = {"labelled": torch.tensor(loss.predicts_labels)}
    extreme = bool(given["x"].max() > OVERFLOWS)
    return replace(case, given=given | labelled, hidden=("labelled",), extreme=extreme)


def _differences_of_loss(loss: HomeworkLoss, divides: bool) -> dict[str, tuple[Tensor, Tensor]]:
    _, given, _ = _loss_inputs()
    x, labels = given.values()
    loss.forward(labels, x.clone())
    dx = loss.backward()

    def total() -> Tensor:
        return (1 if divides else len(labels)) * loss.forward(labels, x.clone())[1]

    return {"dx": (dx, numerical_gradient(total, x))}
