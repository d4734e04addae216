"""The hyperparameters of every optimizer: their defaults, their limits, and how they are refused by name."""

from __future__ import annotations

import math

import pytest

from reportgen.optim import OptimizerKind, built_in
from tests.helpers.small_network import some_gradients, some_parameters

ADAM = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.0}
DEFAULTS = {
    "SGD": {"learning_rate": 1e-3, "weight_decay": 0.0},
    "SGD_Momentum": {"learning_rate": 1e-3, "momentum": 0.9, "weight_decay": 0.0},
    "Adam": ADAM,
    "Nesterov": {"learning_rate": 1e-3, "momentum": 0.9, "weight_decay": 0.0},
    "AdaGrad": {"learning_rate": 1e-2, "epsilon": 1e-10, "weight_decay": 0.0},
    "RMSProp": {"learning_rate": 1e-2, "rho": 0.99, "epsilon": 1e-8, "weight_decay": 0.0},
    "Adadelta": {"learning_rate": 1.0, "rho": 0.9, "epsilon": 1e-6, "weight_decay": 0.0},
    "AdaMax": ADAM | {"learning_rate": 2e-3},
    "AMSGrad": ADAM,
    "AdamW": ADAM | {"weight_decay": 1e-2},
    "NAdam": ADAM | {"learning_rate": 2e-3, "psi": 4e-3},
    "RAdam": ADAM,
    "Lion": {"learning_rate": 1e-4, "beta1": 0.9, "beta2": 0.99, "weight_decay": 0.0},
    "AdaBelief": ADAM | {"epsilon": 1e-16},
    "LAMB": ADAM | {"epsilon": 1e-6},
    "ADOPT": ADAM | {"beta2": 0.9999, "epsilon": 1e-6},
    "AdEMAMix": ADAM | {"beta3": 0.9999, "alpha": 5.0, "warmup": 0},
    "Prodigy": ADAM | {"learning_rate": 1.0, "d0": 1e-6},
    "Adafactor": {
        "learning_rate": 1e-2,
        "decay_power": 0.8,
        "epsilon1": 1e-15,
        "epsilon2": 1e-3,
        "clip": 1.0,
        "weight_decay": 0.0,
    },
    "Muon": {
        "learning_rate": 0.02,
        "momentum": 0.95,
        "bfloat16": False,
        "weight_decay": 0.0,
        "bias_factor": 0.05,
        "beta1": 0.9,
        "beta2": 0.95,
        "epsilon": 1e-10,
    },
    "SOAP": ADAM | {"learning_rate": 3e-3, "beta1": 0.95, "beta2": 0.95, "every": 10, "largest": 1024},
    "Shampoo": {"learning_rate": 1e-3, "epsilon": 1e-6, "every": 1, "largest": 512, "weight_decay": 0.0},
    "ScheduleFreeSGD": {"learning_rate": 1.0, "beta": 0.9, "weight_decay": 0.0},
    "ScheduleFreeAdamW": ADAM | {"learning_rate": 2.5e-3},
}
"""Of the homework, of the papers, or of the programs that the optimizers are held against."""


def test_the_homeworks_optimizers_come_first() -> None:
    assert list(built_in())[:3] == ["SGD", "SGD_Momentum", "Adam"]
    assert built_in().keys() == DEFAULTS.keys()


UNIT = ("at least 0 and less than 1", [-0.1, 1.0, 1.5, math.nan], [0, 0.0, 0.999])
POSITIVE = ("greater than 0", [0.0, -1e-8, math.nan], [1e-30, 1.0])
COUNT = ("greater than 0", [0, -1], [1, 7])
NOT_NEGATIVE = ("at least 0", [-1e-8, -1.0, math.nan], [0, 0.0, 1e-8, 5.0])
"""What a refusal says, values outside, and values at the edge."""
LIMITS = {
    **dict.fromkeys(["momentum", "rho", "beta", "beta1", "beta2", "beta3"], UNIT),
    **dict.fromkeys(["epsilon", "epsilon1", "epsilon2", "d0", "decay_power", "clip"], POSITIVE),
    **dict.fromkeys(["every", "largest"], COUNT),
    **dict.fromkeys(["weight_decay", "psi", "alpha", "warmup", "bias_factor"], NOT_NEGATIVE),
}
HYPERPARAMETERS = [
    pytest.param(kind, name, id=f"{kind.name} {name}")
    for kind in built_in().values()
    for name, default in kind.hyperparameters.items()
    if name != "learning_rate" and not isinstance(default, bool)  # its limits are the experiment's
]


@pytest.mark.parametrize(("kind", "name"), HYPERPARAMETERS)
def test_values_out_of_range_are_refused_by_name(kind: OptimizerKind, name: str) -> None:
    expected, outside, _ = LIMITS[name]
    for value in outside:
        with pytest.raises(ValueError, match=f"^{name} must be {expected}$"):
            kind.make(**{name: value})


@pytest.mark.parametrize(("kind", "name"), HYPERPARAMETERS)
def test_values_at_the_edge_of_the_range_are_taken(kind: OptimizerKind, name: str) -> None:
    for value in LIMITS[name][2]:
        optimizer, parameters = kind.make(**{name: value}), some_parameters()
        assert getattr(optimizer, name) == value
        for _ in range(2):
            optimizer.step(parameters, some_gradients())
        assert all(p.isfinite().all() for p in parameters.values())


@pytest.mark.parametrize("kind", built_in().values(), ids=built_in())
def test_every_hyperparameter_has_its_default_and_the_learning_rate_comes_first(kind: OptimizerKind) -> None:
    assert kind.hyperparameters == DEFAULTS[kind.name]
    assert tuple(kind.hyperparameters) == kind.accepts
    assert kind.accepts[0] == "learning_rate"
    optimizer = kind.make()
    assert {name: getattr(optimizer, name) for name in kind.accepts} == DEFAULTS[kind.name]
