"""Proofs of the optimizers: 200 steps beside torch.optim, in float64."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from reportgen import optim
from reportgen.checks.check import TORCH_OPTIM, Check, Measure, carry_out, worst
from reportgen.nn import WeightGradient

STEPS, L2 = 200, 0.01


# weight_decay adds weight_decay * w to the gradient; the gradient of L2 * sum(w^2) is 2 * L2 * w
TWINS: dict[str, tuple[dict[str, float], Callable[[Sequence[dict[str, object]]], torch.optim.Optimizer]]] = {
    "SGD": ({"learning_rate": 0.05}, lambda groups: torch.optim.SGD(groups, lr=0.05)),
    "SGD_Momentum": (
        {"learning_rate": 0.02, "momentum": 0.8},
        lambda groups: torch.optim.SGD(groups, lr=0.02, momentum=0.8),
    ),
    "Adam": (
        {"learning_rate": 0.03, "beta1": 0.85, "beta2": 0.99, "epsilon": 1e-6},
        lambda groups: torch.optim.Adam(groups, lr=0.03, betas=(0.85, 0.99), eps=1e-6),
    ),
}


def optimizer(name: str) -> Check:
    """An optimizer by the name that reports use."""
    return carry_out(name, f"Test of {name}", "Passed", lambda: (_prove(name), ()))


def _prove(name: str) -> tuple[Measure, ...]:
    """Take the same steps with both and compare every parameter after every step.

    The weights' gradients come as factors, as in training, at every other step, else written out.
    """
    settings, make_twin = TWINS[name]
    ours = optim.OPTIMIZERS[name](**settings)
    generator = torch.Generator().manual_seed(3)

    def random(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    parameters = {"w1": random(5, 4), "b1": random(4)}
    w, b = (parameter.clone().requires_grad_() for parameter in parameters.values())
    twin = make_twin([{"params": [w], "weight_decay": 2 * L2}, {"params": [b]}])
    measures = []
    for step in range(STEPS):
        x, d = random(6, 5), random(6, 4)
        dw = WeightGradient(x, d, parameters["w1"], L2)
        db = d.sum(dim=0)
        ours.step(parameters, {"w1": dw if step % 2 else dw.written_out(), "b1": db})
        w.grad, b.grad = x.T @ d, db
        twin.step()
        measures.append(
            worst(TORCH_OPTIM, {"w1": (parameters["w1"], w.detach()), "b1": (parameters["b1"], b.detach())})
        )
    return (max(measures, key=lambda measure: measure.error),)
