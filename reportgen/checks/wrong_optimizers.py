"""Known wrong variants of the homework's optimizers: where each mistake leads after every step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

Path = list[dict[str, Tensor]]
"""The parameters by name, after every step."""
Follow = Callable[["Steps"], Path]
Count = Literal["steps", "parameters", "stays 1", "stays 0", "one late"]
"""How Adam's t is counted."""


@dataclass(frozen=True)
class Steps:
    """What an optimizer is led through.

    start: the parameters by name. gradients: of each step, by the same names. rates: the learning rate of
    each. hyperparameters: all further ones.
    """

    start: Mapping[str, Tensor]
    gradients: Sequence[Mapping[str, Tensor]]
    rates: Sequence[float]
    hyperparameters: Mapping[str, float]


def sgd(steps: Steps, *, sign: int = -1, first_rate: bool = False, no_rate: bool = False) -> Path:
    """Follow w <- w - learning_rate g, or what a mistake makes of it.

    Args:
        steps: What is followed.
        sign: Of the step.
        first_rate: Whether the learning rate of the first step is kept for ever.
        no_rate: Whether it is left out.
    """
    path: Path = []
    now = dict(steps.start)
    for gradients, rate in zip(steps.gradients, _rates(steps, first_rate=first_rate), strict=True):
        now = {name: w + sign * (1 if no_rate else rate) * gradients[name] for name, w in now.items()}
        path.append(now)
    return path


def momentum(
    steps: Steps,
    *,
    sign: int = 1,
    gradient_sign: int = -1,
    momentum_sign: int = 1,
    keeps: bool = True,
    shared: bool = False,
    weighted: bool = False,
    nesterov: bool = False,
    rate_outside: bool = False,
    first_rate: bool = False,
) -> Path:
    """Follow v <- momentum v - learning_rate g and w <- w + v, or what a mistake makes of it.

    Args:
        steps: What is followed.
        sign: Of v in the step.
        gradient_sign: Of g in v.
        momentum_sign: Of the old v in the new one.
        keeps: Whether v is kept from step to step.
        shared: Whether all parameters have one v.
        weighted: Whether the gradient counts 1 - momentum times.
        nesterov: Whether the step looks ahead.
        rate_outside: Whether the learning rate is a factor of v, as in torch, not of g.
        first_rate: Whether the learning rate of the first step is kept for ever.
    """
    mu = steps.hyperparameters["momentum"]
    path: Path = []
    now, velocity = dict(steps.start), _Store(shared=shared)
    for gradients, rate in zip(steps.gradients, _rates(steps, first_rate=first_rate), strict=True):
        moved = {}
        for name, w in now.items():
            g = (
                gradient_sign
                * gradients[name]
                * ((1 - mu) if weighted else 1)
                * (1 if rate_outside else rate)
            )
            v = momentum_sign * mu * velocity.get(name, w) * keeps + g
            velocity.put(name, v)
            moved[name] = w + sign * (rate if rate_outside else 1) * (mu * v + g if nesterov else v)
        now = moved
        path.append(now)
    return path


def adam(
    steps: Steps,
    *,
    sign: int = -1,
    count: Count = "steps",
    corrects: tuple[bool, bool] = (True, True),
    keeps: tuple[bool, bool] = (True, True),
    shared: bool = False,
    epsilon: Literal["outside", "inside", "before correction", "missing"] = "outside",
    squared: bool = True,
    root: bool = True,
    swapped: bool = False,
    weighted: bool = True,
    keeps_corrected: bool = False,
    first_rate: bool = False,
) -> Path:
    """Follow Adam, or what a mistake makes of it.

    Args:
        steps: What is followed.
        sign: Of the step.
        count: How t is counted.
        corrects: Whether the bias of m is mended, and that of v.
        keeps: Whether m is kept from step to step, and v.
        shared: Whether all parameters have one m and one v.
        epsilon: Where it is added: outside the root of the mended v, inside, outside that of v, or nowhere.
        squared: Whether v is of the squared gradient, not of its absolute value.
        root: Whether the step is divided by the root of v.
        swapped: Whether beta1 and beta2 are taken for each other.
        weighted: Whether the gradient counts 1 - beta times.
        keeps_corrected: Whether the mended m and v are kept in place of m and v.
        first_rate: Whether the learning rate of the first step is kept for ever.
    """
    beta1, beta2, eps = (steps.hyperparameters[name] for name in ("beta1", "beta2", "epsilon"))
    if swapped:
        beta1, beta2 = beta2, beta1
    ms, vs, t = _Store(shared=shared), _Store(shared=shared), 0
    path: Path = []
    now = dict(steps.start)
    for number, rate in enumerate(_rates(steps, first_rate=first_rate), start=1):
        moved = {}
        for name, w in now.items():
            t = {"steps": number, "parameters": t + 1, "stays 1": 1, "stays 0": 0, "one late": number + 1}[
                count
            ]
            g = steps.gradients[number - 1][name]
            m = beta1 * ms.get(name, w) * keeps[0] + ((1 - beta1) if weighted else 1) * g
            v = beta2 * vs.get(name, w) * keeps[1]
            v = v + ((1 - beta2) if weighted else 1) * (g * g if squared else g.abs())
            # 1 - beta^0 is 0, which divides in torch as it does in numpy
            m_hat = m / torch.tensor(1 - beta1**t, dtype=w.dtype) if corrects[0] else m
            v_hat = v / torch.tensor(1 - beta2**t, dtype=w.dtype) if corrects[1] else v
            ms.put(name, m_hat if keeps_corrected else m)
            vs.put(name, v_hat if keeps_corrected else v)
            if epsilon == "before correction":
                below = (v.sqrt() + eps) / (1 - beta2**t) ** 0.5
            else:
                inside = eps if epsilon == "inside" else 0.0
                outside = eps if epsilon == "outside" else 0.0
                below = ((v_hat + inside).sqrt() if root else v_hat + inside) + outside
            moved[name] = w + sign * rate * m_hat / below
        now = moved
        path.append(now)
    return path


