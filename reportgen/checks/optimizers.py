"""Proofs of the optimizers: 200 steps beside torch.optim, in float64."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from reportgen import optim
from reportgen.checks.check import TORCH_OPTIM, Check, Measure, carry_out, worst
from reportgen.nn import WeightGradient

STEPS, L2, DECAY = 200, 0.01, 0.4

SETTINGS: dict[str, dict[str, float]] = {
    "SGD": {"learning_rate": 0.05},
    "SGD_Momentum": {"learning_rate": 0.02, "momentum": 0.8},
    "Adam": {"learning_rate": 0.03, "beta1": 0.85, "beta2": 0.99, "epsilon": 1e-6},
}

Groups = list[dict[str, Any]]
Step = Callable[[Tensor, Tensor, float], None]
"""Takes the gradients of the weights, without the L2 term, and of the biases, and a learning rate."""


def optimizer(name: str) -> Check:
    """An optimizer by the name that reports use."""
    return carry_out(name, f"Test of {name}", "Passed", lambda: (_prove(name), ()))


def _prove(name: str) -> tuple[Measure, ...]:
    """At one learning rate; and, for fewer steps, with weight decay and a learning rate that changes."""
    settings = SETTINGS[name]
    plain = optim.OPTIMIZERS[name](**settings)
    decaying = optim.OPTIMIZERS[name](**settings | {"weight_decay": DECAY})
    learning_rates = [settings["learning_rate"]] * STEPS
    changing = [rate * (1 + 0.9 * math.cos(step)) for step, rate in enumerate(learning_rates[: STEPS // 4])]
    measures = [
        *_compare(plain, PLAIN[name], learning_rates),
        *_compare(decaying, DECAYING[name], changing),
    ]
    return (max(measures, key=lambda measure: measure.error),)


def _compare(
    ours: optim.Optimizer, make_twin: Callable[[Tensor, Tensor], Step], learning_rates: list[float]
) -> list[Measure]:
    """Take the same steps with both and compare every parameter after every step.

    The weights' gradients come as factors, as in training, at every other step, else written out.
    """
    generator = torch.Generator().manual_seed(3)

    def random(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    parameters = {"w1": random(5, 4), "b1": random(4)}
    w, b = (parameter.clone().requires_grad_() for parameter in parameters.values())
    step_twin = make_twin(w, b)
    measures = []
    for step, learning_rate in enumerate(learning_rates):
        x, d = random(6, 5), random(6, 4)
        dw = WeightGradient(x, d, parameters["w1"], L2)
        db = d.sum(dim=0)
        ours.learning_rate = learning_rate
        ours.step(parameters, {"w1": dw if step % 2 else dw.written_out(), "b1": db})
        step_twin(x.T @ d, db, learning_rate)
        measures.append(
            worst(TORCH_OPTIM, {"w1": (parameters["w1"], w.detach()), "b1": (parameters["b1"], b.detach())})
        )
    return measures


def _sgd(momentum: float) -> Callable[[Tensor, Tensor], Step]:
    def make(w: Tensor, b: Tensor) -> Step:
        # torch's weight_decay adds weight_decay * w to the gradient; that of L2 * sum(w^2) is 2 * L2 * w
        groups: Groups = [{"params": [w], "weight_decay": 2 * L2}, {"params": [b]}]
        return _stepping(w, b, torch.optim.SGD(groups, momentum=momentum))

    return make


def _adam(w: Tensor, b: Tensor) -> Step:
    groups: Groups = [{"params": [w], "weight_decay": 2 * L2}, {"params": [b]}]
    return _stepping(w, b, torch.optim.Adam(groups, betas=(0.85, 0.99), eps=1e-6))


def _adamw(w: Tensor, b: Tensor) -> Step:
    # AdamW's weight_decay is the decay: the L2 term goes into the gradient
    groups: Groups = [{"params": [w], "weight_decay": DECAY}, {"params": [b], "weight_decay": 0.0}]
    step = _stepping(w, b, torch.optim.AdamW(groups, betas=(0.85, 0.99), eps=1e-6))
    return lambda dw, db, learning_rate: step(dw + 2 * L2 * w.detach(), db, learning_rate)


def _decaying_sgd(momentum: float) -> Callable[[Tensor, Tensor], Step]:
    """The weights shrink by hand. torch has no such SGD."""

    def make(w: Tensor, b: Tensor) -> Step:
        # our velocity keeps every gradient with the learning rate of its step, torch's without:
        # its own is 1, and its gradients are multiplied already
        step = _stepping(w, b, torch.optim.SGD([w, b], momentum=momentum))

        def decay_and_step(dw: Tensor, db: Tensor, learning_rate: float) -> None:
            gradient = dw + 2 * L2 * w.detach()
            w.data *= 1 - learning_rate * DECAY
            step(learning_rate * gradient, learning_rate * db, 1.0)

        return decay_and_step

    return make


def _stepping(w: Tensor, b: Tensor, twin: torch.optim.Optimizer) -> Step:
    def step(dw: Tensor, db: Tensor, learning_rate: float) -> None:
        for group in twin.param_groups:
            group["lr"] = learning_rate
        w.grad, b.grad = dw, db
        twin.step()

    return step


PLAIN = {"SGD": _sgd(0.0), "SGD_Momentum": _sgd(0.8), "Adam": _adam}
DECAYING = {"SGD": _decaying_sgd(0.0), "SGD_Momentum": _decaying_sgd(0.8), "Adam": _adamw}