class _Store:
    """A tensor for each parameter, zeros at first; or one for all, as a mistake has it."""

    def __init__(self, *, shared: bool) -> None:
        self.shared = shared
        self.tensors: dict[str, Tensor] = {}

    def get(self, name: str, like: Tensor) -> Tensor:
        return self.tensors.get("all" if self.shared else name, torch.zeros_like(like))

    def put(self, name: str, value: Tensor) -> None:
        self.tensors["all" if self.shared else name] = value


def _rates(steps: Steps, *, first_rate: bool) -> Sequence[float]:
    return [steps.rates[0]] * len(steps.rates) if first_rate else steps.rates


def _keyed(rule: Callable[..., Path], **changes: object) -> Follow:
    return lambda steps: rule(steps, **changes)


VARIANTS: Mapping[str, Mapping[str, Follow]] = {
    "SGD": {
        "wrong_sign": _keyed(sgd, sign=1),
        "schedule_does_not_reach": _keyed(sgd, first_rate=True),
        "learning_rate_missing": _keyed(sgd, no_rate=True),
    },
    "SGD_Momentum": {
        "wrong_sign": _keyed(momentum, sign=-1),
        "wrong_sign, of the gradient": _keyed(momentum, gradient_sign=1),
        "wrong_sign, of a velocity without the rate": _keyed(momentum, sign=-1, rate_outside=True),
        "momentum_sign": _keyed(momentum, momentum_sign=-1),
        "momentum_sign, of a velocity without the rate": _keyed(
            momentum, momentum_sign=-1, rate_outside=True
        ),
        "momentum_sign, and of the velocity": _keyed(momentum, momentum_sign=-1, gradient_sign=1, sign=-1),
        "velocity_not_kept": _keyed(momentum, keeps=False),
        "state_shared": _keyed(momentum, shared=True),
        "state_shared, without the rate": _keyed(momentum, shared=True, rate_outside=True),
        "gradient_weighted": _keyed(momentum, weighted=True),
        "gradient_weighted, without the rate": _keyed(momentum, weighted=True, rate_outside=True),
        "nesterov": _keyed(momentum, nesterov=True),
        "nesterov, without the rate": _keyed(momentum, nesterov=True, rate_outside=True),
        "schedule_does_not_reach": _keyed(momentum, first_rate=True),
    },
    "Adam": {
        "wrong_sign": _keyed(adam, sign=1),
        "missing_bias_correction": _keyed(adam, corrects=(False, False)),
        "missing_bias_correction, of m": _keyed(adam, corrects=(False, True)),
        "missing_bias_correction, of v": _keyed(adam, corrects=(True, False)),
        "t_not_counted": _keyed(adam, count="stays 1"),
        "t_not_counted, from 0": _keyed(adam, count="stays 0"),
        "t_per_parameter": _keyed(adam, count="parameters"),
        "t_one_late": _keyed(adam, count="one late"),
        "epsilon_inside_root": _keyed(adam, epsilon="inside"),
        "epsilon_before_correction": _keyed(adam, epsilon="before correction"),
        "epsilon_missing": _keyed(adam, epsilon="missing"),
        "state_shared": _keyed(adam, shared=True),
        "velocity_not_kept": _keyed(adam, keeps=(False, False)),
        "velocity_not_kept, of m": _keyed(adam, keeps=(False, True)),
        "velocity_not_kept, of v": _keyed(adam, keeps=(True, False)),
        "gradient_not_squared": _keyed(adam, squared=False),
        "root_missing": _keyed(adam, root=False),
        "betas_swapped": _keyed(adam, swapped=True),
        "gradient_not_weighted": _keyed(adam, weighted=False),
        "corrected_moments_kept": _keyed(adam, keeps_corrected=True),
        "schedule_does_not_reach": _keyed(adam, first_rate=True),
    },
}
"""By optimizer and by the key of a mistake."""
